"""Mutants of the whole server: prospecting jobs and idempotency keys."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from mockserver.domain.job import Ending, Job, JobStatus
from mockserver.service import audiences, prospecting
from mockserver.service.prospecting import SeenJob
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant, at_each


class StartsTwice(Mutant):
    """The `Idempotency-Key` of a start is ignored: each start creates a new job."""

    killed_by = frozenset({"JOB-START-REPLAY"})

    async def respond(self, asked: Asked) -> Answered:
        return await self.serve(asked.with_header("idempotency-key", None) if asked.operation == "JOB-START" else asked)


class ReplaysAnotherJob(Mutant):
    """A replayed start returns the newest job of the account group."""

    killed_by = frozenset({"JOB-START-REPLAY"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is prospecting.start and isinstance(outcome, SeenJob) and not outcome.status.is_active:
            newest = await work.transaction.jobs(work.account_group_id, before=None, limit=1)
            return replace(outcome, job=newest[0])
        return outcome


class ReplayIs202(Mutant):
    """A start that is replayed after the job has completed returns 202."""

    killed_by = frozenset({"JOB-START-REPLAY"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(202) if asked.operation == "JOB-START" and answered.status == 200 else answered


class EveryStartIsTheSame(Mutant):
    """A start while a job is active returns the active job."""

    killed_by = frozenset({"JOB-START-NEW"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if use_case is prospecting.start:
            for job in await work.transaction.open_jobs(work.account_group_id):
                if job.is_active(work.now):
                    return SeenJob(job, work.now)
        return await use_case(work, *args)


class StartsNothing(Mutant):
    """The start of a job is reported as accepted, but no job is created."""

    killed_by = frozenset({"JOB-START-ACCEPTED"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is prospecting.start:
            await work.transaction.rollback()
        return outcome


class StartNamesNoJob(Mutant):
    """The start of a job returns an identifier that no job has."""

    killed_by = frozenset({"JOB-START-ACCEPTED"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-START" or answered.status != 202:
            return answered
        return answered.saying(data={**answered.data, "jobId": answered.data["jobId"][::-1]})


class AnySourceWillDo(Mutant):
    """A source is accepted without the members that its documentation page requires."""

    killed_by = frozenset({"JOB-START-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-START" or answered.status != 400:
            return answered
        return await self.serve(asked.with_body({"source": "linkedin_search", "searchUrl": "https://example.com/"}))


class Statuses(Mutant):
    """The mutants that show a job with the status that `shown` returns."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if not self.hit or not answered.ok:
            return answered
        for one in answered.items():
            if "jobId" in one:
                one["status"] = self.shown(one["status"])
        return answered.saying(data=answered.data)

    def shown(self, status: str) -> str:
        """Return the status to show."""
        return "running" if status == "completed" else status


@at_each(["JOB-GET", "JOB-LIST"], "CURRENT")
class CompletedIsRunning(Statuses):
    """A completed job is shown as running."""


class CancelledIsFailed(Statuses):
    """A cancelled job is shown as failed."""

    operation = "JOB-GET"
    killed_by = frozenset({"JOB-GET-CURRENT"})

    def shown(self, status: str) -> str:
        return "failed" if status == "cancelled" else status


class Cancelling(Mutant):
    """The mutants that change the response to the cancellation of an ended job."""

    killed_by = frozenset({"JOB-CANCEL-CANCELABLE"})
    outcomes: ClassVar[frozenset[JobStatus]] = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        job = self.world.jobs.get(asked.target)
        if asked.operation != "JOB-CANCEL" or answered.status != 422 or job is None or job.ending is None:
            return answered
        return self.change(answered, job) if job.ending.outcome in self.outcomes else answered

    def change(self, answered: Answered, job: Job) -> Answered:
        """Return the changed response."""
        data = {"jobId": job.id, "status": "cancelled"}
        return answered.saying(200, success=True, data=data, error=None)


class CancelsTheCompleted(Cancelling):
    """The cancellation of a completed job returns 200."""

    outcomes = frozenset({JobStatus.COMPLETED})


class CancelsTheFailed(Cancelling):
    """The cancellation of a failed job returns 200."""

    outcomes = frozenset({JobStatus.FAILED})


class UncancellableIsAConflict(Cancelling):
    """The cancellation of an ended job returns 409."""

    def change(self, answered: Answered, job: Job) -> Answered:  # noqa: ARG002
        return answered.saying(409)


class UncancellableHasAnotherCode(Cancelling):
    """The cancellation of an ended job returns 422 with another error code."""

    def change(self, answered: Answered, job: Job) -> Answered:  # noqa: ARG002
        return answered.saying(error={**answered.body["error"], "code": "NOT_CANCELLABLE"})


class QueuedCannotBeCancelled(Mutant):
    """A job can be cancelled only while it is running, not while it is queued."""

    killed_by = frozenset({"JOB-CANCEL-DONE"})

    async def respond(self, asked: Asked) -> Answered:
        job = self.world.jobs.get(asked.target)
        now = self.parts.clock.now()
        queued = job is not None and job.status_at(now) is JobStatus.QUEUED
        key = self.world.keys.get(asked.token)
        own = key is not None and asked.group in key.account_group_ids and "prospecting:write" in key.permissions
        refused = asked.operation == "JOB-CANCEL" and queued and own and not (key is None or key.revoked)
        return self.refuse(422, "VALIDATION_ERROR") if refused else await self.serve(asked)


class CancelsAll(Mutant):
    """The cancellation of one job cancels every job of the account group."""

    killed_by = frozenset({"JOB-CANCEL-ONLY"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is prospecting.cancel and isinstance(outcome, SeenJob):
            for job in await work.transaction.open_jobs(work.account_group_id):
                await prospecting.end(work, job, Ending(JobStatus.CANCELLED, work.now, 0.0))
        return outcome


class CreditsDoNotMatter(Mutant):
    """A start without credits is refused with 402, but the job is started."""

    killed_by = frozenset({"JOB-START-REFUSED"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        if use_case is prospecting.start:
            group = await work.transaction.account_group(work.account_group_id)
            if group is not None and group.credits_exhausted:
                await work.transaction.save_account_group(replace(group, credits_exhausted=False))
                await use_case(work, *args)
                await work.transaction.save_account_group(group)
        return outcome


class NoCreditsAnotherCode(Mutant):
    """A start without credits is refused with 402 but with another error code."""

    killed_by = frozenset({"JOB-START-CREDITS"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.status != 402:
            return answered
        return answered.saying(error={**answered.body["error"], "code": "PAYMENT_REQUIRED"})


class NoCreditsIsForbidden(Mutant):
    """A start without credits is refused with 403."""

    killed_by = frozenset({"JOB-START-CREDITS"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(403) if answered.status == 402 else answered


@at_each(["AUD-DELETE", "AUD-CREATE"], "IDEMPOTENCY")
class KeyReplays(Mutant):
    """A request with a repeated `Idempotency-Key` gets the first response again and has no effect."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str | None], Answered] = {}

    async def respond(self, asked: Asked) -> Answered:
        once = (asked.path, asked.header("idempotency-key"))
        if not self.hit or once[1] is None:
            return await self.serve(asked)
        if once not in self.answers:
            answered = await self.serve(asked)
            if not answered.ok:
                return answered
            self.answers[once] = answered
        return self.answers[once]


class DeletedIsDeletedAgain(Mutant):
    """The deletion of an already deleted audience succeeds again."""

    killed_by = frozenset({"AUD-DELETE-FOUND"})

    def __init__(self) -> None:
        self.gone: dict[str, Any] = {}

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if use_case is audiences.delete and args[0] in self.gone:
            return self.gone[args[0]]
        outcome = await use_case(work, *args)
        if use_case is audiences.delete and not isinstance(outcome, tuple):
            self.gone[args[0]] = outcome
        return outcome
