"""The whole effect of each write: what its page says, and nothing else that can be seen, in any account group."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.effects_world import World, build_world
from conformance.harness.expectations import Expectations, SoftAssertions
from conformance.harness.group_snapshot import (
    ABSENT,
    LIST,
    NAVIGATION,
    PROSPECTS,
    Difference,
    GroupSnapshot,
    differences,
    reordered,
)
from conformance.harness.group_view import GroupView, agrees_with_itself
from conformance.results.exchange import SUCCESS, Exchange

FOLDER = frozenset({"id", "name", "audienceType", "isPinned", "position", "createdAt"})
"""The printed members of a folder, but for the time of its last change."""

KINDS = {Resource.AUDIENCE: "audience", Resource.FOLDER: "folder", Resource.JOB: "job"}
_OK = 200
MOVED = frozenset({"folderId", "folder"})


@dataclass(frozen=True)
class Write:
    """A write of the first account group, and what it may change.

    Attributes:
        operation: The operation.
        target: The audience, folder or job that it names, and that alone it may change.
        changes: The members of the target that a success may change; None for all.
        body: The body.
        effect: The members that the target shows after a success.
    """

    operation: OperationSpec
    target: str = ""
    changes: frozenset[str] | None = None
    body: Any = None
    effect: Mapping[str, Any] = field(default_factory=dict)


def check_a_write_changes_what_its_page_says_and_nothing_else(context: CheckContext) -> None:
    world = build_world(context)
    soft = SoftAssertions()

    restless = restless_members(world)
    with soft:
        expect_own_resources(world)
    with soft:
        expect_stock(world)
    for write in writes(world):
        with soft:
            expect_effect(world, write, restless)
    soft.raise_first()


def restless_members(world: World) -> set[tuple[str, str]]:
    """Return the members that change without a write, by kind; lists that change their order by themselves, too."""
    again = world.context.client.send_in_parallel([view.settled for view in world.views])
    found = [item for before, after in zip(world.snapshots, again, strict=True) for item in differences(before, after)]
    orders = [place for pair in zip(world.snapshots, again, strict=True) for place in reordered(*pair, ())]
    world.snapshots = again
    return {(item.sight.kind, item.sight.member) for item in found} | {("order", place) for place in orders}


def expect_own_resources(world: World) -> None:
    """Expect no place of one account group to show what was made in the other."""
    expect = Expectations(world.context)
    for one, other in ((0, 1), (1, 0)) if len(world.groups) > 1 else ():
        snapshot, foreign = world.snapshots[one], world.groups[other]
        foreign_ids = {*foreign.known, *foreign.folders.values()} - {
            *world.groups[one].known,
            *world.groups[one].folders.values(),
        }
        for place, prefix in ((LIST, "AUD-LIST"), (NAVIGATION, "AUD-NAVIGATION")):
            shown = foreign_ids & (snapshot.ids("audience", place) | snapshot.ids("folder", place))
            evidence = [snapshot.shown_by[sight] for sight in snapshot.visible if sight.place == place][:1]
            expected = "nothing of the other account group"
            expect.condition(f"{prefix}-SCOPE", expected, str(sorted(shown)), evidence, holds=not shown)


def expect_stock(world: World) -> None:
    """Expect each audience to have as many prospects as the target was asked to put into it."""
    for group, snapshot in zip(world.groups, world.snapshots, strict=True):
        for audience, count in group.stock.items():
            prospects = snapshot.value("audience", audience, PROSPECTS, "items")
            evidence = [at for sight, at in snapshot.shown_by.items() if sight[1:3] == (audience, PROSPECTS)][-1:]
            expected, actual = f"{count} prospects in the audience {audience}", f"{len(prospects)}: {prospects}"[:300]
            holds = isinstance(prospects, tuple) and len(prospects) == count
            Expectations(world.context).condition("AUD-PROSPECTS-CURRENT", expected, actual, evidence, holds=holds)


def writes(world: World) -> Iterator[Write]:
    """Yield each write in turn; those of jobs come last, as a job goes on by itself."""
    own, name = world.own, f"written {world.context.random.getrandbits(32):x}"
    foreign = world.groups[-1].key.group
    added = {"accountGroupId": foreign, "prospectCount": 999, "createdAt": "1999-12-31T23:59:59.999Z"}
    subject = own.audiences["subject"]
    update = operations.UPDATE_AUDIENCE
    yield Write(update, subject, frozenset({"name"}), {"name": name}, {"name": name})
    described = {"description": f"{name} described"}
    body = {**described, **added, "type": "monitoring", "folderId": own.folders.get("second", subject)}
    yield Write(update, subject, frozenset(described), body, described)
    yield Write(update, subject, frozenset(), {"name": 1, "description": "refused"})
    new = {"name": f"{name} anew", "type": "on_demand"}
    yield Write(operations.CREATE_AUDIENCE, body=new)
    yield Write(operations.CREATE_AUDIENCE, body={**new, **added, "name": f"{name} more", "id": subject})
    if own.folders:
        yield from folder_writes(world, name)
    yield Write(operations.DELETE_AUDIENCE, own.audiences["doomed"])
    for audience in own.populated[:1]:
        yield Write(operations.DELETE_AUDIENCE, audience.id, frozenset())
        if world.context.profile is Profile.FULL:
            yield Write(operations.CANCEL_JOB, str(audience.job), effect={"status": "cancelled"})
    if world.context.profile is Profile.FULL and world.context.states.may_spend_credits:
        yield Write(operations.START_JOB, body=world.context.start_body(own.key))


def folder_writes(world: World, name: str) -> Iterator[Write]:
    """Yield the writes that need folders."""
    folders, audiences = world.own.folders, world.own.audiences
    first, second = folders["first"], folders["second"]
    yield Write(operations.CREATE_FOLDER, body={"name": f"{name} folder", "audienceType": "on_demand"})
    renamed = {"name": f"{name} renamed"}
    yield Write(operations.RENAME_FOLDER, second, frozenset({"name"}), renamed, renamed)
    move, loose = operations.MOVE_TO_FOLDER, audiences["loose"]
    yield Write(move, loose, MOVED, {"folderId": first}, {"folderId": first})
    yield Write(move, audiences["mate"], MOVED, {"folderId": second}, {"folderId": second})
    yield Write(operations.REMOVE_FROM_FOLDER, loose, MOVED, None, {"folderId": None})


def expect_effect(world: World, write: Write, restless: set[tuple[str, str]]) -> None:
    """Send a write, and expect nothing to change but what its page says, in both account groups."""
    request = ApiRequest(write.operation, world.own.key.token, world.own.key.group, write.target, write.body)
    sent = world.context.client.send(request)
    outcome = Outcome(write, sent, restless, touched_ids(world, write, sent))
    soft, before = SoftAssertions(), world.snapshots
    with soft:
        expect_new(world.context, outcome, before[0])
    looks = [partial(look_after, world, outcome, *pair) for pair in zip(world.views, before, strict=True)]
    compared = world.context.client.send_in_parallel(looks)
    world.snapshots = [later for later, _ in compared]
    for view, earlier, (later, found) in zip(world.views, before, compared, strict=True):
        with soft:
            expect_no_other_effect(view, outcome, later, found)
        expect_order(world.context, outcome, earlier, later)
    soft.raise_first()


def look_after(
    world: World, outcome: "Outcome", view: GroupView, earlier: GroupSnapshot
) -> tuple[GroupSnapshot, list[Difference]]:
    """Compare an account group with what it was before a write; the effect has to show in that of the write."""
    if view.key != world.own.key:
        return view.compare(earlier, outcome.is_restless)
    return view.compare(earlier, outcome.may_differ, partial(shows_effect, world.context, outcome))


@dataclass(frozen=True)
class Outcome:
    """The outcome of a write.

    Attributes:
        write: The write.
        sent: Its exchange.
        restless: The members that change without a write, by kind.
        touched: The identifiers that it may change, or that are new by it.
    """

    write: Write
    sent: Exchange
    restless: set[tuple[str, str]]
    touched: set[str]

    @property
    def is_done(self) -> bool:
        """Whether the write succeeded; a refusal changes nothing."""
        return self.sent.status in SUCCESS

    def is_restless(self, difference: Difference) -> bool:
        """Whether a member changes without a write."""
        return (difference.sight.kind, difference.sight.member) in self.restless

    def may_differ(self, difference: Difference) -> bool:
        """Whether a member of the account group of the write may differ after it."""
        sight, write = difference.sight, self.write
        if self.is_restless(difference) or not self.is_done:
            return self.is_restless(difference)
        if sight.kind == "folder" and (sight.member == "updatedAt" or sight.member not in FOLDER):
            return True  # such as a number of audiences
        if not write.target:
            imported = write.operation is operations.START_JOB and sight.kind == "audience"
            return difference.earlier == ABSENT and (imported or sight.id in self.touched)
        named = write.changes is None or sight.member in {*write.changes, "updatedAt"}
        return sight.id in self.touched and named


def expect_new(context: CheckContext, outcome: Outcome, earlier: GroupSnapshot) -> None:
    """Expect what a request without a target has created not to have been there before."""
    if outcome.write.target or not outcome.is_done:
        return
    known = outcome.touched & (earlier.ids("audience") | earlier.ids("folder") | earlier.ids("job"))
    requirement_id, expected = outcome.write.operation.requirement("NEW"), "an identifier that was not there"
    Expectations(context).condition(requirement_id, expected, str(sorted(known)), [outcome.sent], holds=not known)


def shows_effect(context: CheckContext, outcome: Outcome, snapshot: GroupSnapshot) -> bool:
    """Whether a snapshot shows the effect of a write, in the same way wherever it shows it."""
    if not outcome.is_done:
        return True
    write = outcome.write
    if not write.target:
        return shows_new(write.operation, outcome.touched - {""}, snapshot)
    kind = KINDS[write.operation.resource]
    shown = all(snapshot.shows(kind, write.target, name, value) for name, value in write.effect.items())
    return shown and (context.facts.has_contradictions or agrees_with_itself(snapshot))


def shows_new(operation: OperationSpec, new_ids: Collection[str], snapshot: GroupSnapshot) -> bool:
    """Whether every place that shows resources shows a new one."""
    if operation is operations.CREATE_AUDIENCE:
        is_listed = all(not snapshot.ids("audience", place).isdisjoint(new_ids) for place in (LIST, NAVIGATION))
        return is_listed and snapshot.reads_all(new_ids)
    return not snapshot.ids("folder" if operation is operations.CREATE_FOLDER else "job").isdisjoint(new_ids)


def expect_no_other_effect(view: GroupView, outcome: Outcome, later: GroupSnapshot, found: list[Difference]) -> None:
    """Expect no difference; that nothing disappears is a MUST also where the page of the write does not say so."""
    operation = outcome.write.operation
    consistent = operation.requirement("CONSISTENT")
    only = operation.requirement("ONLY" if outcome.is_done else "REFUSED")
    if only in load_catalogue():
        view.expect_same((only, consistent), later, found, outcome.sent)
        return
    lost = [item for item in found if (item.sight.kind, item.sight.member, item.earlier) == ("audience", "status", _OK)]
    others = [item for item in found if item not in lost]
    view.expect_same((consistent, consistent), later, others, outcome.sent)
    view.expect_same(("AUD-GET-CURRENT", consistent), later, lost, outcome.sent)


def expect_order(context: CheckContext, outcome: Outcome, earlier: GroupSnapshot, later: GroupSnapshot) -> None:
    """Expect the items that a write does not touch to keep their order in each list."""
    moved = [place for place in reordered(earlier, later, outcome.touched) if ("order", place) not in outcome.restless]
    requirement_id, actual = outcome.write.operation.requirement("CONSISTENT"), f"another order in {moved}"
    expected = "the other items in their order"
    Expectations(context).condition(requirement_id, expected, actual, [outcome.sent], holds=not moved)


def touched_ids(world: World, write: Write, sent: Exchange) -> set[str]:
    """Return the identifiers that a successful write may change."""
    touched = {write.target, str(json_at(sent, "data", "id")), str(json_at(sent, "data", "jobId"))}
    if write.operation is operations.CANCEL_JOB:
        touched |= {audience.id for audience in world.own.populated if audience.job == write.target}
    return touched
