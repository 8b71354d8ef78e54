"""Mutants of the whole server: the contents of list and navigation, and deleted audiences that reappear."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.audience import Audience
from mockserver.domain.job import JobStatus, Pace
from mockserver.service import audiences
from mockserver.service.transactions import UnitOfWork
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.guard import nobody
from tests.mutants.server.mutated import Mutant, at_each, facts

SHOWING = ("AUD-LIST", "AUD-NAVIGATION")


@at_each(SHOWING, "GUARD")
class PopulatedIsShown(Mutant):
    """An audience that is being populated is shown."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.hit:
            work.transaction.open_jobs = nobody
        return await use_case(work, *args)


@at_each(["AUD-LIST"], "GUARD")
class QueuedIsShown(Mutant):
    """An audience whose job is queued is shown."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        opened = work.transaction.open_jobs

        async def running(group: str) -> Any:
            return [job for job in await opened(group) if job.status_at(work.now) is JobStatus.RUNNING]

        if self.hit:
            work.transaction.open_jobs = running
        return await use_case(work, *args)


@at_each(SHOWING, "GUARD")
class StartedIsShown(Mutant):
    """An audience is shown while a job populates it that was started through the vendor's API."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        opened = work.transaction.open_jobs

        async def prepared(group: str) -> Any:
            return [job for job in await opened(group) if job.progression.pace is Pace.MANUAL]

        if self.hit:
            work.transaction.open_jobs = prepared
        return await use_case(work, *args)


class StaysHidden(Mutant):
    """An audience stays hidden after its job has ended in one of the ways in `outcomes`."""

    killed_by = facts("COMPLETE", *SHOWING)
    outcomes = frozenset(JobStatus)

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        fetch = work.transaction.audiences

        async def fetched(group: str, **which: Any) -> Any:
            return [one for one in await fetch(group, **which) if not self.is_hidden(one)]

        if self.asked.operation in SHOWING:
            work.transaction.audiences = fetched
        return await use_case(work, *args)

    def is_hidden(self, audience: Audience) -> bool:
        """Return whether the audience is hidden."""
        return any(job.ending and job.ending.outcome in self.outcomes for job in self.jobs_on(audience.id))


class ShownNever(StaysHidden):
    """An audience stays hidden after a job on it has ended in any way."""


class ShownNeverAfterCancellation(StaysHidden):
    """An audience stays hidden after its job was cancelled."""

    outcomes = frozenset({JobStatus.CANCELLED})


class ShownNeverAfterAPublicCancel(StaysHidden):
    """An audience stays hidden after its job was cancelled through the vendor's API."""

    killed_by = frozenset({"JOB-CANCEL-RELEASES"})

    cancelled: frozenset[str] = frozenset()

    def is_hidden(self, audience: Audience) -> bool:
        return any(job.id in self.cancelled for job in self.jobs_on(audience.id))

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "JOB-CANCEL" and answered.ok:
            self.cancelled |= {asked.target}
        return answered


class Remembering(Mutant):
    """Mutants that keep the deleted audiences."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    def __init__(self) -> None:
        self.gone: dict[str, Audience] = {}

    async def act(self, use_case: Callable[..., Any], work: UnitOfWork, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is audiences.delete and isinstance(outcome, Audience):
            self.gone[outcome.id] = outcome
        return outcome


class DeletedIsStill(Remembering):
    """Mutants that still find deleted audiences with some requests."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.hit:
            for audience in self.gone.values():
                if audience.account_group_id == self.asked.group and self.is_found(self.asked):
                    await work.transaction.save_audience(audience)
            outcome = await use_case(work, *args)
            await work.transaction.rollback()
            return outcome
        return await super().act(use_case, work, *args)

    def is_found(self, _asked: Asked) -> bool:
        """Return whether the request finds the deleted audiences."""
        return True


class DeletedIsStillInNavigation(DeletedIsStill):
    """The navigation still shows deleted audiences."""

    operation = "AUD-NAVIGATION"


class DeletedIsStillInTheList(DeletedIsStill):
    """The list still shows deleted audiences."""

    operation = "AUD-LIST"


class DeletedIsStillReadableByOthers(DeletedIsStill):
    """A deleted audience can still be read with every key except the key that deleted the audience."""

    operation = "AUD-GET"

    def __init__(self) -> None:
        super().__init__()
        self.by: dict[str, str] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok:
            self.by[asked.target] = asked.token
        return answered

    def is_found(self, asked: Asked) -> bool:
        return self.by.get(asked.target, asked.token) != asked.token


class DeletedStillHasProspects(DeletedIsStill):
    """The prospects of a deleted audience can still be read."""

    operation = "AUD-PROSPECTS"


class DeletedCanStillBeMoved(DeletedIsStill):
    """A deleted audience can still be taken out of its folder."""

    operation = "AUD-REMOVE"


class ComesBack(Remembering):
    """Mutants in which a deleted audience reappears some time later."""

    shows_rarely = True

    async def respond(self, asked: Asked) -> Answered:
        for audience_id in list(self.gone):
            if self.is_time(asked, audience_id):
                self.world.audiences.put(self.gone.pop(audience_id))
        return await self.serve(asked)

    def is_time(self, asked: Asked, audience_id: str) -> bool:
        """Return whether the deleted audience reappears with this request."""
        raise NotImplementedError


class ComesBackAfterTwentyRequests(ComesBack):
    """A deleted audience reappears twenty requests later."""

    def __init__(self) -> None:
        super().__init__()
        self.ages: dict[str, itertools.count[int]] = {}

    def is_time(self, _asked: Asked, audience_id: str) -> bool:
        return next(self.ages.setdefault(audience_id, itertools.count())) == 20


class ComesBackWithItsFolder(ComesBack):
    """An audience that was deleted in a folder reappears when the folder is renamed."""

    def is_time(self, asked: Asked, audience_id: str) -> bool:
        return asked.operation == "FOLDER-RENAME" and self.gone[audience_id].folder_id == asked.target


class ComesBackWithACreation(ComesBack):
    """A deleted audience reappears when an audience is created in its account group."""

    def is_time(self, asked: Asked, audience_id: str) -> bool:
        return asked.operation == "AUD-CREATE" and self.gone[audience_id].account_group_id == asked.group


class NavigationForgetsFolders(Mutant):
    """The navigation also shows an audience in a folder among the ungrouped audiences."""

    killed_by = frozenset({"AUD-NAVIGATION-UNIQUE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-NAVIGATION" or not answered.ok:
            return answered
        nested = [audience for folder in answered.data["folders"] for audience in folder["audiences"]]
        data = {**answered.data, "ungroupedAudiences": [*nested, *answered.data["ungroupedAudiences"]]}
        return answered.saying(data=data)


class NavigationLosesTheMoved(Mutant):
    """The navigation leaves out the audiences that are in a folder."""

    killed_by = frozenset({"AUD-NAVIGATION-COMPLETE"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if self.asked.operation == "AUD-NAVIGATION":
            return replace(outcome, folders=[(folder, []) for folder, _ in outcome.folders])
        return outcome
