"""The server of the Model Context Protocol, and its two transports."""

import logging
import socket
from collections.abc import Awaitable, Callable, Iterable
from inspect import getdoc
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from mockserver.agents.explanations import Explain, ExplanationTools
from mockserver.agents.journal_tools import JournalTools
from mockserver.agents.refusals import readable
from mockserver.agents.sandbox_tools import SandboxTools
from mockserver.agents.situation_tools import SituationTools
from mockserver.client.transport import Address, AsyncSender

_INSTRUCTIONS = (
    "A mock server of Sonarly's audiences API at {url}; everything is invented, and nothing reaches the vendor. Make a "
    "sandbox with create_sandbox, and point the client under test at its url with one of its keys and account groups. "
    "If a response is not the expected one, get_exchange tells which rule refused the request. Later, verify_client "
    "tells the mistakes of the client, and get_coverage what was never tried. {url}/llms.txt lists the documentation."
)
_READING = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ADDING = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_REMOVING = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
_SECONDS_TO_LEAVE = 1
"""The time that open streams have when the server stops."""


def agent_server(sender: AsyncSender, explain: Explain, version: str) -> MCPServer[Any]:
    """Return the server.

    Args:
        sender: The sender to the control plane.
        explain: The function that explains rules and requirements.
        version: The version of this package.
    """
    return MCPServer(
        "audience-mock",
        title="audience-mock",
        instructions=_INSTRUCTIONS.format(url=sender.address.url),
        version=version,
        tools=list(_tools(sender, explain)),
        log_level="WARNING",
    )


def _tools(sender: AsyncSender, explain: Explain) -> Iterable[Tool]:
    sandboxes, situations, journal = SandboxTools(sender), SituationTools(sender), JournalTools(sender)
    by_annotations: list[tuple[ToolAnnotations, tuple[Callable[..., Awaitable[Any]], ...]]] = [
        (_ADDING, (sandboxes.create_sandbox,)),
        (_READING, (sandboxes.list_sandboxes, sandboxes.describe_sandbox)),
        (_REMOVING, (sandboxes.reset_sandbox, sandboxes.delete_sandbox)),
        (_ADDING, (sandboxes.stop_clock, sandboxes.advance_clock, sandboxes.set_clock, sandboxes.run_clock)),
        (_ADDING, (situations.add_fault,)),
        (_READING, (situations.list_faults,)),
        (_REMOVING, (situations.clear_faults,)),
        (_READING, (situations.list_jobs,)),
        (_REMOVING, (situations.end_job,)),
        (_READING, (journal.list_exchanges, journal.get_exchange, journal.list_findings, journal.verify_client)),
        (_READING, (journal.get_coverage, ExplanationTools(explain).explain)),
    ]
    for annotations, functions in by_annotations:
        for function in functions:
            yield Tool.from_function(readable(function), description=getdoc(function), annotations=annotations)


async def serve(address: Address, explain: Explain, version: str, listening: socket.socket | None) -> None:
    """Serve until the client leaves standard input, or, given a listening socket, by HTTP until a signal to stop."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    async with AsyncSender(address) as sender:
        server = agent_server(sender, explain, version)
        if listening is None:
            await server.run_stdio_async()
            return
        config = uvicorn.Config(
            server.streamable_http_app(), log_level="warning", timeout_graceful_shutdown=_SECONDS_TO_LEAVE
        )
        await uvicorn.Server(config).serve([listening])
