"""Snapshots of an account group: every member that can be seen of it, by the place where it is shown."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from conformance.results.exchange import Exchange

GET, LIST, NAVIGATION, PROSPECTS, JOBS = "GET", "list", "navigation", "prospects", "list of jobs"
"""The places that show an account group: an audience, the list, the navigation, prospects of an audience, jobs."""

_WHOLE = frozenset({LIST, NAVIGATION, JOBS})
"""The places that show many resources at once."""

ABSENT: Final = "(not shown)"
"""The value of what a snapshot does not show."""

_REPEATED = ("name", "description", "folderId", "type", "prospectCount", "createdAt")
"""The members of an audience that each place shows again."""

_SAME_IN_FOLDERS = frozenset({"id", "name", "description", "folderId", "prospectCount"})
"""The members of an audience that say the same inside a folder of the navigation as elsewhere.

The page prints them in another form there (`prospectCount` as a text), and another `type`: the form of types and times
inside a folder is not documented.
"""

_MOST_SHOWN = 6
_OK = 200
_DOCUMENTED = {
    "audience": frozenset(
        {"status", "id", "name", "description", "type", "folderId", "folder", "prospectCount", "createdAt", "items"}
    ),
    "folder": frozenset({"id", "name", "audienceType"}),
    "job": frozenset({"jobId", "status"}),
    "account group": frozenset({"status"}),
}
"""The members whose change breaks a MUST, by the kind of resource; a change of any other breaks a SHOULD."""


class Sight(NamedTuple):
    """A member that is shown of a resource.

    Attributes:
        kind: `audience`, `folder`, `job`, or `account group` for a list as a whole.
        id: The identifier of the resource; empty for an account group.
        place: The place that shows it.
        member: The name of the member, `status` for that of the response, `folder` for the place in the navigation,
            `items` for the prospects.
    """

    kind: str
    id: str
    place: str
    member: str

    @property
    def is_documented(self) -> bool:
        """Whether a page shows the member; another may change as the target likes."""
        return self.member in _DOCUMENTED[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.member} ({self.place})".replace("  ", " ")


class Difference(NamedTuple):
    """A member with its earlier and its later value."""

    sight: Sight
    earlier: Any
    later: Any


@dataclass(frozen=True)
class GroupSnapshot:
    """Everything that can be seen of an account group at one moment.

    Attributes:
        visible: The value of each member.
        orders: The identifiers of each list, in their order.
        shown_by: The exchange that showed each member.
    """

    visible: Mapping[Sight, Any]
    orders: Mapping[str, tuple[str, ...]]
    shown_by: Mapping[Sight, Exchange]

    def evidence(self, found: Collection["Difference"]) -> list[Exchange]:
        """Return the exchanges that show differences; for what is not shown any more, those that showed its place."""
        by_place = {(sight.place, "" if sight.place in _WHOLE else sight.id): at for sight, at in self.shown_by.items()}
        exchanges: dict[int, Exchange] = {}
        for sight, _, _ in found:
            place = (sight.place, "" if sight.place in _WHOLE else sight.id)
            exchange = self.shown_by.get(sight) or by_place.get(place)
            if exchange is not None:
                exchanges[exchange.number] = exchange
        return [exchanges[number] for number in sorted(exchanges)][:_MOST_SHOWN]

    def ids(self, kind: str, *places: str) -> frozenset[str]:
        """Return the identifiers of the resources of a kind, in some places or anywhere."""
        return frozenset(
            sight.id
            for sight, value in self.visible.items()
            if sight.kind == kind and (not places or sight.place in places) and _shows(sight, value)
        )

    def value(self, kind: str, identifier: str, place: str, member: str) -> Any:  # noqa: ANN401  (JSON)
        """Return the value of a member; `ABSENT` where it is not shown."""
        return self.visible.get(Sight(kind, identifier, place, member), ABSENT)

    def reads_all(self, audience_ids: Collection[str]) -> bool:
        """Whether each of some audiences can be read, as far as single reads were made."""
        return all(self.value("audience", one, GET, "status") in {_OK, ABSENT} for one in audience_ids)

    def shows(self, kind: str, identifier: str, member: str, value: object) -> bool:
        """Whether a resource shows this value wherever it shows the member."""
        return all(
            shown == value
            for sight, shown in self.visible.items()
            if (sight.kind, sight.id, sight.member) == (kind, identifier, member)
        )


def _shows(sight: Sight, value: object) -> bool:
    """Whether a sight shows that the resource is there: a refusal does not."""
    return sight.member != "status" or sight.kind == "job" or value == _OK


def differences(
    earlier: GroupSnapshot, later: GroupSnapshot, is_allowed: Callable[[Difference], bool] = lambda _: False
) -> list[Difference]:
    """Return the members that differ, the documented ones first, except those that may.

    The navigation may show an audience in another form inside a folder than outside: that is no difference.
    """
    sights = sorted({*earlier.visible, *later.visible}, key=lambda sight: (not sight.is_documented, sight))
    compared = (
        Difference(sight, earlier.visible.get(sight, ABSENT), later.visible.get(sight, ABSENT)) for sight in sights
    )
    return [
        item
        for item in compared
        if item.earlier != item.later
        and not (_changes_its_place(item.sight, earlier, later) and _agree(item.sight.member, item.earlier, item.later))
        and not is_allowed(item)
    ]


def _changes_its_place(sight: Sight, earlier: GroupSnapshot, later: GroupSnapshot) -> bool:
    """Whether a member of the navigation is inside a folder in one of two snapshots, and outside in the other."""
    if (sight.kind, sight.place) != ("audience", NAVIGATION) or sight.member == "folder":
        return False
    folders = [snapshot.value("audience", sight.id, NAVIGATION, "folder") for snapshot in (earlier, later)]
    return ABSENT not in folders and (folders[0] is None) != (folders[1] is None)


def _agree(member: str, *values: object) -> bool:
    """Whether values of a member, inside and outside a folder of the navigation, may be the same in another form."""
    if member not in _SAME_IN_FOLDERS:
        return True
    return len({_printed(value) for value in values if value != ABSENT}) <= 1


def _printed(value: object) -> str:
    return "" if value is None else str(value)


def reordered(earlier: GroupSnapshot, later: GroupSnapshot, touched: Collection[str]) -> list[str]:
    """Return the places in which the order of untouched items differs."""
    return [
        place
        for place in earlier.orders
        if place in later.orders
        and _untouched(earlier.orders[place], later.orders[place], touched)
        != _untouched(later.orders[place], earlier.orders[place], touched)
    ]


def _untouched(ids: Collection[str], others: Collection[str], touched: Collection[str]) -> list[str]:
    return [identifier for identifier in ids if identifier in others and identifier not in touched]


def contradictions(snapshot: GroupSnapshot) -> Iterator[str]:
    """Yield what one place shows of an audience and another contradicts."""
    listed, navigated = snapshot.ids("audience", LIST), snapshot.ids("audience", NAVIGATION)
    for identifier in sorted(listed | navigated):
        if (identifier in listed) != (identifier in navigated):
            yield f"audience {identifier} is in the {LIST if identifier in listed else NAVIGATION} only"
    for identifier in sorted(snapshot.ids("audience")):
        yield from _contradictions_of(snapshot, identifier, is_listed=identifier in listed)


def _contradictions_of(snapshot: GroupSnapshot, identifier: str, *, is_listed: bool) -> Iterator[str]:
    status, prospects = (snapshot.value("audience", identifier, place, "status") for place in (GET, PROSPECTS))
    if status != ABSENT and (status == _OK) != is_listed:
        yield f"audience {identifier} is {'' if is_listed else 'not '}in the list, and its GET has status {status}"
    if ABSENT not in {status, prospects} and (status == _OK) != (prospects == _OK):
        yield f"audience {identifier} has status {status}, and its prospects {prospects}"
    folder = snapshot.value("audience", identifier, NAVIGATION, "folder")
    for member in _REPEATED:
        values = [snapshot.value("audience", identifier, place, member) for place in (GET, LIST, NAVIGATION)]
        compared = values if folder in (None, ABSENT) or member in _SAME_IN_FOLDERS else values[:2]
        if len({_printed(value) for value in compared if value != ABSENT}) > 1:
            yield f"audience {identifier} has {member} {values} in {GET}, {LIST}, {NAVIGATION}"
    own = snapshot.value("audience", identifier, GET, "folderId")
    if ABSENT not in {folder, own} and folder != own:
        yield f"audience {identifier} has folderId {own}, and is in folder {folder} of the navigation"


def describe_differences(found: Collection[Difference], *, later: bool) -> str:
    """Return the later or the earlier values of differences as a text."""
    shown = [f"{item.sight}: {item.later if later else item.earlier!r}" for item in list(found)[:_MOST_SHOWN]]
    rest = len(found) - len(shown)
    return "; ".join([*shown, *([f"and {rest} more"] if rest > 0 else [])])[:600]
