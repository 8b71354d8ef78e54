"""Provider states that the target sets up over HTTP."""

import json
from typing import Any

import httpx
import pytest

from conformance.states import HttpStates, NotEstablishedError, ProviderState, StatesError
from tests.harness.fake_target import Answer, http

TOO_LONG = "too long"
URL = "http://user:hunter2222@target/states"


def http_states(answer: Answer) -> HttpStates:
    return HttpStates(http(answer), URL)


def test_states_are_torn_down_in_reverse_with_their_params_and_values() -> None:
    documents: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        documents.append(json.loads(request.content))
        return httpx.Response(200, json={"apiKey": f"key{len(documents)}", "accountGroupId": "g"})

    states = http_states(answer)
    states.setup("an API key", permissions=["audiences:read"])
    states.setup("an API key")

    assert states.teardown_all() == []
    assert [document["params"].get("apiKey") for document in documents if document["action"] == "teardown"] == [
        "key2",
        "key1",
    ]
    assert documents[-1]["params"]["permissions"] == ["audiences:read"]
    assert (states.keys, states.issued) == ({"key1", "key2"}, {"key1", "key2", "g"})


def test_a_state_that_the_target_cannot_establish_is_not_established() -> None:
    states = http_states(lambda _: httpx.Response(501, json={"reason": "no jobs here"}))

    with pytest.raises(NotEstablishedError, match=r"an audience being populated.*no jobs here"):
        states.setup("an audience being populated")


def test_a_key_of_an_account_group_that_is_gone_is_not_established() -> None:
    states = http_states(lambda _: httpx.Response(400, json={"reason": "no such account group"}))

    with pytest.raises(NotEstablishedError, match="no such account group"):
        states.setup("an API key", accountGroupId="gone")
    with pytest.raises(StatesError):
        states.setup("an API key")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (httpx.Response(404), "whole address"),
        (httpx.Response(401), "--states-header"),
        (httpx.Response(302, headers={"Location": "http://elsewhere"}), "it is at http://elsewhere"),
        (httpx.Response(200, text="<html>"), "answered 200"),
        (httpx.Response(200, json=[1]), "answered 200"),
        (httpx.Response(200, json={"apiKey": "x"}), "without 'accountGroupId'"),
        (httpx.Response(200, json={"apiKey": 5, "accountGroupId": "g"}), "without 'apiKey'"),
    ],
)
def test_an_unusable_response_is_reported_with_advice_and_without_the_password(
    answer: httpx.Response, message: str
) -> None:
    with pytest.raises(StatesError) as raised:
        http_states(lambda _: answer).setup("an API key")

    assert message in str(raised.value)
    assert "hunter2222" not in str(raised.value)


def test_teardown_stops_where_the_target_is_unreachable() -> None:
    actions: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        actions.append(json.loads(request.content)["action"])
        if actions[-1] == "teardown":
            raise httpx.ConnectTimeout(TOO_LONG)
        return httpx.Response(200, json={"apiKey": "k", "accountGroupId": "g"})

    states = http_states(answer)
    for _ in range(5):
        states.setup("an API key")

    failed = states.teardown_all()

    assert actions.count("teardown") == 2
    assert failed[-1] == "3 more states, since nothing answered: 'an API key' (3 times)"


def test_an_account_group_goes_with_its_last_key() -> None:
    tokens = iter(["key1", "key2"])
    states = http_states(
        lambda request: httpx.Response(
            200,
            json={"apiKey": next(tokens), "accountGroupId": "g"} if b'"setup"' in request.content else {},
        )
    )
    before = states.has_account_group("g")
    states.setup(ProviderState.API_KEY)
    states.setup(ProviderState.API_KEY)

    states.teardown(ProviderState.API_KEY, apiKey="key1")
    with_one_key = states.has_account_group("g")
    states.teardown(ProviderState.API_KEY, apiKey="key2")

    assert (before, with_one_key, states.has_account_group("g")) == (False, True, False)
