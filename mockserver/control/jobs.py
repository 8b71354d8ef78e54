"""The handlers of operations on jobs, and on the progression of new jobs."""

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.responses import Body, Response
from mockserver.domain.job import JobStatus, Pace, Progression, Stage, progress_of
from mockserver.service import control_actions
from mockserver.service.prospecting import SeenJob
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import progression_of
from mockserver.service.transactions import UnitOfWork

_DEFAULT = Progression()


class JobHandlers:
    """The handlers of operations on jobs."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("getJobPace")
    async def get_pace(self, sandbox_id: str) -> Response:
        """Get the progression of new jobs."""
        inspected = await self._sandboxes.inspect(sandbox_id)
        return views.job_pace(inspected.sandbox.progression), 200

    @operation("setJobPace")
    async def put_pace(self, sandbox_id: str, body: Body) -> Response:
        """Set the progression of new jobs."""
        inspected = await self._sandboxes.set_progression(
            sandbox_id, lambda current: _change_progression(current, body)
        )
        return views.job_pace(inspected.sandbox.progression), 200

    @operation("listJobs")
    async def list_jobs(self, sandbox_id: str) -> Response:
        """List the jobs."""
        return views.jobs(await self._sandboxes.work(sandbox_id, control_actions.jobs)), 200

    @operation("startJob")
    async def start(self, sandbox_id: str, body: Body) -> Response:
        """Start a job on an existing audience."""

        async def act(work: UnitOfWork) -> SeenJob:
            progression = _change_progression(work.sandbox.progression, body)
            requested = int(body.get("requested", control_actions.DEFAULT_REQUESTED))
            return await control_actions.start_job(
                work, body["accountGroupId"], body["audienceId"], progression, requested
            )

        return views.job(await self._sandboxes.work(sandbox_id, act)), 201

    @operation("getJob")
    async def get(self, sandbox_id: str, job_id: str) -> Response:
        """Get a job."""

        async def act(work: UnitOfWork) -> SeenJob:
            return SeenJob(await control_actions.job(work, job_id), work.now)

        return views.job(await self._sandboxes.work(sandbox_id, act)), 200

    @operation("moveJob")
    async def move(self, sandbox_id: str, job_id: str, body: Body) -> Response:
        """Change the progression of an active job."""

        async def act(work: UnitOfWork) -> SeenJob:
            job = await control_actions.job(work, job_id)
            return await control_actions.set_progression(work, job_id, _change_progression(job.progression, body))

        return views.job(await self._sandboxes.work(sandbox_id, act)), 200

    @operation("endJob")
    async def end(self, sandbox_id: str, job_id: str, body: Body | None = None) -> Response:
        """End an active job; 400 for a stage or a share with the outcome completed."""
        body = body or {}
        outcome = JobStatus(body.get("outcome", JobStatus.COMPLETED))
        progress = _read_progress(body)
        if progress is not None and outcome is JobStatus.COMPLETED:
            raise ControlError(400, "the body's stage and share are only for the outcomes failed and cancelled")
        ended = await self._sandboxes.work(
            sandbox_id, lambda work: control_actions.end_job(work, job_id, outcome, progress)
        )
        return views.job(ended), 200


def _change_progression(progression: Progression, body: Body) -> Progression:
    """Return the progression with the members of a body; a status implies the pace `manual`."""
    return progression_of({"pace": Pace.MANUAL, **body} if "status" in body else body, progression)


def _read_progress(body: Body) -> float | None:
    """Return the progress of a job at its end, from 0 to 1; None if the body has neither stage nor share."""
    if "stage" not in body and "share" not in body:
        return None
    return progress_of(Stage(body.get("stage", _DEFAULT.stage)), body.get("share", _DEFAULT.share))
