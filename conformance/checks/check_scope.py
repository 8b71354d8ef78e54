"""Account groups are kept apart, and identifiers are exact: every operation, every crossing, every near miss."""

import dataclasses

import pytest

from conformance.client.client import Call, Extras
from conformance.client.contract import member
from conformance.harness.context import Key, Situation, apart
from conformance.harness.expectations import described, expecting
from conformance.harness.identifiers import ODD, STRANGE
from conformance.harness.operations import SCOPED, TARGETED, each
from conformance.harness.snapshots import everything, records, settled
from conformance.harness.unchanged import before, expect_unchanged
from conformance.harness.valid_requests import scene
from conformance.model import OperationId
from conformance.model.operation import ON_AUDIENCE
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.results.verdicts import SUCCESS
from conformance.states import NotEstablishedError

pytestmark = pytest.mark.profile("audiences")


@each(SCOPED)
def check_account_groups_are_kept_apart_everywhere(situation: Situation, operation: OperationId) -> None:
    key, other = situation.key(), situation.key()
    own = scene(situation, operation, key)
    taken = {own.target, *situation.made[key.group]} if own.target else ()
    foreign = apart(lambda: scene(situation, operation, other), taken, lambda call: call.target)
    was, was_foreign = before(situation, own, key), before(situation, foreign, other)
    expect = expecting(situation, own)

    crossings = [(dataclasses.replace(foreign, key=key.token), ELSEWHERE)]
    crossings += [(dataclasses.replace(own, group=other.group), FOREIGN if own.target else ELSEWHERE)]
    if own.target:
        crossings += [(dataclasses.replace(own, target=foreign.target), FOREIGN)]
    for crossing, statuses in crossings:
        refused = situation.client.send(crossing)
        expect.status("SCOPE", refused, statuses)

    expect_unchanged(situation, was, own, key, refused)
    expect_unchanged(situation, was_foreign, foreign, other, refused)


@each([OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION])
def check_lists_show_only_what_is_of_the_account_group(situation: Situation, operation: OperationId) -> None:
    key, other = situation.key(), situation.key()
    situation.created(key)
    name = f"of another account group {situation.chance.getrandbits(48):x}"
    situation.created(other, name=name)
    call = Call(operation, key.token, key.group)

    for _ in range(3):
        shown = situation.client.send(call)
        text = (shown.response_body or b"").decode("utf-8", "replace")
        expected = f"nothing called {name!r}, which belongs to another account group"
        expecting(situation, call).that("SCOPE", expected, text[:200], [shown], holds=name not in text)


@pytest.mark.profile("full")
def check_jobs_of_another_account_group_are_not_listed(situation: Situation) -> None:
    key, other = situation.key(), situation.key()
    call = Call(OperationId.LIST_JOBS, key.token, key.group)
    earlier, _ = everything(situation, OperationId.LIST_JOBS, key)

    situation.populated(other)

    for status in ("queued", "running", "completed", "failed", "cancelled"):
        if status not in {"queued", "running"}:
            situation.end(situation.populated(other), status)
        filtered = dataclasses.replace(call, extras=Extras(query=f"?status={status}"))
        text = described(shown := situation.client.send(filtered))
        ids = {one.get("jobId") for one in records(member(shown, "data", "items"))}
        known = {one.get("jobId") for one in earlier}
        holds = shown.status not in SUCCESS or ids <= known
        expecting(situation, call).that("SCOPE", f"none but {known}", text, [shown], holds=holds)

    after, exchanges = everything(situation, OperationId.LIST_JOBS, key)
    expected, came_back = (str(sorted(str(one.get("jobId")) for one in jobs)) for jobs in (earlier, after))
    expecting(situation, call).that("SCOPE", expected, came_back, exchanges, holds=expected == came_back)


@each(TARGETED)
def check_what_is_not_there_is_not_found_anywhere(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    expect = expecting(situation, call)
    if operation in ON_AUDIENCE:
        deleted = situation.do(OperationId.DELETE_AUDIENCE, key, call.target)
        if deleted.status != 200:
            message = f"an audience could not be deleted: the target answered {deleted.status}"
            raise NotEstablishedError(message)
        expect.status("FOUND", situation.client.send(call), {404}, deleted)
    for miss in near_misses(situation, call.target)[:2]:
        # An identifier may bear a check digit: then one that is not issued is a malformed one.
        expect.status("FOUND", situation.client.send(dataclasses.replace(call, target=miss)), {400, 404})


def near_misses(situation: Situation, identifier: str) -> list[str]:
    """Identifiers that nearly are this one; none that the target has given out."""
    place = situation.chance.randrange(len(identifier))
    one = "1" if identifier[place] != "1" else "2"
    misses = [
        identifier[:place] + one + identifier[place + 1 :],
        identifier + "0",
        identifier[:-1] or "x",
        identifier[1:] or "x",
        "0" + identifier,
        "".join(f"%{ord(character):02X}" for character in identifier),
    ]
    return situation.nowhere(misses)


@each(TARGETED)
def check_a_near_miss_hits_nothing_anywhere(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    misses = [*near_misses(situation, call.target), *of_something_else(situation, operation, key, call.target)]
    was = before(situation, call, key)

    for miss in misses:
        refused = situation.client.send(dataclasses.replace(call, target=miss))
        expecting(situation, call).refusal("EXACT", refused)

    expect_unchanged(situation, was, call, key, refused)


def of_something_else(situation: Situation, operation: OperationId, key: Key, own: str) -> list[str]:
    """Identifiers of other things, but for those that are one of this kind as well: each kind may count for itself."""
    try:
        populated = situation.populated(key)
    except NotEstablishedError:
        return []
    things = [key.group, populated.id if operation not in ON_AUDIENCE else str(populated.job)]
    known = {own, populated.id} if operation in ON_AUDIENCE else {own, str(populated.job)}
    return [thing for thing in things if thing not in known]


@each(SCOPED)
def check_odd_identifiers_are_refused_as_documented(situation: Situation, operation: OperationId) -> None:
    call = scene(situation, operation, situation.key())
    expect = expecting(situation, call)

    for identifier in ODD:
        expect.status("ODD", situation.client.send(dataclasses.replace(call, group=identifier)), {400, 403, 404})
        if call.target:
            expect.status("ODD", situation.client.send(dataclasses.replace(call, target=identifier)), {400, 404})


@each(SCOPED)
def check_strange_identifiers_are_refused(situation: Situation, operation: OperationId) -> None:
    call = scene(situation, operation, situation.key())

    for identifier in STRANGE:
        group, target = (call.group, identifier) if call.target else (identifier, "")
        refused = situation.client.send(dataclasses.replace(call, group=group, target=target), judged=False)
        expecting(situation, call).status("STRANGE", refused, {400, 403, 404})


@pytest.mark.profile("full")
def check_the_account_group_of_the_key_is_listed(situation: Situation) -> None:
    key, other = situation.key(), situation.key()
    call = Call(OperationId.LIST_ACCOUNTS, key.token)

    def shown() -> set[object]:
        return {one.get("id") for one in records(member(situation.client.send(call), "data", "items"))}

    settled(situation, lambda: key.group in shown())
    exchange = situation.client.send(call)
    ids = {one.get("id") for one in records(member(exchange, "data", "items"))}
    holds = key.group in ids and other.group not in ids
    expecting(situation, call).that("CURRENT", f"{key.group}, and not {other.group}", str(ids), [exchange], holds=holds)
