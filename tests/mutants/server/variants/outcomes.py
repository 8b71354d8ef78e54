"""Legal variants of the whole server: the fate of what an unsuccessful job populated."""

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.variant import Variant


class RemovesWhatAFailedJobPopulated(Variant):
    """The audience of a failed or cancelled job is removed with the end of the job."""

    async def control(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        body = asked.body if isinstance(asked.body, dict) else {}
        params = body.get("params") or {}
        if answered.ok and body.get("action", "setup") == "setup" and params.get("outcome") in {"failed", "cancelled"}:
            await self.remove(asked, str(params.get("jobId")))
        return answered

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "JOB-CANCEL" and answered.ok:
            await self.remove(asked, asked.target)
        return answered

    async def remove(self, asked: Asked, job_id: str) -> None:
        """Remove the audience of a job."""
        job = self.world.jobs.get(job_id)
        audience = self.world.audiences.get(job.audience_id) if job is not None else None
        if audience is not None:
            group = audience.account_group_id
            async with self.master(group) as token:
                deletion = asked.instead("DELETE", f"/v1/accounts/{group}/audiences/{audience.id}")
                await self.serve(deletion.by(token))
