"""The operations on jobs, and on how the next ones move."""

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.responses import Answer, Body
from mockserver.domain.job import JobStatus, Pace, Progression, Stage, progress_of
from mockserver.service import control_actions
from mockserver.service.prospecting import SeenJob
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import progression_of
from mockserver.service.transactions import UnitOfWork


class JobHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("getJobPace")
    async def get_pace(self, sandbox_id: str) -> Answer:
        """How the next jobs move."""
        seen = await self._sandboxes.inspect(sandbox_id)
        return views.job_pace(seen.sandbox.progression), 200

    @operation("setJobPace")
    async def put_pace(self, sandbox_id: str, body: Body) -> Answer:
        """Set how the next jobs move."""
        seen = await self._sandboxes.set_progression(sandbox_id, lambda now: _changed(now, body))
        return views.job_pace(seen.sandbox.progression), 200

    @operation("listJobs")
    async def list_jobs(self, sandbox_id: str) -> Answer:
        """List the jobs."""
        return views.jobs(await self._sandboxes.work(sandbox_id, control_actions.jobs)), 200

    @operation("startJob")
    async def start(self, sandbox_id: str, body: Body) -> Answer:
        """Start a job on an audience that is there already."""

        async def act(work: UnitOfWork) -> SeenJob:
            progression = _changed(work.sandbox.progression, body)
            requested = int(body.get("requested", control_actions.DEFAULT_REQUESTED))
            return await control_actions.start_job(
                work, body["accountGroupId"], body["audienceId"], progression, requested
            )

        return views.job(await self._sandboxes.work(sandbox_id, act)), 201

    @operation("getJob")
    async def get(self, sandbox_id: str, job_id: str) -> Answer:
        """Look at a job."""

        async def act(work: UnitOfWork) -> SeenJob:
            return SeenJob(await control_actions.job(work, job_id), work.now)

        return views.job(await self._sandboxes.work(sandbox_id, act)), 200

    @operation("moveJob")
    async def move(self, sandbox_id: str, job_id: str, body: Body) -> Answer:
        """Change how an active job moves."""

        async def act(work: UnitOfWork) -> SeenJob:
            job = await control_actions.job(work, job_id)
            return await control_actions.set_progression(work, job_id, _changed(job.progression, body))

        return views.job(await self._sandboxes.work(sandbox_id, act)), 200

    @operation("endJob")
    async def end(self, sandbox_id: str, job_id: str, body: Body | None = None) -> Answer:
        """End an active job; 400 where a stage is named that a completed one does not end in."""
        body = body or {}
        outcome = JobStatus(body.get("outcome", JobStatus.COMPLETED))
        progress = _progress(body)
        if progress is not None and outcome is JobStatus.COMPLETED:
            raise ControlError(400, "the body's stage and share go with the outcomes failed and cancelled")
        seen = await self._sandboxes.work(
            sandbox_id, lambda work: control_actions.end_job(work, job_id, outcome, progress)
        )
        return views.job(seen), 200


def _changed(progression: Progression, body: Body) -> Progression:
    """The progression with what a body says of it; only a hand moves a job to a status, so that is the pace then."""
    return progression_of({"pace": Pace.MANUAL, **body} if "status" in body else body, progression)


def _progress(body: Body) -> float | None:
    """How much of its work a job has done when it ends, where the body says it."""
    if "stage" not in body and "share" not in body:
        return None
    return progress_of(Stage(body.get("stage", _DEFAULT.stage)), body.get("share", _DEFAULT.share))


_DEFAULT = Progression()
