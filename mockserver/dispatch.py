"""The dispatcher between the two planes: the vendor's API and the control plane."""

from collections.abc import Callable
from functools import cached_property

from starlette.types import ASGIApp, Receive, Scope, Send

_CONTROL = "/_mock"


class PlaneDispatcher:
    """An ASGI application that sends `/_mock` to the control plane and all other requests to the vendor's API.

    Args:
        vendor: The application of the vendor's API.
        control: A factory of the control plane, which is built for its first request.
    """

    def __init__(self, vendor: ASGIApp, control: Callable[[], ASGIApp]) -> None:
        self._vendor = vendor
        self._make_control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to its plane."""
        path = scope.get("path", "")
        if path.startswith(_CONTROL) and path[len(_CONTROL) :][:1] in {"", "/"}:
            await self._control(scope, receive, send)
        else:
            await self._vendor(scope, receive, send)

    @cached_property
    def _control(self) -> ASGIApp:
        return self._make_control()
