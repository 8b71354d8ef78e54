"""Mutants of the whole server: replays of completed jobs that are more than replays, and late retries of a start."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from mockserver.domain.audience import Audience
from mockserver.service import prospecting
from mockserver.service.prospecting import SeenJob
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant

CONVERSATIONAL = False


class OnReplay(Mutant):
    """The mutants that call `also` when a completed job is replayed."""

    killed_by: ClassVar[frozenset[str]] = frozenset({"JOB-START-REPLAY"})

    def __init__(self) -> None:
        self.replayed: set[str] = set()

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is prospecting.start and isinstance(outcome, SeenJob) and not outcome.status.is_active:
            await self.also(work, outcome.job)
            self.replayed.add(outcome.job.id)
        return outcome

    async def also(self, work: Any, job: Any) -> None:
        """Apply the side effect of a replay."""
        raise NotImplementedError

    async def make_audience(self, work: Any, job: Any) -> None:
        """Create an audience without prospects in the account group of a job."""
        audience_id, serial = await work.fresh_id()
        name = f"Again {serial}"
        again = Audience(audience_id, serial, job.account_group_id, name, "linkedin_search", None, None, 0, work.now)
        await work.transaction.save_audience(again)


class EachReplayMakesAnAudience(OnReplay):
    """Each replay of a completed job creates its audience once more, without prospects."""

    async def also(self, work: Any, job: Any) -> None:
        await self.make_audience(work, job)


class FirstReplayMakesAnAudience(OnReplay):
    """The first replay of a completed job creates its audience once more; further replays do not."""

    async def also(self, work: Any, job: Any) -> None:
        if job.id not in self.replayed:
            await self.make_audience(work, job)


class EachReplayMakesAJob(OnReplay):
    """Each replay of a completed job returns that job, and stores another one, which has completed, too."""

    async def also(self, work: Any, job: Any) -> None:
        job_id, serial = await work.fresh_id()
        await work.transaction.save_job(replace(job, id=job_id, serial=serial))


class EachReplayImportsAgain(OnReplay):
    """Each replay of a completed job imports the prospects into its audience once more."""

    killed_by = frozenset({"JOB-START-CONSISTENT"})

    async def also(self, work: Any, job: Any) -> None:
        audience = await work.transaction.audience(job.account_group_id, job.audience_id)
        if audience is not None:
            more = max(1, audience.prospect_count)
            await work.transaction.save_audience(replace(audience, prospect_count=audience.prospect_count + more))


class LateRetriesStartAgain(Mutant):
    """A start takes 30 ms, and a retry more than 2 ms after it, while it is under way, starts another job."""

    killed_by = frozenset({"JOB-START-REPLAY-ACTIVE"})
    shows_rarely = True

    def __init__(self) -> None:
        self.under_way: dict[str, float] = {}

    async def respond(self, asked: Asked) -> Answered:
        once, now = asked.header("idempotency-key"), asyncio.get_running_loop().time()
        if asked.operation != "JOB-START" or not once:
            return await self.serve(asked)
        if once in self.under_way:
            is_late = now - self.under_way[once] > 0.002
            return await self.serve(asked.with_header("idempotency-key", None) if is_late else asked)
        self.under_way[once] = now
        answered = await self.serve(asked)
        await asyncio.sleep(0.03)
        del self.under_way[once]
        return answered
