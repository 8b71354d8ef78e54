"""The page "Delete an audience", sentence by sentence."""

from collections.abc import Collection
from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext, distinct_from
from conformance.harness.deletions import Deletions
from conformance.harness.expectations import contradictory_refusal, describe, is_refusal
from conformance.harness.identifiers import ODD, STRANGE
from conformance.harness.key import Key
from conformance.harness.near_misses import near_misses_of_identifier, near_misses_of_key
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError, ProviderState

PREFIX = operations.DELETE_AUDIENCE.prefix
PERMISSION = "audiences:write"
OTHERS = ("audiences:read", "prospects:read", "prospecting:read", "prospecting:write")
CLIENTS = 8
PLAIN = RequestOptions()
JSON = {"Content-Type": "application/json"}
FORCE = b'{"force": true}'
ADDED = tuple(
    RequestOptions({**headers, **(JSON if content else {})}, query, content)
    for headers in ({"Idempotency-Key": "once"}, {"X-HTTP-Method-Override": "GET"}, {})
    for query in ("", "?force=true")
    for content in (None, FORCE)
)
"""What a client may add to a request: a key that replays nothing, a query, a body."""


def sent_to(
    context: CheckContext, group: str, audience: str, token: str | None, extras: RequestOptions = PLAIN
) -> Exchange:
    """The answer to a DELETE of what may not be there."""
    return context.client.send(ApiRequest(operations.DELETE_AUDIENCE, token, group, audience, options=extras))


def some(context: CheckContext) -> int:
    """How often to ask where six checks ask the same."""
    return context.share_of_repeats(6)


def expect(context: CheckContext, fact: str, exchange: Exchange, statuses: Collection[int], *before: Exchange) -> None:
    """Note whether a response has one of the statuses that a requirement demands."""
    expected = " or ".join(map(str, sorted(statuses)))
    holds = exchange.status in statuses
    seen = [*before, exchange]
    context.ledger.expect(f"{PREFIX}-{fact}", expected, describe(exchange), seen, holds=holds)


def expect_refusal(context: CheckContext, fact: str, exchange: Exchange, *before: Exchange) -> None:
    """Note whether a request was refused, whatever the status of the refusal."""
    seen = [*before, exchange]
    context.ledger.expect(f"{PREFIX}-{fact}", "a refusal", describe(exchange), seen, holds=is_refusal(exchange))


def expect_guard(context: CheckContext, audience: Audience, exchange: Exchange) -> None:
    """Note whether the guard has answered for an audience that is being populated."""
    expected = f"409, since by the target's own word the active job {audience.job} populates it"
    holds = exchange.status == 409
    context.ledger.expect(f"{PREFIX}-GUARD", expected, describe(exchange), [exchange], holds=holds)


def expect_still_there(context: CheckContext, fact: str, audience: Audience, key: Key, *refused: Exchange) -> None:
    """Note that what was refused has had no effect: the audience is there, to be deleted now."""
    expect(context, fact, context.delete_audience(audience, key), {200}, *refused[-1:])


def check_a_ready_audience_is_deleted(context: CheckContext) -> None:
    key = context.create_key()
    audiences = [context.ready_audience(key) for _ in range(context.repeats)]

    deleted = context.client.send_in_parallel(
        [partial(context.delete_audience, audience, key) for audience in audiences]
    )

    for exchange in deleted:
        expect(context, "DONE", exchange, {200})
    again = context.client.send_in_parallel([partial(context.delete_audience, audience, key) for audience in audiences])
    for exchange, before in zip(again, deleted, strict=True):
        expect_refusal(context, "EFFECT", exchange, before)


def check_deleting_one_audience_leaves_its_neighbours(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    before, gone, after, elsewhere = (context.ready_audience(one) for one in (key, key, key, other))

    deleted = context.delete_audience(gone, key)

    expect_still_there(context, "ONLY", before, key, deleted)
    expect_still_there(context, "ONLY", after, key, deleted)
    expect_still_there(context, "ONLY", elsewhere, other, deleted)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_a_populated_audience_is_protected(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    audience = context.populated_audience(key, job_status)

    answers = context.client.send_in_parallel([partial(context.delete_audience, audience, key)] * some(context))
    answers += [context.delete_audience(audience, other) for other in context.keys_of_same_group(key, PERMISSION)]
    lie = contradictory_refusal(answers)
    if lie is not None:
        expect(context, "GUARD-KEEPS", lie[1], {409}, lie[0])
    for refused in answers:
        expect_guard(context, audience, refused)
        code = json_at(refused, "error", "code")
        named = code == "AUDIENCE_NOT_READY"
        context.ledger.expect(f"{PREFIX}-GUARD-CODE", "AUDIENCE_NOT_READY", str(code), [refused], holds=named)

    context.end_job(audience, outcome)
    deleted = context.delete_audience(audience, key)
    if deleted.status == 404:
        expect(context, "GUARD-KEEPS", deleted, {200}, refused)
    context.ledger.passed(f"{PREFIX}-GUARD-KEEPS")
    expect(context, "GUARD-ENDS", deleted, {200}, refused)


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_the_guard(context: CheckContext, extras: RequestOptions) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)

    refused = context.delete_audience(audience, key, extras)

    expect_refusal(context, "GUARD", refused)


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_any_other_rule(context: CheckContext, extras: RequestOptions) -> None:
    key, other = context.create_key(), context.create_key()
    audience = context.ready_audience(key)
    powerless = context.create_key(*OTHERS, accountGroupId=key.group)
    gone = context.ready_audience(key)
    deleted = context.delete_audience(gone, key, extras)

    expect_refusal(context, "PERMISSION", context.delete_audience(audience, powerless, extras))
    expect_refusal(context, "SCOPE", context.delete_audience(audience, other, extras))
    expect_refusal(context, "EFFECT", context.delete_audience(gone, key, extras), deleted)
    keyless = sent_to(context, audience.group, audience.id, None, extras)
    expect_refusal(context, "KEY", keyless)  # what was added may be refused before the key is looked at
    expect_still_there(context, "REFUSED", audience, key, keyless)


def check_without_a_valid_key_nothing_is_deleted(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    near_misses = [*near_misses_of_key(key.token, len(key.token) - 1), "x"]
    wrong: list[dict[str, str]] = [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}]
    wrong += [{"Authorization": f"Bearer {one}"} for one in context.not_issued(near_misses)]

    sends = [partial(sent_to, context, audience.group, audience.id, None, RequestOptions(one)) for one in wrong]
    times = -(-context.repeats // len(sends))
    for refused in context.client.send_in_parallel(sends * times):
        expect(context, "KEY", refused, {401})

    expect_still_there(context, "REFUSED", audience, key, refused)


@pytest.mark.parametrize("when", ["from the start", "after use"])
def check_a_revoked_key_deletes_nothing(context: CheckContext, when: str) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    revoked = (
        context.create_key(accountGroupId=key.group) if when == "after use" else context.key_revoked_from_start(key)
    )
    if when == "after use":
        expect(context, "DONE", context.delete_audience(context.ready_audience(key), revoked), {200})
        context.revoke(revoked)

    refused = context.delete_audience(audience, revoked)

    expect(context, "KEY", refused, {401})
    expect_still_there(context, "REFUSED", audience, key, refused)


@pytest.mark.parametrize("held", [(), *[(one,) for one in OTHERS], OTHERS])
def check_without_the_required_permission_nothing_is_deleted(context: CheckContext, held: tuple[str, ...]) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    powerless = context.create_key(permissions=list(held), accountGroupId=key.group)

    refused = context.delete_audience(audience, powerless)

    expect(context, "PERMISSION", refused, {403})
    expect_still_there(context, "REFUSED", audience, key, refused)


def check_a_key_with_the_required_permission_alone_deletes(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    alone = context.create_key(PERMISSION, accountGroupId=key.group)

    deleted = context.delete_audience(audience, alone)

    expect(context, "PERMISSION-SUFFICES", deleted, {200})
    context.ledger.passed(f"{PREFIX}-DONE")


def check_account_groups_are_kept_apart(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    own = context.ready_audience(key)
    foreign = distinct_from(lambda: context.ready_audience(other), {own.id}, lambda audience: audience.id)

    for group, audience, statuses in (
        (other.group, foreign, ELSEWHERE),
        (other.group, own, FOREIGN),
        (key.group, foreign, FOREIGN),
    ):
        refused = sent_to(context, group, audience.id, key.token)
        expect(context, "SCOPE", refused, statuses)

    expect_still_there(context, "REFUSED", own, key, refused)
    expect_still_there(context, "REFUSED", foreign, other, refused)


def check_what_is_not_there_is_not_found(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.delete_audience(audience, key)

    refused = context.delete_audience(audience, key)

    expect(context, "FOUND", refused, {404})


def check_a_near_miss_of_an_identifier_hits_nothing(context: CheckContext) -> None:
    key = context.create_key()
    audience, populated, ended = (
        context.ready_audience(key),
        context.populated_audience(key),
        context.populated_audience(key),
    )
    context.end_job(ended, "completed")
    near = near_misses_of_identifier(audience.id, context.random.randrange(len(audience.id)))
    misses = [near.shorter, near.longer, near.changed, near.percent_encoded]

    # Each kind of thing may count for itself.
    others = {key.group, str(populated.job), str(ended.job)} - {audience.id, populated.id, ended.id}
    for miss in [*context.not_issued(misses), *sorted(others)]:
        refused = sent_to(context, audience.group, miss, key.token)
        expect_refusal(context, "EXACT", refused)

    expect_still_there(context, "REFUSED", audience, key, refused)
    expect_still_there(context, "EXACT", ended, key, refused)


@pytest.mark.parametrize("identifier", ODD)
def check_an_odd_identifier_is_refused_as_documented(context: CheckContext, identifier: str) -> None:
    key = context.create_key()

    expect(context, "ODD", sent_to(context, key.group, identifier, key.token), {400, 404})


def check_a_strange_identifier_is_refused(context: CheckContext) -> None:
    key = context.create_key()

    for identifier in STRANGE:
        call = ApiRequest(operations.DELETE_AUDIENCE, key.token, key.group, identifier)
        expect(context, "STRANGE", context.client.send(call, judged=False), {400, 403, 404})


def check_an_idempotency_key_replays_nothing(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    once = context.fresh_idempotency_key()
    first = context.delete_audience(audience, key, once)

    again = context.delete_audience(audience, key, once)

    expect(context, "IDEMPOTENCY", again, {404}, first)


def check_concurrent_deletes(context: CheckContext) -> None:
    key = context.create_key()
    for _ in range(context.share_of_repeats(9)):
        audience = context.ready_audience(key)

        answers = context.client.send_concurrently([partial(context.delete_audience, audience, key)] * CLIENTS)

        later = context.delete_audience(audience, key)
        expect_refusal(context, "EFFECT", later, *answers)
        succeeded = [answer for answer in answers if answer.status == 200]
        said = f"{len(succeeded)} of {CLIENTS}"
        context.ledger.expect(f"{PREFIX}-ONCE", "exactly one 200", said, answers, holds=len(succeeded) == 1)


def check_concurrent_deletes_of_a_populated_audience(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)

    answers = context.client.send_concurrently([partial(context.delete_audience, audience, key)] * CLIENTS)

    for answer in answers:
        expect_guard(context, audience, answer)
    context.end_job(audience, "completed")
    expect_still_there(context, "GUARD-KEEPS", audience, key, *answers)


def check_when_the_rate_limit_is_exceeded(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.states.setup(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)

    refused = context.delete_audience(audience, key, limited=True)

    context.states.teardown(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)
    if refused.status != 429:
        raise NotEstablishedError(f"the rate limit was said to be exhausted, but the target answered {refused.status}")
    expect_still_there(context, "REFUSED", audience, key, refused)


def check_when_the_server_fails(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.states.setup(ProviderState.SERVER_FAILING, apiKey=key.token, times=1)

    failed = context.delete_audience(audience, key)

    if failed.status != 500:
        raise NotEstablishedError(f"the server was said to fail, but answered {failed.status}")


def check_a_revoked_key_stays_revoked(context: CheckContext, revoked_keys: list[Key]) -> None:
    for key in revoked_keys:
        audience = context.ready_audience(context.create_key(accountGroupId=key.group))
        sends = [partial(context.delete_audience, audience, key)] * some(context)

        for refused in context.client.send_in_parallel(sends):
            expect(context, "KEY", refused, {401})


def check_what_was_deleted_stays_deleted(context: CheckContext, acknowledged_deletions: Deletions) -> None:
    keys: dict[str, Key] = {}
    for (group, audience), deleted in acknowledged_deletions:
        key = keys.get(group) or keys.setdefault(group, context.create_key(accountGroupId=group))

        later = sent_to(context, group, audience, key.token)

        expect_refusal(context, "EFFECT", later, deleted)
        expect(context, "FOUND", later, {404}, deleted)
