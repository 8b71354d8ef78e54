"""Mutants of the whole server: what is shown too late, after the settling time."""

import asyncio

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant

CONVERSATIONAL = False


class CancelledRunsOnTooLong(Mutant):
    """The status of a cancelled job is running for another six seconds; the list of jobs and the guard are right."""

    killed_by = frozenset({"JOB-CANCEL-EFFECT"})
    SECONDS = 6.0

    def __init__(self) -> None:
        self.cancelled: dict[str, float] = {}

    async def respond(self, asked: Asked) -> Answered:
        now, answered = asyncio.get_running_loop().time(), await self.serve(asked)
        if asked.operation == "JOB-CANCEL" and answered.ok:
            self.cancelled.setdefault(asked.target, now)
        runs_on = now - self.cancelled.get(asked.target, -self.SECONDS) < self.SECONDS
        if asked.operation != "JOB-GET" or not answered.ok or not runs_on:
            return answered
        return answered.saying(data={**answered.data, "status": "running"})
