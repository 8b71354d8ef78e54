"""The reader of snapshots: lists, navigation, jobs, and each audience with its prospects."""

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Profile
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.group_snapshot import GET, JOBS, LIST, NAVIGATION, PROSPECTS, GroupSnapshot, Sight
from conformance.harness.key import Key
from conformance.harness.snapshots import pages_of, records
from conformance.results.exchange import Exchange
from conformance.states import HttpStates

_Item = tuple[dict[str, Any], Exchange]
"""An item of a list, and the page that shows it."""

_Place = tuple[OperationSpec, str]
"""An operation that reads, and the resource that its path names."""

_RESTLESS = {
    "audience": frozenset[str](),
    "folder": frozenset({"audiences"}),
    "job": frozenset({"updatedAt", "stages", "progress", "error"}),
}
"""The members that are not compared, by the kind of resource: those that change while a job is active."""

_PROSPECTS = operations.LIST_PROSPECTS
_PAGED = frozenset({operations.LIST_AUDIENCES, _PROSPECTS, operations.LIST_JOBS})
_OK = 200


class _Reader:
    """The reader of one snapshot; it notes refusals and failures like any other response."""

    def __init__(self, context: CheckContext, key: Key, known: Collection[str]) -> None:
        self._context = context
        self._key = key
        self._known = known
        self.visible: dict[Sight, Any] = {}
        self.orders: dict[str, tuple[str, ...]] = {}
        self.shown_by: dict[Sight, Exchange] = {}

    def read(self) -> None:
        """Read the account group; alone in it the suite looks at each audience, elsewhere at its own ones."""
        lists = [(operations.LIST_AUDIENCES, ""), (operations.GET_NAVIGATION, "")]
        if self._context.profile is Profile.FULL:
            lists.append((operations.LIST_JOBS, ""))
        known = dict.fromkeys(self._known)
        read = self._read_side_by_side([*lists, *_places_of(known)])
        shown = [*self._note_list(read[lists[0]]), *self._note_navigation(read[lists[1]][0])]
        for place in lists[2:]:
            self._note_jobs(read[place])
        is_alone = isinstance(self._context.states, HttpStates)
        mine = self._context.created_ids[self._key.group]
        others = [one for one in dict.fromkeys(shown) if one not in known and (is_alone or one in mine)]
        read |= self._read_side_by_side(_places_of(others))
        for operation, identifier in _places_of([*known, *others]):
            note = self._note_prospects if operation is _PROSPECTS else self._note_audience
            note(identifier, read[operation, identifier])

    def _read_side_by_side(self, places: list[_Place]) -> dict[_Place, list[Exchange]]:
        """Read resources, and all pages of lists, which do not depend on each other."""
        reads = [partial(self._pages, *place) for place in places]
        return dict(zip(places, self._context.client.send_in_parallel(reads), strict=True))

    def _pages(self, operation: OperationSpec, resource_id: str) -> list[Exchange]:
        if operation in _PAGED:
            return list(pages_of(self._context, operation, self._key, resource_id))
        return [self._context.call(operation, self._key, resource_id)]

    def _note_pages(self, status: Sight, pages: list[Exchange]) -> list[_Item]:
        """Note the status of the last page of a list, and return the items of all pages."""
        for page in pages:
            self._note(status, page.status, page)
        return [(item, page) for page in pages for item in records(json_at(page, "data", "items"))]

    def _note_list(self, pages: list[Exchange]) -> Iterable[str]:
        items = self._note_pages(Sight("account group", "", LIST, "status"), pages)
        return self._note_items("audience", LIST, items)

    def _note_navigation(self, navigation: Exchange) -> Iterator[str]:
        self._note(Sight("account group", "", NAVIGATION, "status"), navigation.status, navigation)
        folders = list(records(json_at(navigation, "data", "folders")))
        self._note_items("folder", NAVIGATION, [(folder, navigation) for folder in folders])
        nested = [(folder.get("id"), item) for folder in folders for item in records(folder.get("audiences"))]
        nested += [(None, item) for item in records(json_at(navigation, "data", "ungroupedAudiences"))]
        for folder, item in nested:
            self._note(Sight("audience", str(item.get("id")), NAVIGATION, "folder"), folder, navigation)
        yield from self._note_items("audience", NAVIGATION, [(item, navigation) for _, item in nested])

    def _note_jobs(self, pages: list[Exchange]) -> None:
        items = self._note_pages(Sight("account group", "", JOBS, "status"), pages)
        stable = [({**item, "status": _lasting(item.get("status"))}, page) for item, page in items]
        self._note_items("job", JOBS, stable, "jobId")

    def _note_audience(self, identifier: str, pages: list[Exchange]) -> None:
        read = pages[0]
        self._note(Sight("audience", identifier, GET, "status"), read.status, read)
        data = json_at(read, "data")
        if read.status == _OK and isinstance(data, dict):
            for name, value in data.items():
                self._note(Sight("audience", identifier, GET, name), value, read)

    def _note_prospects(self, identifier: str, pages: list[Exchange]) -> None:
        status = Sight("audience", identifier, PROSPECTS, "status")
        prospects = self._note_pages(status, pages)
        if self.visible.get(status) == _OK:
            ids = tuple(sorted(str(prospect.get("id")) for prospect, _ in prospects))
            self._note(status._replace(member="items"), ids, self.shown_by[status])

    def _note_items(self, kind: str, place: str, items: list[_Item], id_member: str = "id") -> list[str]:
        ids = [str(item.get(id_member)) for item, _ in items]
        for identifier, (item, exchange) in zip(ids, items, strict=True):
            for name, value in item.items():
                if name not in _RESTLESS[kind]:
                    self._note(Sight(kind, identifier, place, name), value, exchange)
        self.orders[f"{place} of {kind}s"] = tuple(ids)
        return ids

    def _note(self, sight: Sight, value: Any, exchange: Exchange) -> None:  # noqa: ANN401  (JSON)
        self.visible[sight] = value
        self.shown_by[sight] = exchange


def _places_of(audiences: Iterable[str]) -> list[_Place]:
    """Return the places where audiences and their prospects are read."""
    return [(operation, one) for one in audiences for operation in (operations.GET_AUDIENCE, _PROSPECTS)]


def _lasting(status: object) -> object:
    """Return the status of a job; one text while it is active, since a queued job may begin at any time."""
    return "queued or running" if status in ACTIVE_STATUSES else status


def take_snapshot(context: CheckContext, key: Key, known: Collection[str] = ()) -> GroupSnapshot:
    """Read everything that can be seen of an account group, as far as the profile lets the key see it.

    Args:
        context: The context of the check.
        key: A key that may read everything of the account group.
        known: The audiences that are there, whether or not a list shows them.
    """
    reader = _Reader(context, key, known)
    reader.read()
    return GroupSnapshot(reader.visible, reader.orders, reader.shown_by)
