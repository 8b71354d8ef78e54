"""Legal variants of the whole server: changes that lists and single reads show only after some time."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.variant import Variant
from tests.mutants.server.variants.wire import ListsLag

LAG = 0.3
"""Seconds that single reads are behind."""

WRITES = ("AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE")


def now() -> float:
    """Return the time of the event loop in seconds."""
    return asyncio.get_running_loop().time()


class ReadsLag(Variant):
    """A read of an audience shows creations, updates and moves 0.3 seconds late, and deletions at once."""

    is_slow = True

    def __init__(self) -> None:
        self.earlier: dict[str, list[tuple[float, Answered | None]]] = {}

    async def respond(self, asked: Asked) -> Answered:
        before = await self.read(asked) if asked.operation in WRITES else None
        answered = await self.serve(asked)
        if asked.operation == "AUD-GET" and answered.ok:
            return self.behind(asked.target, answered)
        if answered.ok and before is not None:
            self.earlier.setdefault(asked.target, []).append((now(), before))
        if answered.ok and asked.operation == "AUD-CREATE":
            self.earlier.setdefault(answered.data["id"], []).append((now(), None))
        return answered

    async def read(self, asked: Asked) -> Answered | None:
        """Return the audience as it is before a request; None if it cannot be read."""
        async with self.master(asked.group) as token:
            path = "/".join(asked.path.split("/")[:6])
            answered = await self.serve(asked.instead("GET", path).by(token))
        return answered if answered.ok else None

    def behind(self, audience: str, answered: Answered) -> Answered:
        """Return the response as it was before the first write of the last 0.3 seconds."""
        for written, before in self.earlier.get(audience, []):
            if written > now() - LAG:
                return self.refuse(404, "NOT_FOUND") if before is None else answered.saying(data=before.data)
        return answered


class ListsLagLonger(ListsLag):
    """List, navigation and the list of jobs are read from a replica with a delay of one and a half seconds."""

    LAG: ClassVar[float] = 1.5


class ListsLagThreeSeconds(ListsLag):
    """List, navigation and the list of jobs are read with a delay of three seconds, which `--settle` allows."""

    LAG: ClassVar[float] = 3.0
    options = ("--settle", "5")


class LaterPagesLag(ListsLag):
    """Pages behind a cursor are read from a replica with a delay of a third of a second."""

    LAG: ClassVar[float] = LAG

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if "cursor" not in self.asked.params:
            return await use_case(work, *args)
        return await super().act(use_case, work, *args)


class StartedJobsAreReadLater(Variant):
    """A started job can be read only 0.3 seconds after the response to its start."""

    is_slow = True

    def __init__(self) -> None:
        self.started: dict[str, float] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "JOB-START" and answered.status == 202:
            self.started.setdefault(answered.data["jobId"], now())
        is_new = now() - self.started.get(asked.target, 0.0) < LAG
        return self.refuse(404, "NOT_FOUND") if asked.operation == "JOB-GET" and answered.ok and is_new else answered


class CancelledJobsRunOn(Variant):
    """A cancelled job is shown as running, and guards its audience, for another one and a half seconds."""

    is_slow = True
    LAG: ClassVar[float] = 1.5

    def __init__(self) -> None:
        self.cancelled: dict[str, float] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "JOB-CANCEL" and answered.ok:
            self.cancelled.setdefault(asked.target, now())
        if asked.operation == "JOB-GET" and answered.ok and self.runs_on(asked.target):
            return answered.saying(data={**answered.data, "status": "running"})
        if asked.operation.startswith("AUD-") and answered.ok and self.is_guarded(asked.target):
            return self.refuse(409, "AUDIENCE_NOT_READY")
        return answered

    def runs_on(self, job: str) -> bool:
        """Return whether a job was cancelled less than one and a half seconds ago."""
        return now() - self.cancelled.get(job, 0.0) < self.LAG

    def is_guarded(self, audience: str) -> bool:
        """Return whether a job on an audience was cancelled less than one and a half seconds ago."""
        return any(self.runs_on(job.id) for job in self.jobs_on(audience))

    async def act(self, use_case: Any, work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        guarded = {"AUD-UPDATE", "AUD-DELETE", "AUD-MOVE", "AUD-REMOVE"}
        if self.asked.operation in guarded and self.is_guarded(self.asked.target):
            await work.transaction.rollback()
        return outcome
