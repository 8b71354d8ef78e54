"""Mutants of the whole server: idempotency keys that differ little, late replays, routes that no page documents."""

from dataclasses import replace
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant

CONVERSATIONAL = False


class KeysAreCutAndLowered(Mutant):
    """The idempotency keys of starts are compared by their first 20 characters, in lower case."""

    killed_by = frozenset({"JOB-START-NEW", "JOB-START-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        once = asked.header("idempotency-key")
        if asked.operation != "JOB-START" or not once:
            return await self.serve(asked)
        return await self.serve(asked.with_header("idempotency-key", once[:20].lower()))


class CaseOfKeysIsIgnored(Mutant):
    """The idempotency keys of starts are compared in lower case."""

    killed_by = frozenset({"JOB-START-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        once = asked.header("idempotency-key")
        if asked.operation != "JOB-START" or not once:
            return await self.serve(asked)
        return await self.serve(asked.with_header("idempotency-key", once.lower()))


class ReplaysStartAnew(Mutant):
    """The replay of a completed job whose audience was deleted starts another job."""

    killed_by = frozenset({"JOB-START-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-START" or answered.status != 200:
            return answered
        job: Any = self.world.jobs.get(answered.data["jobId"])
        if job is None or self.world.audiences.get(job.audience_id) is not None:
            return answered
        return await self.serve(asked.with_header("idempotency-key", None))


class UnknownRouteIsHtml(Mutant):
    """A route that no page documents is refused with a page of HTML."""

    killed_by = frozenset({"ACCOUNT-LIST-ENVELOPE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation or answered.status not in {404, 405}:
            return answered
        return replace(answered, content=b"<h1>Not Found</h1>").typed("text/html")
