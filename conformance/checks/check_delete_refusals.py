"""The refusals of the page "Delete an audience" but the guard: the key, permissions, account groups, identifiers."""

from contextlib import suppress
from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Resource
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import Audience, CheckContext, distinct_from
from conformance.harness.deletion import ADDED, PERMISSION, delete, expect_still_there, repetitions
from conformance.harness.expectations import Expectations
from conformance.harness.identifiers import ODD, STRANGE, expect_strange_refused
from conformance.harness.key import Key
from conformance.harness.near_misses import is_plain, near_misses_of_account_group, near_misses_of_key
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.states import NotEstablishedError

OTHERS = ("audiences:read", "prospects:read", "prospecting:read", "prospecting:write")


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_any_other_rule(context: CheckContext, extras: RequestOptions) -> None:
    key, other = context.create_key(), context.create_key()
    audience = context.ready_audience(key)
    powerless = context.create_key(*OTHERS, accountGroupId=key.group)
    deleted = context.ready_audience(key)
    extras = context.with_fresh_idempotency_key(extras)
    deletion = context.delete_audience(deleted, key, extras)
    expect = Expectations(context)

    expect.refusal("AUD-DELETE-PERMISSION", context.delete_audience(audience, powerless, extras))
    expect.refusal("AUD-DELETE-SCOPE", context.delete_audience(audience, other, extras))
    expect.refusal("AUD-DELETE-EFFECT", context.delete_audience(deleted, key, extras), deletion)
    keyless = delete(context, audience.group, audience.id, None, extras)
    expect.refusal("AUD-DELETE-KEY", keyless)  # the addition may be refused before the key is looked at
    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, keyless)


def check_without_a_valid_key_nothing_is_deleted(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    near_misses = [*near_misses_of_key(key.token, len(key.token) - 1), "x"]
    invalid: list[dict[str, str]] = [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}]
    invalid += [{"Authorization": f"Bearer {token}"} for token in context.not_issued(near_misses)]

    deletions = [
        partial(delete, context, audience.group, audience.id, None, RequestOptions(headers)) for headers in invalid
    ]
    times = -(-context.repeats // len(deletions))
    for refused in context.client.send_in_parallel(deletions * times):
        Expectations(context).status("AUD-DELETE-KEY", refused, {401})

    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, refused)


@pytest.mark.parametrize("when", ["from the start", "after use"])
def check_a_revoked_key_deletes_nothing(context: CheckContext, when: str) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    revoked = (
        context.create_key(accountGroupId=key.group) if when == "after use" else context.key_revoked_from_start(key)
    )
    expect = Expectations(context)
    if when == "after use":
        expect.status("AUD-DELETE-DONE", context.delete_audience(context.ready_audience(key), revoked), {200})
        context.revoke(revoked)

    refused = context.delete_audience(audience, revoked)

    expect.announced("AUD-DELETE-KEY", refused, 401, f"the key is revoked, {when}")
    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, refused)


@pytest.mark.parametrize("held", [(), *[(permission,) for permission in OTHERS], OTHERS])
def check_without_the_required_permission_nothing_is_deleted(context: CheckContext, held: tuple[str, ...]) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    powerless = context.create_key(permissions=list(held), accountGroupId=key.group)

    refused = context.delete_audience(audience, powerless)

    Expectations(context).status("AUD-DELETE-PERMISSION", refused, {403})
    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, refused)


def check_a_key_with_the_required_permission_alone_deletes(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    permitted = context.create_key(PERMISSION, accountGroupId=key.group)

    deleted = context.delete_audience(audience, permitted)

    Expectations(context).status("AUD-DELETE-PERMISSION-SUFFICES", deleted, {200})
    context.ledger.passed("AUD-DELETE-DONE")


def check_account_groups_are_kept_apart(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    own = context.ready_audience(key)
    foreign = distinct_from(lambda: context.ready_audience(other), {own.id}, lambda audience: audience.id)

    for group, audience, statuses in (
        (other.group, foreign, ELSEWHERE),
        (other.group, own, FOREIGN),
        (key.group, foreign, FOREIGN),
    ):
        refused = delete(context, group, audience.id, key.token)
        Expectations(context).status("AUD-DELETE-SCOPE", refused, statuses)
    index = context.random.randrange(len(key.group))
    for group in context.not_issued(near_misses_of_account_group(key.group, index)):
        refused = delete(context, group, own.id, key.token)
        Expectations(context).status("AUD-DELETE-SCOPE", refused, {400, *ELSEWHERE})

    expect_still_there(context, "AUD-DELETE-REFUSED", own, key, refused)
    expect_still_there(context, "AUD-DELETE-REFUSED", foreign, other, refused)


def check_what_is_not_there_is_not_found(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.delete_audience(audience, key)

    refused = context.delete_audience(audience, key)

    Expectations(context).status("AUD-DELETE-FOUND", refused, {404})


def check_a_near_miss_of_an_identifier_hits_nothing(context: CheckContext) -> None:
    key = context.create_key()
    audience, populated = context.ready_audience(key), context.populated_audience(key)
    released: list[Audience] = []
    with suppress(NotEstablishedError):  # a job that was prepared by hand cannot be completed
        spare = context.populated_audience(key)
        context.end_job(spare, "completed")
        released.append(spare)
    near_misses = context.near_misses(audience.id, Resource.AUDIENCE)

    # Each kind of resource may have identifiers of its own, which may be equal.
    prepared = [populated, *released]
    other_kinds = {key.group, *(str(one.job) for one in prepared)} - {audience.id, *(one.id for one in prepared)}
    for deletion in context.sendable(
        ApiRequest(operations.DELETE_AUDIENCE, key.token, audience.group, identifier)
        for identifier in [*near_misses, *sorted(other_kinds)]
    ):
        refused = context.client.send(deletion, judged=is_plain(deletion.resource_id))
        Expectations(context).refusal("AUD-DELETE-EXACT", refused)

    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, refused)
    for one in released:
        expect_still_there(context, "AUD-DELETE-EXACT", one, key, refused)


@pytest.mark.parametrize("identifier", ODD)
def check_an_odd_identifier_is_refused_as_documented(context: CheckContext, identifier: str) -> None:
    key = context.create_key()

    refused = delete(context, key.group, identifier, key.token)

    Expectations(context).status("AUD-DELETE-ODD", refused, {400, 404})


def check_a_strange_identifier_is_refused(context: CheckContext) -> None:
    key = context.create_key()

    strange = [ApiRequest(operations.DELETE_AUDIENCE, key.token, key.group, identifier) for identifier in STRANGE]
    for request in context.sendable(strange):
        expect_strange_refused(context, request)


def check_a_revoked_key_stays_revoked(context: CheckContext, revoked_keys: list[Key]) -> None:
    for key in revoked_keys:
        audience = context.ready_audience(context.create_key(accountGroupId=key.group))
        deletions = [partial(context.delete_audience, audience, key)] * repetitions(context)

        for refused in context.client.send_in_parallel(deletions):
            Expectations(context).announced("AUD-DELETE-KEY", refused, 401, "the key is revoked")
