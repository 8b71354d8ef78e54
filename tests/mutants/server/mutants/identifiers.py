"""Mutants of the whole server: identifiers of odd characters, and of odd lengths."""

import re
from typing import ClassVar

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.scope import ON_JOB, Near
from tests.mutants.server.mutated import GUARDED, Mutant, facts

CONVERSATIONAL = False

FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}


class DigitsOfAnyAlphabet(Near):
    """Full-width digits in an identifier are read as digits."""

    killed_by = facts("EXACT", *GUARDED, *ON_JOB)

    def meant(self, target: str) -> str | None:
        return self.there(target.translate(FULL_WIDTH))


class LettersBehindAreIgnored(Near):
    """Letters behind an identifier are ignored, as `parseInt` does."""

    killed_by = facts("EXACT", "AUD-DELETE", "AUD-MOVE", "JOB-CANCEL")

    def meant(self, target: str) -> str | None:
        return self.there(re.sub("[g-z]+$", "", target))


class NulEndsAnIdentifier(Near):
    """An identifier ends at a NUL."""

    killed_by = facts("EXACT", "AUD-DELETE", "AUD-GET", "AUD-UPDATE")

    def meant(self, target: str) -> str | None:
        return self.there(target.partition("\0")[0])


class Strange(Mutant):
    """Mutants with another response where the last identifier of the path is `strange`."""

    strange: ClassVar[re.Pattern[str]]

    def answer(self) -> Answered:
        """Return the response to a strange identifier."""
        raise NotImplementedError

    async def respond(self, asked: Asked) -> Answered:
        part = asked.target or asked.group
        strange = asked.token in self.world.keys and self.strange.fullmatch(part)
        return self.answer() if strange else await self.serve(asked)


class LongIdentifiersGetAnotherCode(Strange):
    """A long identifier is 400 with a code of its own."""

    killed_by = facts("ROW-400", *GUARDED)
    strange = re.compile(".{100,}")

    def answer(self) -> Answered:
        return self.refuse(400, "IDENTIFIER_TOO_LONG")


class LongIdentifiersGetPlainText(Strange):
    """A long identifier is 400 in plain text."""

    killed_by = facts("STRANGE", *GUARDED)
    strange = re.compile(".{100,}")

    def answer(self) -> Answered:
        return Answered(400, ((b"content-type", b"text/plain"),), b"too long")


class WronglyEncodedIdentifiersGetAnotherCode(Strange):
    """An identifier that is not UTF-8 is 400 with a code of its own."""

    killed_by = facts("ROW-400", *GUARDED)
    strange = re.compile(".*\ufffd.*")

    def answer(self) -> Answered:
        return self.refuse(400, "BAD_ENCODING")


class IdentifiersNotInAsciiFail(Strange):
    """An identifier that is not ASCII leads to an internal failure."""

    killed_by = facts("ODD", *GUARDED)
    strange = re.compile(".*[^\x00-\x7f\ufffd].*")

    def answer(self) -> Answered:
        return self.refuse(500, "INTERNAL_ERROR")
