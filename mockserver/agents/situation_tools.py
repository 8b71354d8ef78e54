"""The tools that bring a client into situations: faults and jobs."""

from typing import Annotated

from pydantic import Field

from mockserver.agents.arguments import JobId, OperationId, SandboxId
from mockserver.client import requests
from mockserver.client.arguments import JobEnd, NewFault
from mockserver.client.documents import Fault, Job, Outcome, Preset, Stage
from mockserver.client.transport import AsyncSender


class SituationTools:
    """The tools for faults and jobs."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def add_fault(
        self,
        sandbox: SandboxId,
        preset: Annotated[
            Preset,
            Field(
                description="lost-reply: the next request takes effect, but its reply is lost. flaky: some requests "
                "fail or are lost. slow: each is delayed by two seconds. maintenance: each fails with 500."
            ),
        ],
        operation: OperationId = None,
        times: Annotated[int | None, Field(description="Number of requests to act on.", ge=1)] = None,
    ) -> list[Fault]:
        """Inject a fault. Use it to see whether a client survives lost replies, errors and delays."""
        members: NewFault = {"preset": preset}
        if operation is not None:
            members["operation"] = operation
        if times is not None:
            members["times"] = times
        return await self._sender.send(requests.add_fault(sandbox, **members))

    async def list_faults(self, sandbox: SandboxId) -> list[Fault]:
        """List the faults of a sandbox. Use it to see whether a fault has acted, and how often it still will."""
        return await self._sender.send(requests.list_faults(sandbox))

    async def clear_faults(self, sandbox: SandboxId) -> str:
        """Remove all faults of a sandbox."""
        await self._sender.send(requests.clear_faults(sandbox))
        return f"{sandbox} has no faults"

    async def list_jobs(self, sandbox: SandboxId) -> list[Job]:
        """List the prospecting jobs of a sandbox. An active job is the reason for 409 AUDIENCE_NOT_READY."""
        return await self._sender.send(requests.list_jobs(sandbox))

    async def end_job(
        self,
        sandbox: SandboxId,
        job: JobId,
        outcome: Annotated[Outcome, Field(description="The status that the job gets.")] = "completed",
        stage: Annotated[Stage | None, Field(description="Stage in which a failed or cancelled job ends.")] = None,
        share: Annotated[float | None, Field(description="Share of that stage that is done.", ge=0, le=1)] = None,
    ) -> Job:
        """End an active job. Use it to lift the guard from an audience, or to see how a client takes a failed job."""
        members: JobEnd = {"outcome": outcome}
        if stage is not None:
            members["stage"] = stage
        if share is not None:
            members["share"] = share
        return await self._sender.send(requests.end_job(sandbox, job, **members))
