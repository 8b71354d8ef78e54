"""The client of the control plane."""

from functools import cached_property
from typing import Self, Unpack

import httpx

from mockserver.client import coverage_requests, requests
from mockserver.client.arguments import NewSandbox
from mockserver.client.coverage_documents import Coverage
from mockserver.client.documents import SandboxDocument, SandboxSummary
from mockserver.client.errors import ControlPlaneError
from mockserver.client.operations import Operation, Part
from mockserver.client.parts import Clock, Faults, Jobs, Keys, Limits
from mockserver.client.transport import Address, Sender

_NOT_FOUND = 404


class Sandbox(Part):
    """A sandbox of a server.

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

    describe = Operation(requests.describe)
    journal = Operation(requests.list_exchanges)
    exchange = Operation(requests.get_exchange)
    clear_journal = Operation(requests.clear_journal)
    findings = Operation(requests.list_findings)
    verify = Operation(requests.verify)
    snapshot = Operation(requests.take_snapshot)
    restore = Operation(requests.restore_snapshot)
    snapshots = Operation(requests.list_snapshots)
    delete_snapshot = Operation(requests.delete_snapshot)
    seed = Operation(requests.export_seed)
    replace = Operation(requests.import_seed)
    reset = Operation(requests.reset)
    audiences = Operation(requests.list_audiences)
    state = Operation(requests.change_state)
    coverage = Operation(coverage_requests.sandbox_coverage)

    def __init__(self, sender: Sender, document: SandboxDocument) -> None:
        super().__init__(sender, document["id"])
        self.name = document["name"]
        self.url = sender.address.url
        self.key = next((key["key"] for key in document["keys"]), "")
        self.account_group = next((group["id"] for group in document["accountGroups"]), "")
        self.clock = Clock(sender, self.id)
        self.faults = Faults(sender, self.id)
        self.jobs = Jobs(sender, self.id)
        self.keys = Keys(sender, self.id)
        self.limits = Limits(sender, self.id)

    @cached_property
    def api(self) -> httpx.Client:
        """A client of the vendor's API with the first key, below the first account group: `api.get("/audiences")`."""
        return self.api_for(self.key)

    def api_for(self, key: str, account_group: str | None = None) -> httpx.Client:
        """Return a client of the vendor's API with another key, to be closed by the caller."""
        path = f"/v1/accounts/{account_group or self.account_group}"
        return httpx.Client(**self.sender.address.options(path, key))

    def delete(self) -> None:
        """Delete the sandbox, with everything in it, unless it is gone already; close its client."""
        if "api" in self.__dict__:
            self.api.close()
        try:
            self.sender.send(requests.delete(self.id))
        except ControlPlaneError as error:
            if error.status != _NOT_FOUND:
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.delete()


class ControlPlane:
    """The control plane of a server.

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
        self._sender = Sender(Address(url, admin_token, keep_connections=keep_connections))
        self.url = self._sender.address.url
        self._run = run

    def create_sandbox(self, **members: Unpack[NewSandbox]) -> Sandbox:
        """Make a sandbox: with a `seed`, as a copy (`from_`), or empty but for an account group and a key."""
        if self._run is not None:
            members.setdefault("run", self._run)
        return self.attach(self._sender.send(requests.create_sandbox(**members)))

    def sandbox(self, sandbox_id: str) -> Sandbox:
        """Return a sandbox that exists."""
        return self.attach(self._sender.send(requests.describe(sandbox_id)))

    def attach(self, document: SandboxDocument) -> Sandbox:
        """Return a sandbox, given its document."""
        return Sandbox(self._sender, document)

    def sandboxes(self) -> list[SandboxSummary]:
        """List the sandboxes."""
        return self._sender.send(requests.list_sandboxes())

    def coverage(self, run: str | None = None) -> Coverage:
        """Return the coverage of a run, or of all that the store has seen."""
        return self._sender.send(coverage_requests.coverage(run))

    def coverage_page(self, run: str | None = None) -> str:
        """Return the coverage of a run, or of all, as a page in HTML."""
        return self._sender.send(coverage_requests.coverage_page(run))

    def forget_coverage(self, run: str | None = None) -> None:
        """Let the coverage of a run, or of all, begin anew."""
        self._sender.send(coverage_requests.forget_coverage(run))

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
