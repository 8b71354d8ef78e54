"""Mutants of the whole server: long names, long lists and large audiences."""

from dataclasses import replace
from typing import Any, ClassVar

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant, at_each, facts

CONVERSATIONAL = False


class LongNamesPoisonTheLists(Mutant):
    """A name of 300 characters is taken, and then the list and the navigation of its account group fail."""

    killed_by = facts("DONE", "AUD-LIST", "AUD-NAVIGATION")

    async def respond(self, asked: Asked) -> Answered:
        listed = asked.operation in {"AUD-LIST", "AUD-NAVIGATION"} and asked.token in self.world.keys
        poisoned = listed and any(len(one.name) >= 300 for one in self.audiences(asked.group))
        return self.refuse(500, "INTERNAL_ERROR") if poisoned else await self.serve(asked)


class TextsAreCut(Mutant):
    """Mutants that cut the texts of a body."""

    longest: ClassVar[int] = 255

    def cut(self, text: str) -> str:
        """Return the part of a text that is stored."""
        return text[: self.longest]

    async def respond(self, asked: Asked) -> Answered:
        if f"{asked.operation}-EFFECT" not in self.killed_by or not isinstance(asked.body, dict):
            return await self.serve(asked)
        body: dict[str, Any] = {
            name: self.cut(value) if isinstance(value, str) else value for name, value in asked.body.items()
        }
        return await self.serve(asked.with_body(body))


class NamesAreCut(TextsAreCut):
    """Texts are cut at 255 characters, and the response is a success."""

    killed_by = facts("EFFECT", "AUD-CREATE", "AUD-UPDATE", "FOLDER-CREATE")


class TextsEndAtAnEmoji(TextsAreCut):
    """Texts end before the first character beyond the basic plane, and the response is a success."""

    killed_by = facts("EFFECT", "AUD-CREATE", "AUD-UPDATE")

    def cut(self, text: str) -> str:
        end = next((index for index, character in enumerate(text) if ord(character) > 0xFFFF), None)
        return text if end is None else text[:end]


@at_each(["AUD-GET", "AUD-UPDATE", "AUD-DELETE"], "DONE")
class OnlyAHundredAreFound(Mutant):
    """An audience that is not among the newest hundred is listed, and not found."""

    async def respond(self, asked: Asked) -> Answered:
        newest = {one.id for one in self.audiences(asked.group)[:100]}
        past = self.hit and self.world.audiences.get(asked.target) is not None and asked.target not in newest
        return self.refuse(404, "NOT_FOUND") if past else await self.serve(asked)


class LargeAudiencesStay(Mutant):
    """The deletion of an audience with fifty prospects or more is reported as done, and is not done."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok and there is not None and there.prospect_count >= 50:
            self.world.audiences.put(replace(there))
        return answered
