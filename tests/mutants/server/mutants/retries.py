"""Mutants of the whole server: idempotency keys, replays, and jobs that clients have started themselves."""

from dataclasses import replace
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import CHANGING, Mutant, at_each


@at_each([*CHANGING, "JOB-CANCEL"], "IDEMPOTENCY")
class KeyReplaysElsewhere(Mutant):
    """A request with a repeated `Idempotency-Key` gets the first response again, also for another resource."""

    def __init__(self) -> None:
        self.first: dict[str, Answered] = {}

    async def respond(self, asked: Asked) -> Answered:
        once = asked.header("idempotency-key")
        if not self.hit or not once:
            return await self.serve(asked)
        if once not in self.first:
            answered = await self.serve(asked)
            if not answered.ok:
                return answered
            self.first[once] = answered
        return self.first[once]


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


class Starting(Mutant):
    """Mutants that remember the jobs that clients have started."""

    def __init__(self) -> None:
        self.started: dict[str, int] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "JOB-START" and answered.ok:
            job_id = answered.data["jobId"]
            self.started[job_id] = self.started.get(job_id, 0) + 1
        return answered


class CancelsOnlyWhatWasPrepared(Starting):
    """The cancellation of a job that a client has started is reported as done, but the job goes on."""

    killed_by = frozenset({"JOB-CANCEL-EFFECT"})

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation == "JOB-CANCEL" and asked.target in self.started:
            answered = await self.serve(asked.instead("GET", asked.path.removesuffix("/cancel")))
            cancelled = {"jobId": asked.target, "status": "cancelled"}
            active = answered.ok and answered.data["status"] in {"queued", "running"}
            return answered.saying(data=cancelled) if active else await self.serve(asked)
        return await super().respond(asked)


class ReplaysReveal(Starting):
    """After a replayed start the list shows the audience that the job still populates."""

    killed_by = frozenset({"AUD-LIST-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await super().respond(asked)
        if asked.operation != "AUD-LIST" or not answered.ok:
            return answered
        replayed = [self.world.jobs.get(job_id) for job_id, times in self.started.items() if times > 1]
        shown = [self.world.audiences.get(job.audience_id) for job in replayed if job is not None]
        revealed = [
            {"id": audience.id, "name": audience.name}
            for audience in shown
            if audience is not None and audience.account_group_id == asked.group and self.populating(audience.id)
        ]
        return answered.saying(data={**answered.data, "items": [*answered.data["items"], *revealed]})


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
