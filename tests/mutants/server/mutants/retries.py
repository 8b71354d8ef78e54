"""Mutants of the whole server: idempotency keys, replays, and jobs that clients have started themselves."""

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import CHANGING, Mutant, at_each

CONVERSATIONAL = False


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
