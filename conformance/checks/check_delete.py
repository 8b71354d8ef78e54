"""The page "Delete an audience", sentence by sentence."""

from contextlib import suppress
from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.catalogue.operation_spec import Resource
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import IDEMPOTENCY_KEY, Audience, CheckContext, distinct_from
from conformance.harness.deletions import Deletions
from conformance.harness.expectations import Expectations, contradictory_refusal
from conformance.harness.group_keys import keys_of_groups
from conformance.harness.identifiers import ODD, STRANGE, expect_strange_refused
from conformance.harness.key import Key
from conformance.harness.near_misses import is_plain, near_misses_of_account_group, near_misses_of_key
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError, ProviderState

PERMISSION = "audiences:write"
OTHERS = ("audiences:read", "prospects:read", "prospecting:read", "prospecting:write")
CLIENTS = 8
PLAIN = RequestOptions()
JSON = {"Content-Type": "application/json"}
FORCE = b'{"force": true}'
ADDED = tuple(
    RequestOptions({**headers, **(JSON if content else {})}, query, content)
    for headers in ({IDEMPOTENCY_KEY: ""}, {})
    for query in ("", "?force=true")
    for content in (None, FORCE)
)
"""Additions to a request: a key that replays nothing (a fresh one in each check), a query, a body."""


def delete(
    context: CheckContext, group: str, audience_id: str, token: str | None, extras: RequestOptions = PLAIN
) -> Exchange:
    """Send a DELETE for an audience that may not exist."""
    return context.client.send(ApiRequest(operations.DELETE_AUDIENCE, token, group, audience_id, options=extras))


def repetitions(context: CheckContext) -> int:
    """Return the share of the repetitions for a request that six checks send."""
    return context.share_of_repeats(6)


def expect_guard(context: CheckContext, audience: Audience, exchange: Exchange) -> None:
    """Expect the guard to refuse the deletion of an audience that is being populated."""
    fact = f"the active job {audience.job} populates it"
    Expectations(context).announced("AUD-DELETE-GUARD", exchange, 409, fact)


def expect_still_there(
    context: CheckContext, requirement_id: str, audience: Audience, key: Key, *refused: Exchange
) -> None:
    """Expect that a refused request had no effect: the audience exists, and can be deleted now."""
    deleted = context.delete_audience(audience, key)
    Expectations(context).status(requirement_id, deleted, {200}, *refused[-1:])


def check_a_ready_audience_is_deleted(context: CheckContext) -> None:
    key = context.create_key()
    audiences = [context.ready_audience(key) for _ in range(context.repeats)]
    deletions = [partial(context.delete_audience, audience, key) for audience in audiences]
    expect = Expectations(context)

    deleted = context.client.send_in_parallel(deletions)

    for exchange in deleted:
        expect.status("AUD-DELETE-DONE", exchange, {200})
    repeated = context.client.send_in_parallel(deletions)
    for exchange, before in zip(repeated, deleted, strict=True):
        expect.refusal("AUD-DELETE-EFFECT", exchange, before)


def check_deleting_one_audience_leaves_its_neighbours(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    before, deleted, after, elsewhere = (context.ready_audience(owner) for owner in (key, key, key, other))

    exchange = context.delete_audience(deleted, key)

    expect_still_there(context, "AUD-DELETE-ONLY", before, key, exchange)
    expect_still_there(context, "AUD-DELETE-ONLY", after, key, exchange)
    expect_still_there(context, "AUD-DELETE-ONLY", elsewhere, other, exchange)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_a_populated_audience_is_protected(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    audience, other_one = (context.populated_audience(key, job_status) for _ in range(2))
    expect = Expectations(context)

    deletions = [partial(context.delete_audience, audience, key)] * repetitions(context)
    exchanges = context.client.send_in_parallel(deletions)
    exchanges += [context.delete_audience(audience, other) for other in context.keys_of_same_group(key, PERMISSION)]
    contradiction = contradictory_refusal(exchanges)
    if contradiction is not None:
        refused, not_found = contradiction
        expect.status("AUD-DELETE-GUARD-KEEPS", not_found, {409}, refused)
    for exchange in exchanges:
        expect_guard(context, audience, exchange)
        code = json_at(exchange, "error", "code")
        holds = code == "AUDIENCE_NOT_READY"
        expect.condition("AUD-DELETE-GUARD-CODE", "AUDIENCE_NOT_READY", str(code), [exchange], holds=holds)

    context.end_job(audience, outcome)
    expect_guard(context, other_one, context.delete_audience(other_one, key))
    deleted = context.delete_audience(audience, key)
    if deleted.status == 404 and is_removed_with_its_job(context, key, job_status, outcome):
        raise NotEstablishedError(f"the target removes the audience of a {outcome} job")
    if deleted.status in {200, 404}:  # any other response does not show whether it is still there
        expect.status("AUD-DELETE-GUARD-KEEPS", deleted, {200}, exchanges[-1])
    expect.status("AUD-DELETE-GUARD-ENDS", deleted, {200}, exchanges[-1])


def is_removed_with_its_job(context: CheckContext, key: Key, job_status: str, outcome: str) -> bool:
    """Whether the target removes what a failed or cancelled job populated, which nothing forbids."""
    if outcome == "completed":
        return False
    untouched = context.populated_audience(key, job_status)
    context.end_job(untouched, outcome)
    return context.delete_audience(untouched, key).status == 404


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_the_guard(context: CheckContext, extras: RequestOptions) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)

    refused = context.delete_audience(audience, key, context.with_fresh_idempotency_key(extras))

    Expectations(context).refusal("AUD-DELETE-GUARD", refused)


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


def check_an_idempotency_key_replays_nothing(context: CheckContext) -> None:
    key = context.create_key()
    audience, other = context.ready_audience(key), context.ready_audience(key)
    idempotency_key, expect = context.fresh_idempotency_key(), Expectations(context)
    first = context.delete_audience(audience, key, idempotency_key)
    if first.status == 400:  # a key that is not supported may be refused
        expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, first)
        context.ledger.passed("AUD-DELETE-IDEMPOTENCY")
        return

    second = context.delete_audience(audience, key, idempotency_key)
    elsewhere = context.delete_audience(other, key, idempotency_key)
    later = context.delete_audience(other, key)

    expect.status("AUD-DELETE-IDEMPOTENCY", second, {404}, first)
    if elsewhere.status == 200:
        expect.refusal("AUD-DELETE-IDEMPOTENCY", later, first, elsewhere)


def check_concurrent_deletes(context: CheckContext) -> None:
    key = context.create_key()
    expect = Expectations(context)
    for _ in range(context.share_of_repeats(9)):
        audience = context.ready_audience(key)

        exchanges = context.client.send_concurrently([partial(context.delete_audience, audience, key)] * CLIENTS)

        later = context.delete_audience(audience, key)
        expect.refusal("AUD-DELETE-EFFECT", later, *exchanges)
        successes = [exchange for exchange in exchanges if exchange.status == 200]
        actual, holds = f"{len(successes)} of {CLIENTS}", len(successes) == 1
        expect.condition("AUD-DELETE-ONCE", "exactly one 200", actual, exchanges, holds=holds)


def check_concurrent_deletes_of_a_populated_audience(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)

    exchanges = context.client.send_concurrently([partial(context.delete_audience, audience, key)] * CLIENTS)

    for exchange in exchanges:
        expect_guard(context, audience, exchange)
    context.end_job(audience, "completed")
    expect_still_there(context, "AUD-DELETE-GUARD-KEEPS", audience, key, *exchanges)


def check_when_the_rate_limit_is_exceeded(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.states.setup(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)

    refused = context.delete_audience(audience, key, limited=True)

    context.states.teardown(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)
    Expectations(context).announced("AUD-DELETE-ROW-429", refused, 429, ProviderState.RATE_LIMIT_EXHAUSTED)
    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, refused)


def check_when_the_server_fails(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.states.setup(ProviderState.SERVER_FAILING, apiKey=key.token, times=1)

    failed = context.delete_audience(audience, key)

    context.states.teardown(ProviderState.SERVER_FAILING, apiKey=key.token)
    Expectations(context).announced("AUD-DELETE-ROW-500", failed, 500, ProviderState.SERVER_FAILING)


def check_a_revoked_key_stays_revoked(context: CheckContext, revoked_keys: list[Key]) -> None:
    for key in revoked_keys:
        audience = context.ready_audience(context.create_key(accountGroupId=key.group))
        deletions = [partial(context.delete_audience, audience, key)] * repetitions(context)

        for refused in context.client.send_in_parallel(deletions):
            Expectations(context).announced("AUD-DELETE-KEY", refused, 401, "the key is revoked")


def check_what_was_deleted_stays_deleted(context: CheckContext, acknowledged_deletions: Deletions) -> None:
    keys = keys_of_groups(context, acknowledged_deletions)
    expect = Expectations(context)
    for (group, audience_id), deleted in acknowledged_deletions:
        key = keys.get(group)
        if key is None:
            continue  # the account group went with its last key

        later = delete(context, group, audience_id, key.token)

        expect.refusal("AUD-DELETE-EFFECT", later, deleted)
        expect.status("AUD-DELETE-FOUND", later, {404}, deleted)
