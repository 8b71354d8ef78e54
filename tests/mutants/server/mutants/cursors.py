"""Mutants of the whole server: cursors."""

from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import LISTS, Mutant, facts


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
