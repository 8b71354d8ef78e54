"""Mutants of the whole server with lost effects: changes that are not stored, or that later reads do not show."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.folder import Folder
from mockserver.domain.refusal import Refusal
from mockserver.service import audiences, folders
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant, at_each

KEEPING = ("AUD-CREATE", "AUD-UPDATE", "FOLDER-CREATE", "FOLDER-RENAME", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")


@at_each(KEEPING, "EFFECT")
class NothingIsKept(Mutant):
    """A change is reported as successful but not stored."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if self.hit:
            await work.transaction.rollback()
        return outcome


class NothingIsDeleted(Mutant):
    """A deletion deletes nothing."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is audiences.delete:
            await work.transaction.rollback()
        return outcome


@at_each(["AUD-DELETE", "AUD-UPDATE"], "EFFECT")
class OneInTwentyIsNotKept(Mutant):
    """Every twentieth change is reported as successful but not stored."""

    shows_rarely = True

    def __init__(self) -> None:
        self.done = itertools.count(1)

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if self.hit and not isinstance(outcome, Refusal) and next(self.done) % 20 == 0:
            await work.transaction.rollback()
        return outcome


class RenameIsNotInNavigation(Mutant):
    """The navigation shows folders under their original names."""

    killed_by = frozenset({"FOLDER-RENAME-EFFECT"})

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is folders.create and isinstance(outcome, Folder):
            self.first[outcome.id] = outcome.name
        if use_case is folders.navigation:
            renamed = [(replace(one, name=self.first.get(one.id, one.name)), held) for one, held in outcome.folders]
            return replace(outcome, folders=renamed)
        return outcome


class CreateForgetsTheDescription(Mutant):
    """The description of a new audience is lost."""

    killed_by = frozenset({"AUD-CREATE-EFFECT"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        return await use_case(work, *((*args[:-1], None) if use_case is audiences.create else args))


@at_each(["AUD-CREATE", "FOLDER-CREATE"], "NEW")
class SameNameIsTheSame(Mutant):
    """A creation with a name that already exists returns the existing audience or folder."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.hit:
            there = await work.transaction.folders(self.asked.group)
            there = self.audiences(self.asked.group) if use_case is audiences.create else there
            for one in (one for one in there if one.name == args[0]):
                return one
        return await use_case(work, *args)


class ReadsTheNewest(Mutant):
    """A read of an audience returns the newest audience of the account group."""

    killed_by = frozenset({"AUD-GET-CURRENT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-GET" or not answered.ok:
            return answered
        newest = await self.serve(asked.naming(target=self.audiences(asked.group)[0].id))
        return newest if newest.ok else answered


class Stale(Mutant):
    """The mutants in which a stale read shows an audience as it was when the same path was first read."""

    killed_by = frozenset({"AUD-UPDATE-EFFECT"})

    def __init__(self) -> None:
        self.seen: dict[str, Answered] = {}
        self.readings = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-GET" or not answered.ok:
            return answered
        first = self.seen.setdefault(asked.path, answered)
        return first if self.is_stale() else answered

    def is_stale(self) -> bool:
        """Return whether this read is stale."""
        raise NotImplementedError


class StaleReading(Stale):
    """Every read shows an audience as it was when it was first read."""

    def is_stale(self) -> bool:
        return True


class StaleReadingOneInTwenty(Stale):
    """Every twentieth read shows an audience as it was when it was first read."""

    shows_rarely = True

    def is_stale(self) -> bool:
        return next(self.readings) % 20 == 0
