"""The tools that tell what a client did: exchanges, findings and coverage."""

from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field
from typing_extensions import TypedDict

from mockserver.agents.arguments import ExchangeNumber, OperationId, Run, SandboxId, Since
from mockserver.client import ClientFindings, coverage_requests, requests
from mockserver.client.arguments import ExchangeFilter, Verification
from mockserver.client.coverage_documents import Coverage
from mockserver.client.documents import ClientRule, Exchange, ExchangeSummary, Finding
from mockserver.client.transport import AsyncSender

_MOST = 1_000


class Judgement(TypedDict):
    """A judgement of a client: whether there is no finding, and the findings."""

    passed: bool
    findings: list[Finding]


class JournalTools:
    """The tools for the journal."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list_exchanges(
        self,
        sandbox: SandboxId,
        operation: OperationId = None,
        status: Annotated[int | None, Field(description="Status of the response, such as 409.")] = None,
        limit: Annotated[int, Field(description="Largest number of exchanges.", ge=1, le=_MOST)] = 50,
    ) -> list[ExchangeSummary]:
        """List the newest requests of a sandbox with their statuses, and the rule that refused them (`rule`).

        Use it to see what a client has really sent; get_exchange has headers, bodies and the decision.
        """
        narrowing: ExchangeFilter = {"order": "newest", "limit": limit}
        if operation is not None:
            narrowing["operation"] = operation
        if status is not None:
            narrowing["status"] = status
        return await self._sender.send(requests.list_exchanges(sandbox, **narrowing))

    async def get_exchange(self, sandbox: SandboxId, number: ExchangeNumber) -> Exchange:
        """Read one exchange: why it was refused (`trace`, rule by rule), its headers, and its bodies.

        Use it first when a response is not the expected one.
        """
        return await self._sender.send(requests.get_exchange(sandbox, number))

    async def list_findings(self, sandbox: SandboxId, since: Since = 0) -> list[Finding]:
        """List the mistakes of the client that the journal shows, each with the documented sentence and advice."""
        return await self._sender.send(requests.list_findings(sandbox, since=since))

    async def verify_client(
        self,
        sandbox: SandboxId,
        rules: Annotated[list[ClientRule] | None, Field(description="Rules to judge by; all if left out.")] = None,
        ignore: Annotated[list[ClientRule] | None, Field(description="Rules to leave out.")] = None,
        since: Since = 0,
    ) -> Judgement:
        """Judge the client by the journal. Use it at the end of a test, above all after a fault."""
        narrowing: Verification = {"since": since}
        if rules is not None:
            narrowing["rules"] = rules
        if ignore is not None:
            narrowing["ignore"] = ignore
        try:
            await self._sender.send(requests.verify(sandbox, **narrowing))
        except ClientFindings as found:
            return {"passed": False, "findings": list(found.findings)}
        return {"passed": True, "findings": []}

    async def get_coverage(
        self,
        sandbox: Annotated[str | None, Field(description="Identifier of a sandbox; in place of run.")] = None,
        run: Run = None,
    ) -> Coverage:
        """Tell which documented responses and situations a client has met: of a sandbox, of a run, or of all.

        Use it to find what the tests of a client have never tried: rows with `met` 0, situations with `well` 0.
        """
        if sandbox is None:
            return await self._sender.send(coverage_requests.coverage(run))
        if run is not None:
            raise ToolError("sandbox and run exclude each other. Leave one of them out.")
        return await self._sender.send(coverage_requests.sandbox_coverage(sandbox))
