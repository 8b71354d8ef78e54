"""The client of the control plane for coroutines."""

from functools import cached_property
from typing import Self, Unpack

import httpx

from mockserver.client import coverage_requests, requests
from mockserver.client.arguments import NewSandbox
from mockserver.client.async_parts import AsyncClock, AsyncFaults, AsyncJobs, AsyncKeys, AsyncLimits
from mockserver.client.coverage_documents import Coverage
from mockserver.client.documents import SandboxDocument, SandboxSummary
from mockserver.client.errors import ControlPlaneError
from mockserver.client.operations import AsyncOperation, AsyncPart
from mockserver.client.transport import Address, AsyncSender

_NOT_FOUND = 404


class AsyncSandbox(AsyncPart):
    """A sandbox of a server, for coroutines.

    Attributes:
        id: Its identifier.
        name: Its name.
        url: The URL of the server, to give to the client under test.
        key: The token of its first key.
        account_group: The identifier of its first account group.
        clock: Its clock.
        faults: Its faults.
        jobs: Its jobs.
        keys: Its keys.
        limits: Its rate limits.
    """

    describe = AsyncOperation(requests.describe)
    journal = AsyncOperation(requests.list_exchanges)
    exchange = AsyncOperation(requests.get_exchange)
    clear_journal = AsyncOperation(requests.clear_journal)
    findings = AsyncOperation(requests.list_findings)
    verify = AsyncOperation(requests.verify)
    snapshot = AsyncOperation(requests.take_snapshot)
    restore = AsyncOperation(requests.restore_snapshot)
    snapshots = AsyncOperation(requests.list_snapshots)
    delete_snapshot = AsyncOperation(requests.delete_snapshot)
    seed = AsyncOperation(requests.export_seed)
    replace = AsyncOperation(requests.import_seed)
    reset = AsyncOperation(requests.reset)
    audiences = AsyncOperation(requests.list_audiences)
    state = AsyncOperation(requests.change_state)
    coverage = AsyncOperation(coverage_requests.sandbox_coverage)

    def __init__(self, sender: AsyncSender, document: SandboxDocument) -> None:
        super().__init__(sender, document["id"])
        self.name = document["name"]
        self.url = sender.address.url
        self.key = next((key["key"] for key in document["keys"]), "")
        self.account_group = next((group["id"] for group in document["accountGroups"]), "")
        self.clock = AsyncClock(sender, self.id)
        self.faults = AsyncFaults(sender, self.id)
        self.jobs = AsyncJobs(sender, self.id)
        self.keys = AsyncKeys(sender, self.id)
        self.limits = AsyncLimits(sender, self.id)

    @cached_property
    def api(self) -> httpx.AsyncClient:
        """A client of the vendor's API with the first key, below the first account group: `api.get("/audiences")`."""
        return self.api_for(self.key)

    def api_for(self, key: str, account_group: str | None = None) -> httpx.AsyncClient:
        """Return a client of the vendor's API with another key, to be closed by the caller."""
        path = f"/v1/accounts/{account_group or self.account_group}"
        return httpx.AsyncClient(**self.sender.address.options(path, key))

    async def delete(self) -> None:
        """Delete the sandbox, with everything in it, unless it is gone already; close its client."""
        if "api" in self.__dict__:
            await self.api.aclose()
        try:
            await self.sender.send(requests.delete(self.id))
        except ControlPlaneError as error:
            if error.status != _NOT_FOUND:
                raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.delete()


class AsyncControlPlane:
    """The control plane of a server, for coroutines.

    Args:
        url: The URL of the server, such as `http://127.0.0.1:8080`.
        admin_token: The admin token of the server; None for none.
        keep_connections: Whether connections are kept for later requests. Without it, one object serves several event
            loops, one after the other.
        run: The run that the sandboxes belong to which it makes, unless they name one; None for none.
    """

    def __init__(
        self, url: str, admin_token: str | None = None, *, keep_connections: bool = True, run: str | None = None
    ) -> None:
        self._sender = AsyncSender(Address(url, admin_token, keep_connections=keep_connections))
        self.url = self._sender.address.url
        self._run = run

    async def create_sandbox(self, **members: Unpack[NewSandbox]) -> AsyncSandbox:
        """Make a sandbox: with a `seed`, as a copy (`from_`), or empty but for an account group and a key."""
        if self._run is not None:
            members.setdefault("run", self._run)
        return self.attach(await self._sender.send(requests.create_sandbox(**members)))

    async def sandbox(self, sandbox_id: str) -> AsyncSandbox:
        """Return a sandbox that exists."""
        return self.attach(await self._sender.send(requests.describe(sandbox_id)))

    def attach(self, document: SandboxDocument) -> AsyncSandbox:
        """Return a sandbox, given its document."""
        return AsyncSandbox(self._sender, document)

    async def sandboxes(self) -> list[SandboxSummary]:
        """List the sandboxes."""
        return await self._sender.send(requests.list_sandboxes())

    async def coverage(self, run: str | None = None) -> Coverage:
        """Return the coverage of a run, or of all that the store has seen."""
        return await self._sender.send(coverage_requests.coverage(run))

    async def coverage_page(self, run: str | None = None) -> str:
        """Return the coverage of a run, or of all, as a page in HTML."""
        return await self._sender.send(coverage_requests.coverage_page(run))

    async def forget_coverage(self, run: str | None = None) -> None:
        """Let the coverage of a run, or of all, begin anew."""
        await self._sender.send(coverage_requests.forget_coverage(run))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._sender.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()
