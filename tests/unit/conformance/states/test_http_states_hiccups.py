"""Hiccups of the states URL, and odd responses of it."""

import json

import httpx
import pytest

from conformance.states import HttpStates, NotEstablishedError, StatesError, UnreachableError
from tests.harness.fake_target import Answer, http

KEY = {"apiKey": "key", "accountGroupId": "g"}
DOWN = "down"


def patient(answer: Answer) -> tuple[HttpStates, list[float]]:
    waited: list[float] = []
    return HttpStates(http(answer), "http://target/states", pause=waited.append), waited


def hiccups(*failures: int | None) -> Answer:
    """Respond with these statuses, None for no response, and then as usual."""
    left = iter(failures)

    def answer(request: httpx.Request) -> httpx.Response:
        status = next(left, 200)
        if status is None:
            raise httpx.ConnectError(DOWN, request=request)
        return httpx.Response(status, json=KEY)

    return answer


def test_a_hiccup_is_waited_out() -> None:
    states, waited = patient(hiccups(503, None, 500))

    assert states.setup("an API key") == KEY
    assert waited == [0.25, 0.5, 1.0]


def test_a_teardown_is_repeated_as_well() -> None:
    states, waited = patient(hiccups(200, 502, None))
    states.setup("an API key")

    assert (states.teardown_all(), len(waited)) == ([], 2)


def test_a_state_that_could_not_be_torn_down_is_tried_again_at_the_end() -> None:
    states, _ = patient(hiccups(200, *[500] * 5))
    states.setup("an API key")

    with pytest.raises(StatesError):
        states.teardown("an API key", apiKey="key")

    assert states.teardown_all() == []


def test_states_that_stay_down_are_not_waited_for_again_until_they_are_back() -> None:
    states, waited = patient(hiccups(*[None] * 6, *[200, 503, 200]))

    for _ in range(2):
        with pytest.raises(UnreachableError):
            states.setup("an API key")
    before = len(waited)
    states.setup("an API key")
    states.setup("an API key")

    assert (before, len(waited)) == (4, 5)


def test_states_that_never_respond_cost_three_timeouts_and_no_more() -> None:
    requests = 0

    def silent(request: httpx.Request) -> httpx.Response:
        nonlocal requests
        requests += 1
        raise httpx.ReadTimeout(DOWN, request=request)

    states, _ = patient(silent)
    for _ in range(20):
        with pytest.raises(UnreachableError):
            states.setup("an API key")

    assert requests == 3


def test_a_refusal_is_no_hiccup() -> None:
    states, waited = patient(hiccups(501, 400))

    with pytest.raises(NotEstablishedError):
        states.setup("an API key")
    with pytest.raises(StatesError):
        states.setup("an API key")

    assert waited == []


@pytest.mark.parametrize("odd_key", ["k\r\nX: y", "k\0", "clé", "\ud800", "a b", "k" * 5_000, "\x1b]0;x\x07"])
def test_a_key_that_cannot_stand_in_a_header_is_told_without_the_key(odd_key: str) -> None:
    states, _ = patient(lambda _: httpx.Response(200, content=json.dumps({**KEY, "apiKey": odd_key}).encode()))

    with pytest.raises(StatesError, match="cannot stand in a header") as raised:
        states.setup("an API key")

    assert odd_key not in str(raised.value)


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b"\xff\xfe", b"9" * 9_000]
)
@pytest.mark.parametrize("status", [200, 400, 501])
def test_a_body_that_cannot_be_parsed_is_told_in_short(content: bytes, status: int) -> None:
    states, _ = patient(lambda _: httpx.Response(status, content=content))

    with pytest.raises((StatesError, NotEstablishedError)) as raised:
        states.setup("an API key")

    assert len(str(raised.value)) < 400


def test_a_long_reason_is_cut() -> None:
    states, _ = patient(lambda _: httpx.Response(501, json={"reason": "x" * 3_000_000}))

    with pytest.raises(NotEstablishedError) as raised:
        states.setup("an API key")

    assert len(str(raised.value)) < 400


def test_an_interrupted_clean_up_lists_what_is_left() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if b'"teardown"' in request.content:
            raise KeyboardInterrupt
        return httpx.Response(200, json=KEY)

    states, _ = patient(answer)
    states.setup("an API key")
    states.setup("an API key")

    assert states.teardown_all() == ["2 more states, since the clean-up was interrupted: 'an API key' (2 times)"]


def test_an_address_that_has_never_responded_is_tried_once() -> None:
    waited: list[float] = []
    states = HttpStates(http(hiccups(None, 200, 503)), "http://target/s", pause=waited.append, has_responded=False)

    with pytest.raises(UnreachableError):
        states.setup("an API key")
    states.setup("an API key")
    before = list(waited)
    states.setup("an API key")

    assert (before, waited) == ([], [0.25])
