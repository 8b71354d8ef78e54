"""Mutants of the whole server: audiences that move from one folder to another, and what the navigation shows then."""

from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.side_effects import After
from tests.mutants.server.mutated import Mutant, at_each

CONVERSATIONAL = False


@at_each(["AUD-MOVE", "AUD-REMOVE"], "ONLY")
class NavigationCountsWrongAfterAMove(After):
    """The navigation shows an audience that was moved or removed with one prospect too many."""

    def __init__(self) -> None:
        self.moved: set[str] = set()

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        self.moved.add(outcome.id)
        return outcome

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-NAVIGATION" or not answered.ok:
            return answered
        for item in answered.items():
            item.update({"prospectCount": item["prospectCount"] + 1} if item.get("id") in self.moved else {})
        return answered.saying(data=answered.data)


class GroupedFitsAnywhere(Mutant):
    """An audience that is in a folder moves into a folder of any type; an ungrouped one is refused as it should be."""

    killed_by = frozenset({"AUD-MOVE-COMPATIBLE-GROUPED", "AUD-MOVE-COMPATIBLE-TYPE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target)
        is_grouped = there is not None and there.folder_id is not None
        if asked.operation != "AUD-MOVE" or answered.status != 422 or not is_grouped:
            return answered
        return await self.serve(asked.instead("GET", asked.path.removesuffix("/move-to-folder")))
