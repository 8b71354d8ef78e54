"""The senders of calls: one that waits, and one for coroutines."""

import json
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from mockserver.client.calls import Call, result
from mockserver.client.errors import ControlPlaneError

T = TypeVar("T")
_TIMEOUT = 30.0
_ONE_CONNECTION_EACH = httpx.Limits(max_keepalive_connections=0)
_KEPT_CONNECTIONS = httpx.Limits()


class Address:
    """The address of a server: its URL, its admin token, and how to connect to it.

    Args:
        url: The URL, without `/_mock`.
        admin_token: The admin token; None for none.
        keep_connections: Whether connections are kept for later requests. Without it a client may be used by several
            event loops, one after the other.
    """

    def __init__(self, url: str, admin_token: str | None = None, *, keep_connections: bool = True) -> None:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            parsed = httpx.URL("")
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            raise ControlPlaneError(f"{url!r} is not the URL of a server", "Write it like http://127.0.0.1:8080.")
        self.url = url.rstrip("/")
        self._admin_token = admin_token
        self._limits = _KEPT_CONNECTIONS if keep_connections else _ONE_CONNECTION_EACH
        self._is_local = _is_loopback(parsed.host)

    def options(self, path: str = "", token: str | None = None) -> dict[str, Any]:
        """Return the arguments for a client of httpx; a proxy of the environment is not used for this machine."""
        return {
            "base_url": f"{self.url}{path}",
            "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
            "timeout": _TIMEOUT,
            "limits": self._limits,
            "trust_env": not self._is_local,
        }

    def control_options(self) -> dict[str, Any]:
        """Return the arguments for a client of the control plane."""
        return self.options(token=self._admin_token)

    def unreachable(self, error: httpx.TransportError) -> ControlPlaneError:
        """Return the error for a request that had no response."""
        return ControlPlaneError(
            f"{self.url} does not respond: {error or type(error).__name__}",
            "Start a server by `audience-mock serve`, or check the URL.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Sender:
    """A sender that waits for each response."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client = httpx.Client(**address.control_options())

    def send(self, call: Call[T]) -> T:
        """Send a call, and return its result."""
        try:
            response = self._client.request(call.method, call.path, **_request(call))
        except httpx.TransportError as error:
            raise self.address.unreachable(error) from error
        return result(call, response.status_code, _document(call, response))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncSender:
    """A sender whose calls are awaited."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client = httpx.AsyncClient(**address.control_options())

    async def send(self, call: Call[T]) -> T:
        """Send a call, and return its result."""
        try:
            response = await self._client.request(call.method, call.path, **_request(call))
        except httpx.TransportError as error:
            raise self.address.unreachable(error) from error
        return result(call, response.status_code, _document(call, response))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _request(call: Call[T]) -> dict[str, Any]:
    return {"json": call.body, "params": dict(call.query)} if call.query else {"json": call.body}


def _document(call: Call[T], response: httpx.Response) -> Any:  # noqa: ANN401  (JSON)
    if not response.content:
        return None
    if call.is_text and response.is_success:
        return response.text
    try:
        return response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ControlPlaneError(
            f"{call.method} {response.url}: the response, with the status {response.status_code}, is not JSON",
            "Check the URL: it is that of the server, without /_mock.",
            response.status_code,
        ) from None
