"""The check of a states URL and odd responses: each is a row of the table, and none raises."""

import json
from typing import Any

import httpx
import pytest

from conformance.report.redaction import Redactor
from conformance.states import ProviderState
from conformance.states_check.check import check_states
from conformance.states_check.hook import Hook, LostError
from conformance.states_check.table import trial_table
from conformance.states_check.target import Target
from conformance.states_check.trial import Result, Trial
from conformance.states_check.trials import Trials
from tests.harness.fake_target import Answer, http

MIB = 1 << 20
FIRST_KEY = {"apiKey": "k", "accountGroupId": "g"}


def trials_of(answer: Answer, target: Answer | None = None) -> list[Trial]:
    """Return the trials of a states URL that answers every request alike."""
    looked_at = None if target is None else Target(http(target, MIB), lambda _: None)
    return list(check_states(Trials(Hook(http(answer, MIB), "http://target/states"), looked_at, "k")))


def first_of(response: httpx.Response) -> Trial:
    return trials_of(lambda _: response)[0]


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (httpx.Response(200, text="<!doctype html><p>Sign in"), "200 with HTML, not a JSON object"),
        (httpx.Response(200, content=b"x" * 3_000_000), "a response that cannot be read (a body of more than 1 MiB)"),
        (httpx.Response(200, content=b"\xff\x00"), "200 with no JSON"),
        (httpx.Response(200, json=[1]), "200 with JSON that is a list"),
        (httpx.Response(200, content=b"[" * 200_000), "200 with no JSON"),
        (httpx.Response(200, content=b"9" * 20_000), "200 with no JSON"),
        (httpx.Response(204), "204 without 'apiKey', which has to be a text"),
        (httpx.Response(200, json={"apiKey": 5, "accountGroupId": "g"}), "200 without 'apiKey'"),
        (httpx.Response(200, json={"apiKey": "k\r\nX: y", "accountGroupId": "g"}), "cannot stand in a header"),
        (httpx.Response(200, json={"apiKey": "k\0", "accountGroupId": "g"}), "cannot stand in a header"),
        (httpx.Response(200, content=b'{"apiKey": "\\ud800", "accountGroupId": "g"}'), "cannot stand in a header"),
        (httpx.Response(302, headers={"Location": "http://elsewhere/"}), "302: it is at http://elsewhere/"),
        (httpx.Response(401), "--states-header"),
        (httpx.Response(404, text="<h1>no"), "404: is this the whole address of the provider states?"),
        (httpx.Response(405), "it has to take POST"),
        (httpx.Response(500, json={"reason": "the database is down"}), "500: the database is down"),
        (httpx.Response(500, text="\x1b[31m" * 100_000), "500: "),
    ],
)
def test_an_odd_response_is_wrong_and_its_mistake_is_named(response: httpx.Response, said: str) -> None:
    trial = first_of(response)

    assert trial.result is Result.WRONG
    assert said in trial.text


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"reason": 5}', b"[]", b'{"reason": "\\u001b[31m"}'])
def test_a_501_needs_no_certain_body(body: bytes) -> None:
    trial = first_of(httpx.Response(501, content=body))

    assert trial.result is Result.CANNOT
    assert "\x1b" not in trial_table([trial], Redactor({}), looked=False)


def test_a_table_is_free_of_control_characters() -> None:
    trials = trials_of(lambda _: httpx.Response(500, text="\x1b[31m\r\n\u202e"))

    table = trial_table(trials, Redactor({}), looked=True)

    assert not set(table) & set("\x1b\r\u202e")


ODD_TARGETS: list[Answer] = [
    lambda _: httpx.Response(200, content=b"\xff" * 2_000_000),
    lambda _: httpx.Response(200, content=b"[" * 200_000),
    lambda _: httpx.Response(429, headers={"Retry-After": "soon"}),
    lambda _: httpx.Response(429, headers={"Retry-After": "٣"}),
    lambda _: httpx.Response(202, json={"data": {"jobId": ["x"], "items": 5}}),
    lambda _: httpx.Response(202, content=b'{"data": {"jobId": "\\ud800/../.."}}'),
]


ODD_IDENTIFIERS = ["\r\n", "\0", "\ud800", "../..", "a" * 70_000, "?x#y"]


@pytest.mark.parametrize(("identifier", "target"), list(zip(ODD_IDENTIFIERS, ODD_TARGETS, strict=True)))
def test_odd_identifiers_and_odd_targets_raise_nothing(target: Answer, identifier: str) -> None:
    values = {"apiKey": "k", "body": {"source": identifier}}
    values |= dict.fromkeys(("accountGroupId", "audienceId", "jobId"), identifier)

    trials = trials_of(lambda _: httpx.Response(200, content=json.dumps(values)), target)

    assert {trial.result for trial in trials} <= {Result.OK, Result.WRONG}


def test_every_state_is_torn_down_twice_in_reverse() -> None:
    sent: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        known = {name: f"{name}{len(sent)}" for name in ("apiKey", "accountGroupId", "audienceId", "jobId")}
        known.update(sent[-1]["params"])
        is_known = sent[-1]["state"] in {*ProviderState}
        return httpx.Response(200, json={**known, "body": {}}) if is_known else httpx.Response(501)

    trials_of(answer)

    open_states: list[Any] = []
    for document in sent:
        if document["action"] == "setup":
            open_states += [document] * 2 if document["state"] in {*ProviderState} else []
        else:
            setup = open_states.pop()
            assert document["state"] == setup["state"]
            assert {**document["params"], **setup["params"]} == document["params"]
    assert open_states == []


def test_an_interrupted_check_tears_down() -> None:
    sent: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        document = json.loads(request.content)
        sent.append((document["action"], document["state"]))
        return httpx.Response(200, json=FIRST_KEY)

    def target(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trials_of(answer, target)

    assert sent == [("setup", ProviderState.API_KEY), *[("teardown", ProviderState.API_KEY)] * 2]


@pytest.mark.parametrize(
    ("status", "result", "said"),
    [
        (200, Result.WRONG, "200: it cannot have been set up, and has to be 501"),
        (204, Result.WRONG, "204: it cannot have been set up"),
        (400, Result.OK, "400, where 501 is documented"),
        (404, Result.OK, "404, where 501 is documented"),
        (500, Result.WRONG, "500: no reason given"),
        (501, Result.OK, "501"),
    ],
)
def test_an_unknown_state_may_be_refused_only(status: int, result: Result, said: str) -> None:
    trial = trials_of(lambda _: httpx.Response(status))[-1]

    assert trial.result is result
    assert said in trial.text


def test_a_states_url_that_stops_listening_ends_the_check() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(LostError, match="refused"):
        trials_of(answer)


def test_a_states_url_that_does_not_respond_in_time_is_wrong() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    trial = trials_of(answer)[0]

    assert (trial.result, trial.text) == (Result.WRONG, "no response (ReadTimeout)")


def test_a_trial_that_needs_a_failed_one_is_not_tried() -> None:
    trials = trials_of(lambda _: httpx.Response(501, json={"reason": "not yet"}))

    assert [trial.result for trial in trials[:2]] == [Result.CANNOT, Result.UNTRIED]
    assert trials[1].text == "needs 'an API key'"
    assert (trials[-1].result, trials[-1].text) == (Result.OK, "501")


def test_a_list_of_prospects_may_lag() -> None:
    values = {**FIRST_KEY, "audienceId": "a", "jobId": "j", "body": {}}
    pauses: list[float] = []

    def target(request: httpx.Request) -> httpx.Response:
        is_list = request.url.path.endswith("/prospects")
        return httpx.Response(200, json={"data": {"items": [1] * 3 if pauses else []} if is_list else {}})

    states = Hook(http(lambda _: httpx.Response(200, json=values)), "http://target/states")
    trials = check_states(Trials(states, Target(http(target), pauses.append), "k"))

    (first, *_) = [trial for trial in trials if trial.state == ProviderState.READY_AUDIENCE]
    assert "prospects are listed" not in first.text


def test_a_number_of_prospects_that_differs_is_wrong() -> None:
    values = {**FIRST_KEY, "audienceId": "a", "jobId": "j", "body": {}}

    def target(request: httpx.Request) -> httpx.Response:
        is_list = request.url.path.endswith("/prospects")
        return httpx.Response(200, json={"data": {"items": [1]} if is_list else {}})

    trials = trials_of(lambda _: httpx.Response(200, json=values), target)

    (empty,) = [trial for trial in trials if trial.shown == "prospects 0"]
    assert "1 prospects are listed, expected 0" in empty.text
