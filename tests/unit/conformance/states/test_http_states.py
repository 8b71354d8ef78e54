import json
from typing import Any

import httpx
import pytest

from conformance.states import HttpStates, NotEstablishedError, StatesError
from tests.harness.fake_target import Answer, http

TOO_LONG = "too long"
URL = "http://user:hunter2222@target/states"


def over_http(answer: Answer) -> HttpStates:
    return HttpStates(http(answer), URL)


def test_what_stands_is_torn_down_the_last_first_with_its_params_and_values() -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json={"apiKey": f"key{len(seen)}", "accountGroupId": "g"})

    states = over_http(answer)
    states.setup("an API key", permissions=["audiences:read"])
    states.setup("an API key")

    assert states.teardown_all() == []
    assert [one["params"].get("apiKey") for one in seen if one["action"] == "teardown"] == ["key2", "key1"]
    assert seen[-1]["params"]["permissions"] == ["audiences:read"]
    assert (states.keys, states.issued) == ({"key1", "key2"}, {"key1", "key2", "g"})


def test_a_state_that_the_target_cannot_establish_is_not_established() -> None:
    states = over_http(lambda _: httpx.Response(501, json={"reason": "no jobs here"}))

    with pytest.raises(NotEstablishedError, match=r"an audience being populated.*no jobs here"):
        states.setup("an audience being populated")


@pytest.mark.parametrize(
    ("answer", "said"),
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
def test_an_answer_that_makes_no_sense_is_told_with_what_to_do_and_without_the_password(
    answer: httpx.Response, said: str
) -> None:
    with pytest.raises(StatesError) as raised:
        over_http(lambda _: answer).setup("an API key")

    assert said in str(raised.value)
    assert "hunter2222" not in str(raised.value)


def test_where_nothing_answers_tearing_down_does_not_wait_for_every_state() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["action"])
        if asked[-1] == "teardown":
            raise httpx.ConnectTimeout(TOO_LONG)
        return httpx.Response(200, json={"apiKey": "k", "accountGroupId": "g"})

    states = over_http(answer)
    for _ in range(5):
        states.setup("an API key")

    failed = states.teardown_all()

    assert asked.count("teardown") == 2
    assert failed[-1] == "3 more states, since nothing answered"
