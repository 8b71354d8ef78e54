"""Mutants of the whole server: cursors."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.guard import nobody
from tests.mutants.server.mutants.lists import DeletedIsStill
from tests.mutants.server.mutated import LISTS, Mutant, at_each, facts, holding

CONVERSATIONAL = False


class CursorsAreRefused(Mutant):
    """Every page with a cursor is 400."""

    killed_by = facts("PAGES", *LISTS)

    async def respond(self, asked: Asked) -> Answered:
        refused = asked.operation in LISTS and "cursor" in asked.params and asked.token in self.world.keys
        return self.refuse(400, "VALIDATION_ERROR") if refused else await self.serve(asked)


class FollowingPagesFail(Mutant):
    """Every page with a cursor is 500."""

    killed_by = facts("PAGES", *LISTS)

    async def respond(self, asked: Asked) -> Answered:
        fails = asked.operation in LISTS and "cursor" in asked.params and asked.token in self.world.keys
        return self.refuse(500, "INTERNAL_ERROR") if fails else await self.serve(asked)


class Cursors(Mutant):
    """Mutants that remember the request that each cursor comes from."""

    def __init__(self) -> None:
        self.origins: dict[str, Asked] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.page(asked)
        if asked.operation in LISTS and answered.ok and answered.data["nextCursor"]:
            self.origins[answered.data["nextCursor"]] = asked
        return answered

    def origin(self, asked: Asked) -> Asked | None:
        """Return the request that the cursor of a request comes from; None if there is none."""
        return self.origins.get(asked.params.get("cursor", "")) if asked.operation in LISTS else None

    async def page(self, asked: Asked) -> Answered:
        """Return a page."""
        raise NotImplementedError


class CursorsShowTheirOwnList(Cursors):
    """A cursor shows the next page of its own list, whatever the path of the request."""

    killed_by = frozenset({"AUD-LIST-SCOPE", "JOB-LIST-SCOPE", "AUD-PROSPECTS-CURRENT"})

    async def page(self, asked: Asked) -> Answered:
        origin = self.origin(asked)
        if origin is None or origin.path == asked.path or not (await self.serve(asked.without_params("cursor"))).ok:
            return await self.serve(asked)
        async with self.master(origin.group) as token:
            return await self.serve(origin.by(token).with_params(cursor=asked.params["cursor"]))


class AnotherSizeSkipsAnItem(Cursors):
    """A page of another size than the page before leaves out an item."""

    killed_by = frozenset({"AUD-LIST-STABLE"})

    async def page(self, asked: Asked) -> Answered:
        origin, answered = self.origin(asked), await self.serve(asked)
        if origin is None or origin.params.get("limit") == asked.params.get("limit") or not answered.ok:
            return answered
        data: dict[str, Any] = {**answered.data, "items": answered.data["items"][1:]}
        return answered.saying(data=data)


class CreationsRepeatAnItem(Mutant):
    """A page begins with the last item of the page before, if an audience was created between them."""

    killed_by = frozenset({"AUD-LIST-STABLE"})

    def __init__(self) -> None:
        self.shown: dict[str, tuple[int, Any]] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-LIST" or not answered.ok:
            return answered
        count, items = len(self.audiences(asked.group)), answered.data["items"]
        before, last = self.shown.get(asked.params.get("cursor", ""), (count, None))
        if answered.data["nextCursor"]:
            self.shown[answered.data["nextCursor"]] = (count, items[-1])
        return answered.saying(data={**answered.data, "items": [last, *items]}) if before < count else answered


class ProspectsOfAllOthers(Mutant):
    """An audience with prospects shows those of all other audiences of its account group, too."""

    killed_by = frozenset({"AUD-PROSPECTS-CURRENT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-PROSPECTS" or not answered.ok or not answered.data["items"]:
            return answered
        if answered.data["hasMore"] or "cursor" in asked.params:
            return answered
        items = list(answered.data["items"])
        for other in self.audiences(asked.group):
            if other.id != asked.target:
                shown = await self.serve(asked.naming(target=other.id))
                items += shown.data["items"] if shown.ok else []
        return answered.saying(data={**answered.data, "items": items})


class QueryLifts(Mutant):
    """Mutants that lift a refusal where the query of a list has a parameter."""

    parameter: ClassVar[str] = "cursor"

    @property
    def lifts(self) -> bool:
        """Return whether the current request is for the list, and its query has the parameter."""
        return self.hit and self.parameter in self.asked.params


@at_each(LISTS, "KEY")
class CursorsNeedNoKey(QueryLifts):
    """A page with a cursor needs no key."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.status != 401 or not self.lifts:
            return answered
        async with self.master(asked.group) as token:
            return await self.serve(asked.by(token))


@at_each(LISTS, "PERMISSION")
class CursorsNeedNoPermission(QueryLifts):
    """A page with a cursor needs no permission."""

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, *ALL_PERMISSIONS) if self.lifts else key


@at_each(LISTS, "SCOPE")
class CursorsAreForEveryGroup(QueryLifts):
    """A page with a cursor is shown to the keys of other account groups."""

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, account_group_ids=key.account_group_ids | {self.asked.group}) if self.lifts else key


@at_each(LISTS, "PERMISSION")
class LimitsNeedNoPermission(CursorsNeedNoPermission):
    """A list with a limit needs no permission."""

    parameter = "limit"


@at_each(["JOB-LIST"], "PERMISSION")
class FiltersNeedNoPermission(CursorsNeedNoPermission):
    """The list of jobs of one status needs no permission."""

    parameter = "status"


@at_each(["AUD-PROSPECTS"], "GUARD")
class CursorsPassTheGuard(QueryLifts):
    """The prospects behind a cursor are shown while a job populates the audience."""

    async def respond(self, asked: Asked) -> Answered:
        return await self.serve(asked.without_params("cursor") if self.lifts else asked)

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.lifts:
            work.transaction.open_jobs_on = nobody
        return await use_case(work, *args)


@at_each(["AUD-LIST"], "GUARD")
class PopulatedIsShownOnLaterPages(Mutant):
    """An audience that is being populated is left out of the first page only."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.hit and "cursor" in self.asked.params:
            work.transaction.open_jobs = nobody
        return await use_case(work, *args)


class DeletedIsStillOnLaterPages(DeletedIsStill):
    """Pages behind a cursor still show deleted audiences."""

    operation = "AUD-LIST"

    def is_found(self, asked: Asked) -> bool:
        return "cursor" in asked.params
