"""Provider states by a single API key."""

from typing import Any

import pytest

from conformance.states import ApiKeyStates, NotEstablishedError, PublicApi, paced
from tests.harness.account_guard import account_guard, exchange, request
from tests.harness.fake_target import FakeTarget, http


def key_states(target: FakeTarget, group: str | None = None, **allowed: bool) -> ApiKeyStates:
    return ApiKeyStates(target.api(), "the-key", account_guard(**allowed), group)


def test_the_key_comes_with_the_first_account_group_that_it_sees() -> None:
    assert key_states(FakeTarget(("g1", "g2"))).setup("an API key") == {"apiKey": "the-key", "accountGroupId": "g1"}


@pytest.mark.parametrize(
    "params", [{"permissions": ["audiences:read"]}, {"status": "revoked"}, {"accountGroupId": "g2"}]
)
def test_a_second_key_is_not_established(params: dict[str, Any]) -> None:
    with pytest.raises(NotEstablishedError, match="only one key"):
        key_states(FakeTarget(("g1", "g2"))).setup("an API key", **params)


def test_a_check_has_one_key_and_the_next_check_the_same() -> None:
    states = key_states(FakeTarget(("g1", "g2")))
    first = states.setup("an API key")
    assert states.setup("an API key", accountGroupId="g1") == first
    with pytest.raises(NotEstablishedError, match="another account group"):
        states.setup("an API key")

    states.begin_check()

    assert states.setup("an API key") == first


def test_the_account_group_that_is_named_is_taken_unseen() -> None:
    assert key_states(FakeTarget(()), "g9").setup("an API key") == {"apiKey": "the-key", "accountGroupId": "g9"}


def test_no_more_audiences_are_made_than_were_announced() -> None:
    states = ApiKeyStates(FakeTarget().api(), "the-key", account_guard(audiences=1))
    states.setup("an audience that is ready", apiKey="the-key")

    with pytest.raises(NotEstablishedError, match="has made all 1 audiences that it had announced"):
        states.setup("an audience that is ready", apiKey="the-key")


def test_a_job_of_one_check_is_cancelled_before_the_next_check() -> None:
    target = FakeTarget()
    states = key_states(target, "g1", may_spend=True)
    states.setup("an API key")
    start = request("POST", "/g1/prospecting", b"{}")
    states.guard.after(start, exchange(start, 202, b'{"data": {"jobId": "j1"}}'))

    states.begin_check()
    states.begin_check()

    assert target.cancelled == ["j1"]


def test_an_audience_is_made_by_the_public_api_and_removed_again() -> None:
    target = FakeTarget()
    states = key_states(target)

    values = states.setup("an audience that is ready", apiKey="the-key")

    assert values == {"accountGroupId": "g1", "audienceId": "made0"}
    assert target.audiences == ["made0"]
    assert states.teardown_all() == []
    assert target.audiences == []


def test_an_audience_that_a_check_has_deleted_needs_no_removal() -> None:
    target = FakeTarget()
    states = key_states(target)
    states.setup("an audience that is ready", apiKey="the-key")
    target.audiences.clear()

    assert states.teardown_all() == []


def test_an_audience_that_the_target_refuses_is_not_established_with_the_reason() -> None:
    with pytest.raises(NotEstablishedError, match="answered 403 to the request to create an audience"):
        key_states(FakeTarget(may_create=False)).setup("an audience that is ready", apiKey="the-key")


def test_a_rate_limit_is_waited_out_as_long_as_the_target_says() -> None:
    target = FakeTarget()
    target.limited = 2
    pauses: list[float] = []

    PublicApi(paced(http(target), pauses.append, 0.5)).create_audience("the-key", "g1")

    assert pauses == [0.5, 3.0, 0.5, 3.0, 0.5]


@pytest.mark.parametrize(
    "state",
    [
        "an audience being populated",
        "the prospecting has ended",
        "the API key is revoked",
        "the rate limit is exhausted",
        "the server fails internally",
        "the credits are exhausted",
        "a prospecting request",
    ],
)
def test_states_without_a_request_of_the_public_api_are_not_established(state: str) -> None:
    with pytest.raises(NotEstablishedError, match=state):
        key_states(FakeTarget()).setup(state, apiKey="the-key")


def test_folders_and_credits_need_to_be_allowed() -> None:
    bare, allowed = key_states(FakeTarget()), key_states(FakeTarget(), leftovers=True, may_spend=True)

    assert (bare.may_leave_folders, bare.may_spend_credits) == (False, False)
    assert (allowed.may_leave_folders, allowed.may_spend_credits) == (True, True)
