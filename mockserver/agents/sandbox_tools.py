"""The tools for sandboxes and their clocks."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mockserver.agents.arguments import Run, SandboxId
from mockserver.client import requests
from mockserver.client.arguments import NewSandbox
from mockserver.client.documents import Clock, ClockAdvanced, SandboxDocument, SandboxSummary
from mockserver.client.transport import AsyncSender


class SandboxAtUrl(SandboxDocument):
    """A sandbox, and the URL of the server for the client under test."""

    url: str


class SandboxTools:
    """The tools for sandboxes."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def create_sandbox(
        self,
        name: Annotated[str | None, Field(description="Name to recognize the sandbox by.")] = None,
        clock: Annotated[
            Literal["real", "manual"],
            Field(description="manual: time stands still until advance_clock, so that waiting takes no time."),
        ] = "real",
        copy_of: Annotated[str | None, Field(description="Identifier of a sandbox to copy, such as default.")] = None,
        seed: Annotated[
            dict[str, Any] | None, Field(description="Seed document; _mock/guide/control-plane.md explains it.")
        ] = None,
        run: Run = None,
    ) -> SandboxAtUrl:
        """Make a sandbox: an isolated copy of the API with its own key, account group, data and clock.

        Use it before each experiment or test of a client, and give the client `url`, one of `keys` that is active and
        has the permissions that it needs, and one of `accountGroups`. Without `seed` and `copy_of` it has no audience.
        """
        given = {"name": name, "from_": copy_of, "seed": seed, "run": run}
        members: NewSandbox = {key: value for key, value in given.items() if value is not None}  # type: ignore[assignment]  # by name
        sandbox = await self._sender.send(requests.create_sandbox(**members))
        if clock == "manual":
            await self._sender.send(requests.stop_clock(sandbox["id"]))
        return await self.describe_sandbox(sandbox["id"])

    async def list_sandboxes(self) -> list[SandboxSummary]:
        """List the sandboxes. Use it to find one that a test or an earlier step has made."""
        return await self._sender.send(requests.list_sandboxes())

    async def describe_sandbox(self, sandbox: SandboxId) -> SandboxAtUrl:
        """Read a sandbox: keys with permissions, account groups, clock, rate limit, and the URL for the client."""
        document = await self._sender.send(requests.describe(sandbox))
        return {**document, "url": self._sender.address.url}

    async def reset_sandbox(self, sandbox: SandboxId) -> SandboxAtUrl:
        """Return a sandbox to the data that it was made with. Use it to repeat an experiment from the beginning."""
        document = await self._sender.send(requests.reset(sandbox))
        return {**document, "url": self._sender.address.url}

    async def delete_sandbox(self, sandbox: SandboxId) -> str:
        """Delete a sandbox with everything in it. Use it when the experiment is over."""
        await self._sender.send(requests.delete(sandbox))
        return f"{sandbox} is deleted"

    async def stop_clock(self, sandbox: SandboxId) -> Clock:
        """Stop the clock of a sandbox. Use it before a test that depends on time: jobs, Retry-After, expiry of keys."""
        return await self._sender.send(requests.stop_clock(sandbox))

    async def run_clock(self, sandbox: SandboxId) -> Clock:
        """Let the clock of a sandbox run again, after stop_clock or set_clock."""
        return await self._sender.send(requests.run_clock(sandbox))

    async def set_clock(
        self,
        sandbox: SandboxId,
        at: Annotated[str, Field(description="Instant in ISO 8601 with a time zone, not before the clock's.")],
    ) -> Clock:
        """Stop the clock of a sandbox at a later instant. Use it where a test needs a certain date."""
        return await self._sender.send(requests.set_clock(sandbox, at))

    async def advance_clock(
        self, sandbox: SandboxId, seconds: Annotated[float, Field(description="Seconds to move by.")]
    ) -> ClockAdvanced:
        """Move the clock of a sandbox forward, and return what that caused: jobs that started or ended, and the like.

        Use it in place of waiting. The clock may be stopped or running.
        """
        return await self._sender.send(requests.advance_clock(sandbox, seconds))
