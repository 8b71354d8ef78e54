"""Mutants of the whole server that misbehave on long lists, past hidden or deleted audiences or for another client."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant, facts, holding

CONVERSATIONAL = False

NOTHING = {"items": [], "nextCursor": None, "hasMore": False}


class Telling(Mutant):
    """The mutants that replace the members `changed` in the `data` of a response."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != self.operation or not answered.ok:
            return answered
        return answered.saying(data={**answered.data, **self.changed(asked, answered.data)})

    def changed(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:
        """Return the members of `data` that differ, with their new values."""
        raise NotImplementedError


class Showing(Telling):
    """The mutants that replace the items of a list with `shown`."""

    def changed(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:
        return {"items": self.shown(asked, data["items"])}

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        """Return the items to show on a page in place of its own."""
        raise NotImplementedError


class LimitOpensTheGuard(Mutant):
    """Prospects are shown while they are imported if the request gives the size of a page."""

    killed_by = frozenset({"AUD-PROSPECTS-GUARD"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        opens = asked.operation == "AUD-PROSPECTS" and answered.status == 409 and "limit" in asked.params
        return answered.saying(200, success=True, data=NOTHING, error=None) if opens else answered


class ListShowsUploads(Showing):
    """An audience is listed while its profiles are being uploaded."""

    operation = "AUD-LIST"
    killed_by = frozenset({"AUD-LIST-GUARD"})

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        uploads = [one for one in self.audiences(asked.group) if one.type == "url_upload" and self.populating(one.id)]
        return [*items, *({"id": one.id, "name": one.name, "type": one.type} for one in uploads)]


class ListEndsAtWhatIsHidden(Showing):
    """The list ends at the first hidden audience."""

    operation = "AUD-LIST"
    killed_by = frozenset({"AUD-LIST-COMPLETE"})

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        before = itertools.takewhile(lambda one: not self.populating(one.id), self.audiences(asked.group))
        reached = {one.id for one in before}
        return [one for one in items if one["id"] in reached]


class ListEndsAtAHundred(Showing):
    """The list contains only the newest hundred audiences."""

    operation = "AUD-LIST"
    killed_by = frozenset({"AUD-LIST-COMPLETE"})

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        newest = {one.id for one in self.audiences(asked.group)[:100]}
        return [one for one in items if one["id"] in newest]


class JobsEndAtFifty(Showing):
    """The list contains only the newest fifty jobs."""

    operation = "JOB-LIST"
    killed_by = frozenset({"JOB-LIST-COMPLETE"})

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        newest = {one.id for one in list(self.world.jobs.newest_first(asked.group))[:50]}
        return [one for one in items if one["jobId"] in newest]


class CountingProspects(Showing):
    """The mutants that count the prospects shown so far on the pages of one audience."""

    operation = "AUD-PROSPECTS"

    def __init__(self) -> None:
        self.before: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def numbered(self, asked: Asked, items: list[Any]) -> Iterator[tuple[int, list[str], Any]]:
        """Yield each item with its position in the whole list and the identifiers of all items before it."""
        known = self.before[asked.token, asked.target]
        if "cursor" not in asked.params:
            known.clear()
        for item in items:
            yield len(known), known, item
            known.append(item["id"])


class ProspectsEndAtAHundred(CountingProspects):
    """The list contains only the first hundred prospects."""

    killed_by = frozenset({"AUD-PROSPECTS-COMPLETE"})

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        return [item for place, _, item in self.numbered(asked, items) if place < 100]


class ProspectsRepeat(CountingProspects):
    """The identifiers of prospects repeat from the first after 64 prospects."""

    killed_by = frozenset({"AUD-PROSPECTS-UNIQUE"})

    def shown(self, asked: Asked, items: list[Any]) -> list[Any]:
        numbered = self.numbered(asked, items)
        return [{**item, "id": known[place - 64]} if place >= 64 else item for place, known, item in numbered]


class OnNavigation(Telling):
    """The mutants that change the navigation."""

    operation = "AUD-NAVIGATION"


class NavigationEndsAtAHundred(OnNavigation):
    """The navigation contains only the newest hundred ungrouped audiences."""

    killed_by = frozenset({"AUD-NAVIGATION-COMPLETE"})

    def changed(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"ungroupedAudiences": data["ungroupedAudiences"][:100]}


class FolderShowsTen(OnNavigation):
    """The navigation contains at most ten audiences of each folder."""

    killed_by = frozenset({"AUD-NAVIGATION-COMPLETE"})

    def changed(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"folders": [{**one, "audiences": one["audiences"][:10]} for one in data["folders"]]}


class NestedNamesAreStale(OnNavigation):
    """An audience in a folder of the navigation keeps the name under which it was first shown there."""

    killed_by = frozenset({"AUD-NAVIGATION-CURRENT"})

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def changed(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        def stale(one: dict[str, Any]) -> dict[str, Any]:
            return {**one, "name": self.names.setdefault(one["id"], one["name"])}

        return {"folders": [{**one, "audiences": list(map(stale, one["audiences"]))} for one in data["folders"]]}


class OthersReadFromACache(Mutant):
    """A key that has read an audience can still read it after another key has deleted it."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    def __init__(self) -> None:
        self.cache: dict[tuple[str, str], Answered] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        place = asked.token, asked.target
        if asked.operation == "AUD-DELETE" and answered.ok:
            self.cache.pop(place, None)
        if asked.operation == "AUD-GET" and answered.ok:
            self.cache[place] = answered
        hit = asked.operation == "AUD-GET" and answered.status == 404
        return self.cache.get(place, answered) if hit else answered


class CursorsOutlive(Mutant):
    """The next page of an audience's prospects can still be read after the audience was deleted."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        outlives = asked.operation == "AUD-PROSPECTS" and answered.status == 404 and "cursor" in asked.params
        return answered.saying(200, success=True, data=NOTHING, error=None) if outlives else answered


class DeletingTheLastTakesTheFolder(Mutant):
    """The deletion of the last audience in a folder also deletes the folder."""

    killed_by = frozenset({"AUD-DELETE-ONLY"})

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        answered = await self.serve(asked)
        folder = there.folder_id if there is not None and asked.operation == "AUD-DELETE" and answered.ok else None
        if folder is not None and not any(one.folder_id == folder for one in self.audiences(asked.group)):
            self.world.folders.remove(folder)
        return answered


class FurtherPermissionsWillDo(Mutant):
    """A key that may delete campaigns may also change audiences."""

    killed_by = facts("PERMISSION", "AUD-DELETE", "AUD-CREATE")

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, "audiences:write") if "campaigns:delete" in key.permissions else key


class NearlyAllIsAll(Mutant):
    """A key that lacks exactly one permission is treated as a key that has all permissions."""

    killed_by = facts("PERMISSION", "AUD-DELETE", "JOB-START")

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, *ALL_PERMISSIONS) if len(key.permissions) == len(ALL_PERMISSIONS) - 1 else key
