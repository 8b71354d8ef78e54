"""Violations by the target's own word: which of them get a remark."""

import json
from typing import Any

import pytest

from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation
from conformance.states import ProviderState, with_remarks

KEY_VALUES = {"apiKey": "k", "accountGroupId": "g"}
JOB_VALUES = {"accountGroupId": "g", "audienceId": "a", "jobId": "j"}
Announced = tuple[str, dict[str, Any], dict[str, Any], str]
REVOKED_KEY: Announced = (ProviderState.API_KEY, {"status": "revoked"}, KEY_VALUES, "setup")
KEY: Announced = (ProviderState.API_KEY, {}, KEY_VALUES, "setup")
REVOKED: Announced = (ProviderState.KEY_REVOKED, {"apiKey": "k"}, {}, "setup")
POPULATED: Announced = (ProviderState.POPULATED_AUDIENCE, {"apiKey": "k"}, JOB_VALUES, "setup")
ENDED: Announced = (ProviderState.PROSPECTING_ENDED, {"jobId": "j", "outcome": "failed"}, {}, "setup")
LIMITED: Announced = (ProviderState.RATE_LIMIT_EXHAUSTED, {"apiKey": "k"}, {}, "setup")
UNLIMITED: Announced = (ProviderState.RATE_LIMIT_EXHAUSTED, {"apiKey": "k"}, {}, "teardown")
FAILING: Announced = (ProviderState.SERVER_FAILING, {"apiKey": "k", "times": 1}, {}, "setup")
NO_CREDITS: Announced = (ProviderState.CREDITS_EXHAUSTED, {"apiKey": "k"}, {}, "setup")


def exchange(number: int, status: int, **changed: Any) -> Exchange:
    members: dict[str, Any] = {"number": number, "method": "DELETE", "url": "http://t/v1/accounts/g/audiences/a"}
    members |= {"request_headers": (("authorization", "Bearer k"),), "request_body": None, "status": status}
    members |= {"no_response": None, "response_headers": (), "response_body": b"{}", "elapsed_ms": 1.0}
    return Exchange(**{**members, **changed})


def announced(number: int, announcement: Announced) -> Exchange:
    state, params, values, action = announcement
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    return exchange(number, 200, request_body=body, response_body=json.dumps(values).encode())


def remark_on(expected: str, shown: Exchange, *announcements: Announced) -> str:
    requests = [announced(number, announcement) for number, announcement in enumerate(announcements, 1)]
    observed = {"AUD-X": Observations(1, (Violation("AUD-X", expected, "another", (shown,)),))}
    return with_remarks(observed, requests)["AUD-X"].violations[0].remark


@pytest.mark.parametrize(
    ("expected", "status", "announcements", "state"),
    [
        ("401", 200, [REVOKED_KEY], "an API key, revoked"),
        ("401", 200, [KEY, REVOKED], "the API key is revoked"),
        ("a refusal", 200, [KEY, REVOKED], "the API key is revoked"),
        ("409, because a job populates it", 200, [KEY, POPULATED], "an audience being populated"),
        ("409 AUDIENCE_NOT_READY", 404, [KEY, POPULATED], "an audience being populated"),
        ("200", 409, [KEY, POPULATED, ENDED], "the prospecting has ended"),
        ("a success", 409, [KEY, POPULATED, ENDED], "the prospecting has ended"),
        ("429", 200, [KEY, LIMITED], "the rate limit is exhausted"),
        ("500", 200, [KEY, FAILING], "the server fails internally"),
        ("402", 202, [KEY, NO_CREDITS], "the credits are exhausted"),
    ],
)
def test_a_violation_by_the_own_word_of_the_target_has_a_remark(
    expected: str, status: int, announcements: list[Announced], state: str
) -> None:
    remark = remark_on(expected, exchange(9, status), *announcements)

    assert f"'{state}'" in remark
    assert "respond with 501" in remark


@pytest.mark.parametrize(
    ("expected", "status", "announcements"),
    [
        ("401", 200, [KEY]),
        ("200", 403, [REVOKED_KEY]),
        ("404", 200, [KEY, POPULATED]),
        ("409", 200, [KEY, POPULATED, ENDED]),
        ("429", 200, [KEY, LIMITED, UNLIMITED]),
        ("AUDIENCE_NOT_READY", 409, [KEY, POPULATED]),
        ("the body of the documented 401", 401, [REVOKED_KEY]),
    ],
)
def test_any_other_violation_has_none(expected: str, status: int, announcements: list[Announced]) -> None:
    assert remark_on(expected, exchange(9, status), *announcements) == ""


def test_a_later_announcement_says_nothing_about_an_earlier_response() -> None:
    assert remark_on("401", exchange(1, 200), KEY, REVOKED) == ""


def test_an_announcement_about_another_key_or_audience_says_nothing() -> None:
    other = exchange(
        9, 200, request_headers=(("Authorization", "Bearer other"),), url="http://t/v1/accounts/g/audiences/b"
    )

    assert remark_on("401", other, REVOKED_KEY) == ""
    assert remark_on("409", other, KEY, POPULATED) == ""


def test_a_violation_without_exchanges_has_none() -> None:
    observed = {"AUD-X": Observations(1, (Violation("AUD-X", "401", "200", ()),))}

    assert with_remarks(observed, [announced(1, REVOKED_KEY)]) == observed
