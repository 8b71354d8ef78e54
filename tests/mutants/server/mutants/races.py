"""Mutants of the whole server: faults that show only with concurrent requests, or only now and then."""

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
"""The time between the reading of an audience and the action on it, in seconds."""


class Slow(Mutant):
    """Mutants that wait between the reading of an audience and the action on it."""

    shows_rarely = True

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        seen = await audiences.ready(work, args[0]) if self.hit else None
        if not isinstance(seen, Audience):
            return await use_case(work, *args)
        await asyncio.sleep(WINDOW)
        return await self.late(use_case, work, seen, *args)

    async def late(self, use_case: Callable[..., Any], work: Any, seen: Audience, *args: Any) -> Any:
        """Act on the audience that was read."""
        await work.transaction.save_audience(seen)
        return await use_case(work, *args)


class DeletesWhatItHasSeen(Slow):
    """Concurrent deletions of the same audience all succeed."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONCE"})


class LateDeletionHitsTheNeighbour(Slow):
    """A deletion of an audience that another deletion has removed meanwhile deletes the next audience."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    async def late(self, use_case: Callable[..., Any], work: Any, seen: Audience, *args: Any) -> Any:
        if self.world.audiences.get(seen.id) is None:
            for other in self.audiences(seen.account_group_id)[:1]:
                await work.transaction.remove_audience(other)
        return await use_case(work, *args)


class DeletionWritesTheListBack(Slow):
    """A deletion writes back all audiences of the account group as it read them, except the deleted audience."""

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
    """An update writes back the audience that it has read, even when the audience was deleted meanwhile."""

    operation = "AUD-UPDATE"
    killed_by = frozenset({"AUD-DELETE-EFFECT"})


class MoveResurrects(Slow):
    """A move writes back the audience that it has read, even when the audience was deleted meanwhile."""

    operation = "AUD-MOVE"
    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        return await super().act(use_case, work, *args)


class UpdatesOverwrite(Slow):
    """A concurrent update is lost, although the two updates change different members."""

    operation = "AUD-UPDATE"
    killed_by = frozenset({"AUD-UPDATE-CONSISTENT"})

    async def late(self, use_case: Callable[..., Any], work: Any, seen: Audience, *args: Any) -> Any:
        if self.world.audiences.get(seen.id) is not None:
            await work.transaction.save_audience(seen)
        return await use_case(work, *args)


class Ending(Mutant):
    """Mutants that take time to end a prospecting job."""

    shows_rarely = True

    async def control(self, asked: Asked) -> Answered:
        body = asked.body if isinstance(asked.body, dict) else {}
        job = self.world.jobs.get(body.get("params", {}).get("jobId", ""))
        audience = self.world.audiences.get(job.audience_id) if job else None
        if body.get("state") != "the prospecting has ended" or audience is None:
            return await self.serve(asked)
        return await self.end(asked, audience)

    async def end(self, asked: Asked, audience: Audience) -> Answered:
        """End the job of an audience."""
        raise NotImplementedError


class EndResurrects(Ending):
    """The end of a job writes back the audience that it has read, even when the audience was deleted meanwhile."""

    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    async def end(self, asked: Asked, audience: Audience) -> Answered:
        answered = await self.serve(asked)
        ended = self.world.audiences.get(audience.id) or audience
        await asyncio.sleep(2 * WINDOW)
        self.world.audiences.put(ended)
        return answered


class RefusedWhileEndingYetDeleted(Ending):
    """A deletion that the guard refuses while the job is about to end is carried out when the job has ended."""

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
    """The guard lets the fourth of several concurrent deletions pass."""

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
    """The guard lets each twentieth request pass that should be refused."""

    shows_rarely = True

    def __init__(self) -> None:
        self.guarded = itertools.count(1)

    def opens(self, asked: Asked) -> bool:
        return self.hit and self.populating(asked.target) is not None and next(self.guarded) % 20 == 0


class ConcurrentStartsAreTwo(Mutant):
    """Concurrent starts with the same `Idempotency-Key` create a job each."""

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
