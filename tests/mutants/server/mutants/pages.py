"""Mutants of the whole server: the pages of its lists."""

from collections.abc import Callable
from typing import Any, ClassVar

from mockserver.domain.job import JobStatus
from mockserver.service import prospecting
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import LISTS, Mutant, at_each, facts


class Pages(Mutant):
    """Mutants that alter, with `change`, the pages of all lists, or of the list that `operation` names."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        listed = asked.operation == self.operation if self.operation else asked.operation in LISTS
        if not listed or not answered.ok:
            return answered
        data = self.change(asked, dict(answered.data))
        return answered.saying(data=data)

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:
        """Return the data that is shown in place of a page."""
        raise NotImplementedError


class DropsTheLastOfEachPage(Pages):
    """The last item of each page, except the last page, is missing from the list."""

    killed_by = facts("COMPLETE", *LISTS)

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {**data, "items": data["items"][:-1]} if data["hasMore"] else data


class DropsTheOldest(Pages):
    """The last item of the last page is missing from the list."""

    killed_by = facts("COMPLETE", *LISTS)

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return data if data["hasMore"] else {**data, "items": data["items"][:-1]}


class RepeatsAcrossPages(Pages):
    """A page with room below its limit begins with the last item of the previous page."""

    killed_by = facts("UNIQUE", *LISTS)

    def __init__(self) -> None:
        self.last: dict[str, Any] = {}

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:
        if data["nextCursor"]:
            self.last[data["nextCursor"]] = data["items"][-1]
        again = self.last.get(asked.params.get("cursor", ""))
        full = len(data["items"]) >= int(asked.params.get("limit", "25"))
        return data if again is None or full else {**data, "items": [again, *data["items"]]}


class ThereIsAlwaysMore(Pages):
    """The last page announces a further page."""

    killed_by = facts("PAGES", *LISTS)

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {**data, "hasMore": True}


class ThereIsNeverMore(Pages):
    """No page announces a further page."""

    killed_by = facts("PAGES", *LISTS)

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {**data, "hasMore": False}


class CursorBehindTheLastPage(Pages):
    """The last page has a cursor for a further page."""

    killed_by = facts("PAGES", *LISTS)

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {**data, "nextCursor": data["nextCursor"] or "end"}


class OneMoreThanTheLimit(Mutant):
    """A page has one item more than its limit."""

    killed_by = facts("LIMIT", *LISTS)

    async def respond(self, asked: Asked) -> Answered:
        limit = asked.params.get("limit", "")
        listed = asked.operation in LISTS and limit.isdecimal() and 0 < int(limit) < 100
        return await self.serve(asked.with_params(limit=str(int(limit) + 1)) if listed else asked)


class LimitIgnored(Mutant):
    """The limit is ignored."""

    killed_by = facts("LIMIT", *LISTS)

    async def respond(self, asked: Asked) -> Answered:
        return await self.serve(asked.with_params(limit="100") if asked.operation in LISTS else asked)


class CursorIgnored(Mutant):
    """The cursor is ignored, and every page is the first page."""

    killed_by = facts("PAGES", *LISTS)

    async def respond(self, asked: Asked) -> Answered:
        return await self.serve(asked.without_params("cursor") if asked.operation in LISTS else asked)


class SkipsWhenSomethingIsDeleted(Mutant):
    """A cursor counts items, and a deletion between two pages makes the list skip an item."""

    operation = "AUD-LIST"
    killed_by = frozenset({"AUD-LIST-STABLE"})

    async def respond(self, asked: Asked) -> Answered:
        limit, cursor = asked.params.get("limit", "25"), asked.params.get("cursor", "at0")
        if not self.hit or not limit.isdecimal() or not 0 < int(limit) <= 100 or not cursor[2:].isdecimal():
            return await self.serve(asked)
        every = await self.serve(asked.instead("GET", asked.path, "limit=100"))
        if not every.ok:
            return every
        start = int(cursor[2:])
        end = start + int(limit)
        more = end < len(every.data["items"])
        following = f"at{end}" if more else None
        data = {"items": every.data["items"][start:end], "nextCursor": following, "hasMore": more}
        return every.saying(data=data)


class OldTenthIsForgotten(Pages):
    """The list of audiences ends after ten items."""

    killed_by = frozenset({"AUD-LIST-COMPLETE"})
    operation = "AUD-LIST"
    shown: ClassVar[int] = 10

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:
        group = [one.id for one in self.audiences(asked.group)[: self.shown]]
        items = [one for one in data["items"] if one["id"] in group]
        return {**data, "items": items} if items else {"items": [], "nextCursor": None, "hasMore": False}


class ProspectsOfTheNeighbour(Mutant):
    """An audience without prospects shows the prospects of another audience of its account group."""

    killed_by = frozenset({"AUD-PROSPECTS-CURRENT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        others = [one.id for one in self.audiences(asked.group) if one.prospect_count]
        if asked.operation != "AUD-PROSPECTS" or not answered.ok or answered.data["items"] or not others:
            return answered
        return await self.serve(asked.naming(target=others[0]))


@at_each(["AUD-LIST", "AUD-NAVIGATION"], "CURRENT")
class FirstNamesAreShown(Mutant):
    """Audiences are shown with their original names after a change of name."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        if there is not None:
            self.first.setdefault(there.id, there.name)
        answered = await self.serve(asked)
        if self.hit and answered.ok:
            for one in answered.items():
                one["name"] = self.first.get(one.get("id", ""), one.get("name"))
            return answered.saying(data=answered.data)
        return answered


class FilterIgnored(Mutant):
    """The status filter of the list of jobs is ignored."""

    killed_by = frozenset({"JOB-LIST-FILTER"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        return await use_case(work, *((*args[:-1], None) if use_case is prospecting.page else args))


class ListForgetsActiveJobs(Pages):
    """The list of jobs leaves out the active jobs."""

    killed_by = frozenset({"JOB-LIST-COMPLETE"})
    operation = "JOB-LIST"

    def change(self, asked: Asked, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        active = {JobStatus.QUEUED.value, JobStatus.RUNNING.value}
        return {**data, "items": [one for one in data["items"] if one["status"] not in active]}
