"""The official client of the Model Context Protocol, for tests that wait."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from mcp import Client
from mcp.types import Tool

Target = Callable[[], AbstractAsyncContextManager[Any]]
"""A function that opens the other side of a connection: a server, the parameters of a process, or a URL."""


class Refused(Exception):  # noqa: N818  (a tool that refused, not a failure of the test)
    """A call whose result is an error; the message is that for the agent."""


@dataclass(frozen=True)
class AgentClient:
    """A client that connects for each call."""

    target: Target

    def tools(self) -> Sequence[Tool]:
        """List the tools."""

        async def listed(client: Client) -> Sequence[Tool]:
            return (await client.list_tools()).tools

        return anyio.run(partial(self._connected, listed))  # type: ignore[no-any-return]

    def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool, and return its structured content, a list without the object around it."""

        async def called(client: Client) -> Any:
            return await client.call_tool(tool, arguments)

        result = anyio.run(partial(self._connected, called))
        if result.is_error:
            raise Refused(result.content[0].text)
        assert result.structured_content is not None
        return result.structured_content.get("result", result.structured_content)

    async def _connected(self, work: Callable[[Client], Awaitable[Any]]) -> Any:
        async with self.target() as other, Client(other) as client:
            return await work(client)
