"""Retries that are legal: starts, idempotency keys, overridden methods, and account groups that are gone."""

import pytest

from conformance.catalogue import operations
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.group_keys import keys_of_groups
from conformance.harness.starts import start, start_alone
from conformance.results.violation import ViolationError
from conformance.states import NotEstablishedError, ProviderState
from tests.harness.check_context import check_context, violations
from tests.mutants.server.mutated import Whole
from tests.mutants.server.variants.retries import KeysAreShort, KeysAreUuids, MethodOverride, OneActiveJob, Starts


def test_a_start_in_conflict_with_an_active_job_is_sent_again_once_that_is_cancelled() -> None:
    with check_context(OneActiveJob(), seed=1, repeats=1) as context:
        key = context.create_key()
        job_id = context.start_job(key)
        body = context.start_body(key)

        statuses = (start(context, key, body).status, start_alone(context, key, body).status)

        assert statuses == (409, 202)
        assert json_at(context.call(operations.GET_JOB, key, job_id), "data", "status") == "cancelled"


@pytest.mark.parametrize(("target", "form"), [(Whole, 0), (KeysAreUuids, 0), (KeysAreShort, 2)])
def test_an_idempotency_key_has_a_form_that_the_target_takes(target: type[Starts], form: int) -> None:
    with check_context(target(), seed=1, repeats=1) as context:
        context.start_job(context.create_key())

        assert context.facts.key_form == form


def test_a_get_in_place_of_a_deletion_is_no_deletion() -> None:
    with check_context(MethodOverride(), seed=1, repeats=1) as context:
        key = context.create_key()
        options = RequestOptions({"X-HTTP-Method-Override": "GET"})

        read = context.delete_audience(context.ready_audience(key), key, options)

        assert read.status == 200
        assert len(context.deletions) == 0
        assert not violations(context, "AUD-DELETE-ROW-200")


def deleted_in_a_group_of_its_own(context: CheckContext) -> str:
    """Delete an audience, and tear its account group down with its key; return the group."""
    key = context.create_key()
    assert context.delete_audience(context.ready_audience(key), key).status == 200
    context.states.teardown(ProviderState.API_KEY, apiKey=key.token)
    return key.group


def test_the_last_checks_leave_out_an_account_group_that_is_gone() -> None:
    with check_context(Whole(), seed=1, repeats=1) as context:
        gone = deleted_in_a_group_of_its_own(context)
        with pytest.raises(NotEstablishedError, match="no account group is left"):
            keys_of_groups(context, context.deletions)
        key = context.create_key()
        context.delete_audience(context.ready_audience(key), key)

        assert keys_of_groups(context, context.deletions).keys() == {key.group} != {gone}


def test_an_announced_state_that_does_not_show_is_a_violation_with_the_way_out() -> None:
    with check_context(Whole(), seed=1, repeats=1) as context:
        read = context.call(operations.LIST_AUDIENCES, context.create_key())

        with pytest.raises(ViolationError, match="respond to it with 501"):
            Expectations(context).announced("AUD-LIST-ROW-429", read, 429, ProviderState.RATE_LIMIT_EXHAUSTED)

        (violation,) = violations(context, "AUD-LIST-ROW-429")
        assert violation.expected.startswith("429, because the target says that the rate limit is exhausted;")
