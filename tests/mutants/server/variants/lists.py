"""Legal variants of the whole server: the order and the pages of its lists."""

import asyncio
import json
from typing import Any, ClassVar

from tests.mutants.server.exchange import Answered, Asked, loads
from tests.mutants.server.mutated import LISTS
from tests.mutants.server.variants.variant import Variant


class TwoToAPage(Variant):
    """A page has at most two items, even when the limit is higher."""

    async def respond(self, asked: Asked) -> Answered:
        limit = asked.params.get("limit", "25")
        more = asked.operation in LISTS and limit.isdecimal() and 2 < int(limit) <= 100
        return await self.serve(asked.with_params(limit="2") if more else asked)


class TenIsTheGreatestLimit(Variant):
    """A limit above ten is refused with 400."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation not in LISTS:
            return await self.serve(asked)
        limit = asked.params.get("limit", "10")
        answered = await self.serve(asked.with_params(limit=limit))
        return self.refuse(400, "VALIDATION_ERROR") if answered.ok and float(limit) > 10 else answered


class ListsAreSlow(Variant):
    """Each list and the navigation take 200 ms, and every other response none."""

    is_slow = True
    SECONDS: ClassVar[float] = 0.2

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation in {*LISTS, "AUD-NAVIGATION"}:
            await asyncio.sleep(self.SECONDS)
        return await self.serve(asked)


class AnotherOrder(Variant):
    """Variants with lists in another order, whose cursor holds the place of the item that was shown last."""

    def place(self, item: dict[str, Any], age: int) -> list[Any]:
        """Return the sort key of an item; `age` counts from the newest."""
        raise NotImplementedError

    async def respond(self, asked: Asked) -> Answered:
        cursor = asked.params.get("cursor")
        answered = await self.serve(asked.without_params("cursor"))
        if asked.operation not in LISTS or not answered.ok:
            return answered if cursor is None or asked.operation in LISTS else await self.serve(asked)
        after = [] if cursor is None else loads(cursor.encode())
        if not isinstance(after, list):
            return self.refuse(400, "VALIDATION_ERROR")
        placed = [(self.place(item, age), item) for age, item in enumerate(await self.whole(asked))]
        rest = sorted((one for one in placed if one[0] > after), key=lambda one: one[0])
        limit = int(float(asked.params.get("limit", "25")))
        more = len(rest) > limit
        following = json.dumps(rest[limit - 1][0]) if more else None
        data = {"items": [item for _, item in rest[:limit]], "nextCursor": following, "hasMore": more}
        return answered.saying(data=data)

    async def whole(self, asked: Asked) -> list[dict[str, Any]]:
        """Return all items of a list, newest first."""
        items: list[dict[str, Any]] = []
        page = asked.without_params("cursor").with_params(limit="100")
        while True:
            answered = await self.serve(page)
            items += answered.data["items"] if answered.ok else []
            if not answered.ok or not answered.data["hasMore"]:
                return items
            page = page.with_params(cursor=answered.data["nextCursor"])


class OldestFirst(AnotherOrder):
    """Lists begin with the oldest item."""

    def place(self, item: dict[str, Any], age: int) -> list[Any]:
        one = item.get("id") or item["jobId"]
        record = self.world.audiences.get(one) or self.world.jobs.get(one)
        return [record.serial if record else -age]


class ByName(AnotherOrder):
    """Lists are sorted by name, and the list of jobs by identifier."""

    def place(self, item: dict[str, Any], age: int) -> list[Any]:  # noqa: ARG002
        return [item.get("name") or "", item.get("id") or item["jobId"]]


class CursorsBelongToTheirKey(Variant):
    """A cursor that another key, or no key, sends is 400, before the key is checked."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}

    async def respond(self, asked: Asked) -> Answered:
        cursor = asked.params.get("cursor", "")
        if asked.operation in LISTS and self.owners.get(cursor, asked.token) != asked.token:
            return self.refuse(400, "VALIDATION_ERROR")
        answered = await self.serve(asked)
        if asked.operation in LISTS and answered.ok and answered.data["nextCursor"]:
            self.owners[answered.data["nextCursor"]] = asked.token
        return answered
