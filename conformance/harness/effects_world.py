"""The world in which the effects of writes are compared: two account groups, each with two of everything."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from conformance.harness.context import Audience, CheckContext
from conformance.harness.group_snapshot import GroupSnapshot
from conformance.harness.group_view import GroupView
from conformance.harness.key import Key
from conformance.states import HttpStates, NotEstablishedError

_STOCK = {"subject": 3, "mate": 2, "doomed": 2, "apart": 4, "loose": 1}
"""The audiences of the first account group, and the number of prospects in each."""

_NEIGHBOURS = {"neighbour": 2, "loose neighbour": 1}
_FOLDERS = {"subject": "first", "mate": "first", "doomed": "first", "apart": "second", "neighbour": "theirs"}


@dataclass
class Group:
    """An account group, and what was put into it.

    Attributes:
        key: A key with all permissions.
        audiences: The audiences that are ready, by their role.
        populated: The audiences that an active job populates.
        folders: The folders, by their role; none where folders may not be made.
        stock: The number of prospects that the target was asked for, by audience.
    """

    key: Key
    audiences: dict[str, str] = field(default_factory=dict)
    populated: list[Audience] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)

    @property
    def known(self) -> list[str]:
        """The identifiers of all audiences."""
        return [*self.audiences.values(), *(audience.id for audience in self.populated)]


@dataclass
class World:
    """Two account groups, and the last snapshot of each.

    Attributes:
        groups: The account group of the writes, and where it can be had another one.
        snapshots: The last snapshots of them.
    """

    context: CheckContext
    groups: list[Group]
    snapshots: list[GroupSnapshot] = field(default_factory=list)

    @property
    def own(self) -> Group:
        """The account group of the writes."""
        return self.groups[0]

    @property
    def views(self) -> list[GroupView]:
        """The views of the account groups."""
        return [GroupView(self.context, group.key, group.known) for group in self.groups]


def build_world(context: CheckContext) -> World:
    """Build the two account groups, as far as the states can, and take their first snapshots."""
    own = Group(context.create_key())
    groups = [own]
    with suppress(NotEstablishedError):
        groups.append(Group(context.create_key()))
    for group, stock, folders in zip(groups, (_STOCK, _NEIGHBOURS), (("first", "second"), ("theirs",)), strict=False):
        _fill(context, group, stock, folders)
    world = World(context, groups)
    world.snapshots = [view.settled() for view in world.views]
    return world


def _fill(context: CheckContext, group: Group, stock: dict[str, int], folders: Iterable[str]) -> None:
    if context.states.may_leave_folders:
        group.folders = {role: context.create_folder(group.key) for role in folders}
    for role, prospects in stock.items():
        audience = _stocked_audience(context, group, prospects)
        group.audiences[role] = audience
        folder = group.folders.get(_FOLDERS.get(role, ""))
        if folder is not None:
            context.move(group.key, audience, folder)
    if isinstance(context.states, HttpStates):  # elsewhere they are too few to be used up here
        group.populated = [context.populated_audience(group.key) for _ in range(2)]


def _stocked_audience(context: CheckContext, group: Group, prospects: int) -> str:
    try:
        audience = context.ready_audience(group.key, prospects=prospects).id
    except NotEstablishedError:
        return context.create_audience(group.key).id
    group.stock[audience] = prospects
    return audience
