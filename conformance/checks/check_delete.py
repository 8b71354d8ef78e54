"""The page "Delete an audience", sentence by sentence."""

from collections.abc import Collection
from functools import partial

import pytest

from conformance.client.client import Call, Extras
from conformance.client.contract import member
from conformance.client.deletions import Deletions
from conformance.harness.context import Audience, Key, Situation, apart
from conformance.harness.expectations import belied, described, is_refusal
from conformance.harness.identifiers import ODD, STRANGE
from conformance.model import OperationId
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.results.verdicts import Exchange
from conformance.states import NotEstablishedError

PREFIX = OperationId.DELETE_AUDIENCE.prefix
PERMISSION = "audiences:write"
OTHERS = ("audiences:read", "prospects:read", "prospecting:read", "prospecting:write")
OUTCOMES = ("completed", "failed", "cancelled")
JOB_STATUSES = ("queued", "running")
CLIENTS = 8
PLAIN = Extras()
JSON = {"Content-Type": "application/json"}
FORCE = b'{"force": true}'
ADDED = tuple(
    Extras({**headers, **(JSON if content else {})}, query, content)
    for headers in ({"Idempotency-Key": "once"}, {"X-HTTP-Method-Override": "GET"}, {})
    for query in ("", "?force=true")
    for content in (None, FORCE)
)
"""What a client may add to a request: a key that replays nothing, a query, a body."""


def sent_to(situation: Situation, group: str, audience: str, token: str | None, extras: Extras = PLAIN) -> Exchange:
    """The answer to a DELETE of what may not be there."""
    return situation.client.send(Call(OperationId.DELETE_AUDIENCE, token, group, audience, extras=extras))


def some(situation: Situation) -> int:
    """How often to ask where six checks ask the same."""
    return max(1, situation.repeats // 6)


def expect(situation: Situation, fact: str, exchange: Exchange, statuses: Collection[int], *before: Exchange) -> None:
    """Note whether a response has one of the statuses that a requirement demands."""
    expected = " or ".join(map(str, sorted(statuses)))
    holds = exchange.status in statuses
    seen = [*before, exchange]
    situation.ledger.expect(f"{PREFIX}-{fact}", expected, described(exchange), seen, holds=holds)


def expect_refusal(situation: Situation, fact: str, exchange: Exchange, *before: Exchange) -> None:
    """Note whether a request was refused, whatever the status of the refusal."""
    seen = [*before, exchange]
    situation.ledger.expect(f"{PREFIX}-{fact}", "a refusal", described(exchange), seen, holds=is_refusal(exchange))


def expect_guard(situation: Situation, audience: Audience, exchange: Exchange) -> None:
    """Note whether the guard has answered for an audience that is being populated."""
    expected = f"409, since by the target's own word the active job {audience.job} populates it"
    holds = exchange.status == 409
    situation.ledger.expect(f"{PREFIX}-GUARD", expected, described(exchange), [exchange], holds=holds)


def expect_still_there(situation: Situation, fact: str, audience: Audience, key: Key, *refused: Exchange) -> None:
    """Note that what was refused has had no effect: the audience is there, to be deleted now."""
    expect(situation, fact, situation.delete(audience, key), {200}, *refused[-1:])


def check_a_ready_audience_is_deleted(situation: Situation) -> None:
    key = situation.key()
    audiences = [situation.ready(key) for _ in range(situation.repeats)]

    deleted = situation.client.side_by_side([partial(situation.delete, audience, key) for audience in audiences])

    for exchange in deleted:
        expect(situation, "DONE", exchange, {200})
    again = situation.client.side_by_side([partial(situation.delete, audience, key) for audience in audiences])
    for exchange, before in zip(again, deleted, strict=True):
        expect_refusal(situation, "EFFECT", exchange, before)


def check_deleting_one_audience_leaves_its_neighbours(situation: Situation) -> None:
    key, other = situation.key(), situation.key()
    before, gone, after, elsewhere = (situation.ready(one) for one in (key, key, key, other))

    deleted = situation.delete(gone, key)

    expect_still_there(situation, "ONLY", before, key, deleted)
    expect_still_there(situation, "ONLY", after, key, deleted)
    expect_still_there(situation, "ONLY", elsewhere, other, deleted)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", JOB_STATUSES)
def check_a_populated_audience_is_protected(situation: Situation, job_status: str, outcome: str) -> None:
    key = situation.key()
    audience = situation.populated(key, job_status)

    answers = situation.client.side_by_side([partial(situation.delete, audience, key)] * some(situation))
    answers += [situation.delete(audience, other) for other in situation.colleagues(key, PERMISSION)]
    lie = belied(answers)
    if lie is not None:
        expect(situation, "GUARD-KEEPS", lie[1], {409}, lie[0])
    for refused in answers:
        expect_guard(situation, audience, refused)
        code = member(refused, "error", "code")
        named = code == "AUDIENCE_NOT_READY"
        situation.ledger.expect(f"{PREFIX}-GUARD-CODE", "AUDIENCE_NOT_READY", str(code), [refused], holds=named)

    situation.end(audience, outcome)
    deleted = situation.delete(audience, key)
    if deleted.status == 404:
        expect(situation, "GUARD-KEEPS", deleted, {200}, refused)
    situation.ledger.held(f"{PREFIX}-GUARD-KEEPS")
    expect(situation, "GUARD-ENDS", deleted, {200}, refused)


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_the_guard(situation: Situation, extras: Extras) -> None:
    key = situation.key()
    audience = situation.populated(key)

    refused = situation.delete(audience, key, extras)

    expect_refusal(situation, "GUARD", refused)


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_any_other_rule(situation: Situation, extras: Extras) -> None:
    key, other = situation.key(), situation.key()
    audience = situation.ready(key)
    powerless = situation.key(*OTHERS, accountGroupId=key.group)
    gone = situation.ready(key)
    deleted = situation.delete(gone, key, extras)

    expect_refusal(situation, "PERMISSION", situation.delete(audience, powerless, extras))
    expect_refusal(situation, "SCOPE", situation.delete(audience, other, extras))
    expect_refusal(situation, "EFFECT", situation.delete(gone, key, extras), deleted)
    keyless = sent_to(situation, audience.group, audience.id, None, extras)
    expect_refusal(situation, "KEY", keyless)  # what was added may be refused before the key is looked at
    expect_still_there(situation, "REFUSED", audience, key, keyless)


def check_without_a_valid_key_nothing_is_deleted(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key)
    near = [
        key.token.swapcase(),
        key.token[:-1],
        key.token + "x",
        key.token[:-1] + ("a" if key.token[-1] != "a" else "b"),
        key.token[1:],
        "x",
    ]
    wrong: list[dict[str, str]] = [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}]
    wrong += [{"Authorization": f"Bearer {one}"} for one in situation.nowhere(near)]

    sends = [partial(sent_to, situation, audience.group, audience.id, None, Extras(one)) for one in wrong]
    times = -(-situation.repeats // len(sends))
    for refused in situation.client.side_by_side(sends * times):
        expect(situation, "KEY", refused, {401})

    expect_still_there(situation, "REFUSED", audience, key, refused)


@pytest.mark.parametrize("when", ["from the start", "after use"])
def check_a_revoked_key_deletes_nothing(situation: Situation, when: str) -> None:
    key = situation.key()
    audience = situation.ready(key)
    revoked = situation.key(accountGroupId=key.group) if when == "after use" else situation.born_revoked(key)
    if when == "after use":
        expect(situation, "DONE", situation.delete(situation.ready(key), revoked), {200})
        situation.revoke(revoked)

    refused = situation.delete(audience, revoked)

    expect(situation, "KEY", refused, {401})
    expect_still_there(situation, "REFUSED", audience, key, refused)


@pytest.mark.parametrize("held", [(), *[(one,) for one in OTHERS], OTHERS])
def check_without_the_required_permission_nothing_is_deleted(situation: Situation, held: tuple[str, ...]) -> None:
    key = situation.key()
    audience = situation.ready(key)
    powerless = situation.key(permissions=list(held), accountGroupId=key.group)

    refused = situation.delete(audience, powerless)

    expect(situation, "PERMISSION", refused, {403})
    expect_still_there(situation, "REFUSED", audience, key, refused)


def check_a_key_with_the_required_permission_alone_deletes(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key)
    alone = situation.key(PERMISSION, accountGroupId=key.group)

    deleted = situation.delete(audience, alone)

    expect(situation, "PERMISSION-SUFFICES", deleted, {200})
    situation.ledger.held(f"{PREFIX}-DONE")


def check_account_groups_are_kept_apart(situation: Situation) -> None:
    key, other = situation.key(), situation.key()
    own = situation.ready(key)
    foreign = apart(lambda: situation.ready(other), {own.id}, lambda audience: audience.id)

    for group, audience, statuses in (
        (other.group, foreign, ELSEWHERE),
        (other.group, own, FOREIGN),
        (key.group, foreign, FOREIGN),
    ):
        refused = sent_to(situation, group, audience.id, key.token)
        expect(situation, "SCOPE", refused, statuses)

    expect_still_there(situation, "REFUSED", own, key, refused)
    expect_still_there(situation, "REFUSED", foreign, other, refused)


def check_what_is_not_there_is_not_found(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key)
    situation.delete(audience, key)

    refused = situation.delete(audience, key)

    expect(situation, "FOUND", refused, {404})


def check_a_near_miss_of_an_identifier_hits_nothing(situation: Situation) -> None:
    key = situation.key()
    audience, populated, ended = situation.ready(key), situation.populated(key), situation.populated(key)
    situation.end(ended, "completed")
    place = situation.chance.randrange(len(audience.id))
    twice = "".join(f"%{ord(character):02X}" for character in audience.id)
    misses = [
        audience.id[:-1] or "x",
        audience.id + "0",
        audience.id[:place] + ("1" if audience.id[place] != "1" else "2") + audience.id[place + 1 :],
        twice,
    ]

    # Each kind of thing may count for itself.
    others = {key.group, str(populated.job), str(ended.job)} - {audience.id, populated.id, ended.id}
    for miss in [*situation.nowhere(misses), *sorted(others)]:
        refused = sent_to(situation, audience.group, miss, key.token)
        expect_refusal(situation, "EXACT", refused)

    expect_still_there(situation, "REFUSED", audience, key, refused)
    expect_still_there(situation, "EXACT", ended, key, refused)


@pytest.mark.parametrize("identifier", ODD)
def check_an_odd_identifier_is_refused_as_documented(situation: Situation, identifier: str) -> None:
    key = situation.key()

    expect(situation, "ODD", sent_to(situation, key.group, identifier, key.token), {400, 404})


def check_a_strange_identifier_is_refused(situation: Situation) -> None:
    key = situation.key()

    for identifier in STRANGE:
        call = Call(OperationId.DELETE_AUDIENCE, key.token, key.group, identifier)
        expect(situation, "STRANGE", situation.client.send(call, judged=False), {400, 403, 404})


def check_an_idempotency_key_replays_nothing(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key)
    once = situation.once()
    first = situation.delete(audience, key, once)

    again = situation.delete(audience, key, once)

    expect(situation, "IDEMPOTENCY", again, {404}, first)


def check_concurrent_deletes(situation: Situation) -> None:
    key = situation.key()
    for _ in range(max(1, situation.repeats // 9)):
        audience = situation.ready(key)

        answers = situation.client.at_once([partial(situation.delete, audience, key)] * CLIENTS)

        later = situation.delete(audience, key)
        expect_refusal(situation, "EFFECT", later, *answers)
        succeeded = [answer for answer in answers if answer.status == 200]
        said = f"{len(succeeded)} of {CLIENTS}"
        situation.ledger.expect(f"{PREFIX}-ONCE", "exactly one 200", said, answers, holds=len(succeeded) == 1)


def check_concurrent_deletes_of_a_populated_audience(situation: Situation) -> None:
    key = situation.key()
    audience = situation.populated(key)

    answers = situation.client.at_once([partial(situation.delete, audience, key)] * CLIENTS)

    for answer in answers:
        expect_guard(situation, audience, answer)
    situation.end(audience, "completed")
    expect_still_there(situation, "GUARD-KEEPS", audience, key, *answers)


def check_when_the_rate_limit_is_exceeded(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key)
    situation.states.setup("the rate limit is exhausted", apiKey=key.token)

    refused = situation.delete(audience, key, limited=True)

    situation.states.teardown("the rate limit is exhausted", apiKey=key.token)
    if refused.status != 429:
        message = f"the rate limit was said to be exhausted, but the target answered {refused.status}"
        raise NotEstablishedError(message)
    expect_still_there(situation, "REFUSED", audience, key, refused)


def check_when_the_server_fails(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key)
    situation.states.setup("the server fails internally", apiKey=key.token, times=1)

    failed = situation.delete(audience, key)

    if failed.status != 500:
        message = f"the server was said to fail, but answered {failed.status}"
        raise NotEstablishedError(message)


def check_a_revoked_key_stays_revoked(situation: Situation, revoked: list[Key]) -> None:
    for key in revoked:
        audience = situation.ready(situation.key(accountGroupId=key.group))
        sends = [partial(situation.delete, audience, key)] * some(situation)

        for refused in situation.client.side_by_side(sends):
            expect(situation, "KEY", refused, {401})


def check_what_was_deleted_stays_deleted(situation: Situation, acknowledged: Deletions) -> None:
    keys: dict[str, Key] = {}
    for (group, audience), deleted in acknowledged:
        key = keys.get(group) or keys.setdefault(group, situation.key(accountGroupId=group))

        later = sent_to(situation, group, audience, key.token)

        expect_refusal(situation, "EFFECT", later, deleted)
        expect(situation, "FOUND", later, {404}, deleted)
