"""Mutants of the whole server: what goes wrong only when requests meet, or only now and then."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.audience import Audience
from mockserver.domain.refusal import Refusal
from mockserver.service import audiences, prospecting
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.guard import Guard
from tests.mutants.server.mutated import Mutant, at_each

WINDOW = 0.01
"""How long it takes between looking and acting, in seconds."""


class Slow(Mutant):
    """Between looking at an audience and acting, time passes."""

    shows_rarely = True

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        seen = await audiences.ready(work, args[0]) if self.hit else None
        if not isinstance(seen, Audience):
            return await use_case(work, *args)
        await asyncio.sleep(WINDOW)
        return await self.late(use_case, work, seen, *args)

    async def late(self, use_case: Callable[..., Any], work: Any, seen: Audience, *args: Any) -> Any:
        """Act on what was seen."""
        await work.transaction.save_audience(seen)
        return await use_case(work, *args)


class DeletesWhatItHasSeen(Slow):
    """Concurrent deletions of one audience all succeed."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONCE"})


class LateDeletionHitsTheNeighbour(Slow):
    """A deletion that finds the audience gone meanwhile deletes the next one."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    async def late(self, use_case: Callable[..., Any], work: Any, seen: Audience, *args: Any) -> Any:
        if self.world.audiences.get(seen.id) is None:
            for other in self.audiences(seen.account_group_id)[:1]:
                await work.transaction.remove_audience(other)
        return await use_case(work, *args)


class DeletionWritesTheListBack(Slow):
    """A deletion writes all audiences of the account group back as it saw them, less one."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        every = self.audiences(self.asked.group)
        outcome = await super().act(use_case, work, *args)
        if self.hit and not isinstance(outcome, Refusal):
            for one in every:
                await work.transaction.save_audience(one)
            await use_case(work, *args)
        return outcome


class UpdateResurrects(Slow):
    """An update writes the audience that it has read, deleted meanwhile or not."""

    operation = "AUD-UPDATE"
    killed_by = frozenset({"AUD-DELETE-EFFECT"})


class MoveResurrects(Slow):
    """A move writes the audience that it has read, deleted meanwhile or not."""

    operation = "AUD-MOVE"
    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        return await super().act(use_case, work, *args)


class UpdatesOverwrite(Slow):
    """Of two concurrent updates one is lost, although they change different members."""

    operation = "AUD-UPDATE"
    killed_by = frozenset({"AUD-UPDATE-CONSISTENT"})

    async def late(self, use_case: Callable[..., Any], work: Any, seen: Audience, *args: Any) -> Any:
        if self.world.audiences.get(seen.id) is not None:
            await work.transaction.save_audience(seen)
        return await use_case(work, *args)


class Ending(Mutant):
    """The end of a prospecting job takes its time."""

    shows_rarely = True

    async def control(self, asked: Asked) -> Answered:
        body = asked.body if isinstance(asked.body, dict) else {}
        job = self.world.jobs.get(body.get("params", {}).get("jobId", ""))
        audience = self.world.audiences.get(job.audience_id) if job else None
        if body.get("state") != "the prospecting has ended" or audience is None:
            return await self.serve(asked)
        return await self.end(asked, audience)

    async def end(self, asked: Asked, audience: Audience) -> Answered:
        """End the job on an audience."""
        raise NotImplementedError


class EndResurrects(Ending):
    """The end of a job writes the audience that it has read, deleted meanwhile or not."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def end(self, asked: Asked, audience: Audience) -> Answered:
        answered = await self.serve(asked)
        ended = self.world.audiences.get(audience.id) or audience
        await asyncio.sleep(2 * WINDOW)
        self.world.audiences.put(ended)
        return answered


class RefusedWhileEndingYetDeleted(Ending):
    """A deletion that the guard refuses while the job is about to end happens when it has ended."""

    killed_by = frozenset({"AUD-DELETE-GUARD-KEEPS"})

    def __init__(self) -> None:
        self.ending: dict[str, bool] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.status == 409 and asked.target in self.ending:
            self.ending[asked.target] = True
        return answered

    async def end(self, asked: Asked, audience: Audience) -> Answered:
        self.ending[audience.id] = False
        await asyncio.sleep(5 * WINDOW)
        answered = await self.serve(asked)
        if self.ending.pop(audience.id):
            self.world.audiences.remove(audience.id)
        return answered


class GuardGivesInToManyAtOnce(Guard):
    """The guard lets the fourth of concurrent deletions pass."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})
    shows_rarely = True

    def __init__(self) -> None:
        self.under_way: Counter[str] = Counter()

    def opens(self, asked: Asked) -> bool:
        return asked.operation == "AUD-DELETE" and self.under_way[asked.target] >= 4

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation != "AUD-DELETE":
            return await self.serve(asked)
        self.under_way[asked.target] += 1
        try:
            await asyncio.sleep(WINDOW)
            return await self.serve(asked)
        finally:
            self.under_way[asked.target] -= 1


@at_each(["AUD-DELETE"], "GUARD")
class GuardOneInTwenty(Guard):
    """The guard lets each twentieth request pass that it should refuse."""

    shows_rarely = True

    def __init__(self) -> None:
        self.guarded = itertools.count(1)

    def opens(self, asked: Asked) -> bool:
        return self.hit and self.populating(asked.target) is not None and next(self.guarded) % 20 == 0


class ConcurrentStartsAreTwo(Mutant):
    """Concurrent starts with one Idempotency-Key make a job each."""

    killed_by = frozenset({"JOB-START-REPLAY-ACTIVE"})
    shows_rarely = True

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        identity = args[1] if use_case is prospecting.start else None
        if identity is None or await work.transaction.replay(work.account_group_id, identity.key):
            return await use_case(work, *args)
        await asyncio.sleep(WINDOW)
        known = await work.transaction.replay(work.account_group_id, identity.key)
        if known is not None:
            await work.transaction.save_replay(replace(known, expires_at=0))
        return await use_case(work, *args)
