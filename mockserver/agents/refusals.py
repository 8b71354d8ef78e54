"""Refusals of the control plane, as errors of a tool that an agent can read."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ToolError

from mockserver.client import ControlPlaneError

P = ParamSpec("P")
T = TypeVar("T")


def readable(tool: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Return a tool whose error is the reason and the hint of the control plane where that refuses a request."""

    @wraps(tool)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await tool(*args, **kwargs)
        except ControlPlaneError as error:
            raise ToolError(str(error)) from None

    return call
