"""Mutants of the whole server: the prospecting guard, and the effects of the requests that it refuses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from mockserver.domain.job import Job, JobStatus
from mockserver.domain.refusal import Reason
from mockserver.service.transactions import UnitOfWork
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import GUARDED, Mutant, at_each, facts, refusal


async def nobody(_owner: str) -> list[Job]:
    """Return no jobs."""
    return []


class Guard(Mutant):
    """The mutants whose guard lets the requests pass that `opens` selects."""

    def opens(self, _asked: Asked) -> bool:
        """Return whether the guard lets this request pass."""
        return self.hit

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.asked.operation in GUARDED and self.opens(self.asked):
            work.transaction.open_jobs_on = nobody
        return await use_case(work, *args)


@at_each(GUARDED, "GUARD")
class GuardNever(Guard):
    """The guard is never checked."""


class GuardOnlyForDelete(Guard):
    """The guard is checked only for the deletion."""

    killed_by = facts("GUARD", *(one for one in GUARDED if one != "AUD-DELETE"))

    def opens(self, asked: Asked) -> bool:
        return asked.operation != "AUD-DELETE"


class GuardOnly(Guard):
    """The mutants whose guard recognises only one status of the job."""

    status: ClassVar[JobStatus]

    def opens(self, asked: Asked) -> bool:
        job = self.populating(asked.target)
        return self.hit and job is not None and job.status_at(self.parts.clock.now()) is not self.status


@at_each(["AUD-DELETE", "AUD-MOVE"], "GUARD")
class GuardOnlyWhileRunning(GuardOnly):
    """A queued job does not count as active."""

    status = JobStatus.RUNNING


@at_each(["AUD-PROSPECTS", "AUD-UPDATE"], "GUARD")
class GuardOnlyWhileQueued(GuardOnly):
    """A running job does not count as active."""

    status = JobStatus.QUEUED


@at_each(["AUD-DELETE", "AUD-UPDATE"], "GUARD")
class GuardAsksOnlyWhoMaySeeJobs(Guard):
    """The guard is not checked for a key that may not read jobs."""

    def opens(self, asked: Asked) -> bool:
        key = self.world.keys.get(asked.token)
        return self.hit and key is not None and "prospecting:read" not in key.permissions


@at_each(["AUD-DELETE", "AUD-GET"], "GUARD")
class GuardKnowsOneKey(Guard):
    """The guard is checked only for the oldest key of the account group."""

    def opens(self, asked: Asked) -> bool:
        first = next((one for one in self.world.keys.values() if asked.group in one.account_group_ids), None)
        return self.hit and first is not None and first.token != asked.token


class GuardForcedByQuery(Guard):
    """A deletion with the query `?force=true` passes the guard."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def opens(self, asked: Asked) -> bool:
        return asked.operation == "AUD-DELETE" and "force" in asked.params


class GuardForcedByBody(Guard):
    """A deletion with a request body passes the guard."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def opens(self, asked: Asked) -> bool:
        return asked.operation == "AUD-DELETE" and bool(asked.content)


class GuardForcedByMethodOverride(Guard):
    """A deletion with the header `X-HTTP-Method-Override` passes the guard."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def opens(self, asked: Asked) -> bool:
        return asked.operation == "AUD-DELETE" and asked.header("x-http-method-override") is not None


class GuardForcedByIdempotencyKey(Guard):
    """A deletion with the header `Idempotency-Key` passes the guard."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def opens(self, asked: Asked) -> bool:
        return asked.operation == "AUD-DELETE" and asked.header("idempotency-key") is not None


class GuardForgottenAfterARefusal(Guard):
    """The second attempt at an update passes the guard."""

    killed_by = frozenset({"AUD-UPDATE-GUARD"})
    refused: frozenset[str] = frozenset()

    def opens(self, asked: Asked) -> bool:
        return asked.operation == "AUD-UPDATE" and asked.target in self.refused

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.status == 409:
            self.refused |= {asked.target}
        return answered


class GuardForgottenByReading(Guard):
    """A deletion passes the guard after any client has tried to read the guarded audience."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})
    read: frozenset[str] = frozenset()

    def opens(self, asked: Asked) -> bool:
        if asked.operation == "AUD-GET":
            self.read |= {asked.target}
        return asked.operation == "AUD-DELETE" and asked.target in self.read


class GuardAnotherCode(Mutant):
    """A refusal by the guard has the error code CONFLICT."""

    killed_by = facts("GUARD-CODE", *GUARDED)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation not in GUARDED or answered.status != 409:
            return answered
        return answered.saying(error={**answered.body["error"], "code": "CONFLICT"})


class GuardAnotherStatus(Mutant):
    """A refusal by the guard has the status 423."""

    killed_by = facts("GUARD", *GUARDED)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(423) if asked.operation in GUARDED and answered.status == 409 else answered


class GuardHolds(Mutant):
    """The mutants whose guard still refuses requests after the job has ended with one of `outcomes`."""

    outcomes: ClassVar[frozenset[JobStatus]]

    async def act(self, use_case: Callable[..., Any], work: UnitOfWork, *args: Any) -> Any:
        endings = [job.ending.outcome for job in self.jobs_on(self.asked.target) if job.ending is not None]
        if f"{self.asked.operation}-GUARD-ENDS" in self.killed_by and self.outcomes & set(endings):
            return refusal(Reason.NOT_READY)
        return await use_case(work, *args)


class GuardHoldsForever(GuardHolds):
    """The guard refuses requests forever, however the job has ended."""

    killed_by = facts("GUARD-ENDS", *GUARDED)
    outcomes = frozenset(JobStatus)


class GuardHoldsAfterFailure(GuardHolds):
    """The guard still refuses to read, update or move an audience after its job has failed."""

    killed_by = facts("GUARD-ENDS", "AUD-GET", "AUD-UPDATE", "AUD-MOVE")
    outcomes = frozenset({JobStatus.FAILED})


class GuardHoldsAfterCancellation(GuardHolds):
    """The guard still refuses deletion, removal from a folder and reads of prospects after the job was cancelled."""

    killed_by = facts("GUARD-ENDS", "AUD-DELETE", "AUD-REMOVE", "AUD-PROSPECTS")
    outcomes = frozenset({JobStatus.CANCELLED})


class GuardRefusesYetActs(Mutant):
    """The mutants that carry out a request although the guard has refused it."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if self.hit and answered.status == 409:
            self.do(asked)
        return answered

    def do(self, asked: Asked) -> None:
        """Carry out the refused request: delete the audience."""
        self.world.audiences.remove(asked.target)


class GuardRefusesYetDeletes(GuardRefusesYetActs):
    """A deletion that the guard has refused still deletes the audience."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-GUARD-KEEPS"})


class Later(GuardRefusesYetActs):
    """The mutants that carry out a refused request when the job has ended."""

    async def respond(self, asked: Asked) -> Answered:
        for earlier in [one for one in vars(self).setdefault("waiting", []) if self.populating(one.target) is None]:
            self.waiting.remove(earlier)
            async with self.master(earlier.group) as token:
                await self.serve(earlier.by(token))
        return await super().respond(asked)

    def do(self, asked: Asked) -> None:
        self.waiting: list[Asked]
        self.waiting.append(asked)


@at_each(["AUD-DELETE", "AUD-UPDATE"], "GUARD-KEEPS")
class GuardRefusesYetActsLater(Later):
    """A request that the guard has refused is carried out when the job has ended."""


@at_each(["AUD-UPDATE", "AUD-MOVE"], "GUARD-KEEPS")
class GuardRefusesYetChanges(GuardRefusesYetActs):
    """A change that the guard has refused is applied at once."""

    def do(self, asked: Asked) -> None:
        audience = self.world.audiences.get(asked.target)
        body = asked.body if isinstance(asked.body, dict) else {}
        named = {"name": "name", "description": "description", "folderId": "folder_id"}
        changes = {field: body[name] for name, field in named.items() if name in body}
        if audience is not None:
            self.world.audiences.put(replace(audience, **changes))


@at_each(GUARDED, "GUARD")
class GuardEndsForAll(Guard):
    """Once any job of an account group has ended, the guard protects none of its audiences any more."""

    def opens(self, _asked: Asked) -> bool:
        now = self.parts.clock.now()
        jobs = self.world.jobs.newest_first(self.asked.group)
        return self.hit and any(not job.is_active(now) for job in jobs)
