"""The HTTP client of the suite, whose responses take a limited time and a limited memory, whatever a server sends."""

import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any, Protocol

import httpx

from conformance.client.bounded_network import BoundedNetwork, ExchangeBounds
from conformance.client.content_coding import ACCEPTED, ContentCodingError, TooLongError, decoded

_TIMEOUTS_PER_EXCHANGE = 3
"""How many times as long as for one read a client waits for the whole response."""

_MIB = 1 << 20
_HEAD_AND_FRAMING = _MIB
_WORST_FRAMING = 8
"""The bytes on the connection for each byte of a body: a chunk of one byte takes six."""

_CONNECTION_IS_KEPT = 1.0
"""The seconds for which a connection without a request is kept: less than common servers keep it (two or more)."""

DEFAULT_MAX_BODY = 5 * _MIB


class ResponseError(httpx.RemoteProtocolError):
    """A response that came, and that no client can take: too long, without an end, broken off, or undecodable."""


class KeptConnectionError(httpx.RemoteProtocolError):
    """The end of a connection that was kept from a request before, as a server may end it at any time."""


class TimeLimit(Protocol):
    """A limit of the time of all requests together."""

    @property
    def remaining(self) -> float:
        """The seconds that are left."""

    def raise_if_passed(self) -> None:
        """Raise an error if no time is left."""


class NoTimeLimit:
    """The time limit that never passes."""

    remaining = math.inf

    def raise_if_passed(self) -> None:
        """Let the request pass."""


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """The settings of a client.

    Attributes:
        timeout: The longest wait for the next bytes of a response, in seconds.
        max_body: The longest body, decoded, in bytes.
        verify: The trusted certificates.
    """

    timeout: float
    max_body: int = DEFAULT_MAX_BODY
    verify: ssl.SSLContext | bool = True


class _NoCookies(CookieJar):
    """A jar that keeps no cookie: what a target sets in one check must not show in another."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Keep nothing."""


class BoundedClient(httpx.Client):
    """An HTTP client that follows no redirect and keeps no cookie."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], settings: TransportSettings, limit: TimeLimit | None = None
    ) -> None:
        """Prepare a client; `limit`: the time limit that its requests share with others."""
        merged = httpx.Headers({"accept-encoding": ACCEPTED})
        merged.update(headers)
        super().__init__(
            base_url=base_url,
            headers=merged,
            timeout=settings.timeout,
            verify=settings.verify,
            cookies=_NoCookies(),
            limits=httpx.Limits(keepalive_expiry=_CONNECTION_IS_KEPT),
        )
        self._max_body = settings.max_body
        self._limit = limit or NoTimeLimit()
        self._network = BoundedNetwork()
        for transport in (self._transport, *self._mounts.values()):  # the mounts are the proxies of the environment
            if isinstance(transport, httpx.HTTPTransport):
                transport._pool._network_backend = self._network  # noqa: SLF001  (httpx has no other way)

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401  (httpx's)
        """Send a request, and return the response, read and decoded.

        Raises:
            ResponseError: A response came that cannot be taken.
            KeptConnectionError: No response came, for the server had ended a connection that was kept.
            httpx.TransportError: No response came.
        """
        self._limit.raise_if_passed()
        wait = request.extensions.get("timeout", {}).get("read") or self.timeout.read or math.inf
        longest = _TIMEOUTS_PER_EXCHANGE * wait
        bounds = ExchangeBounds(
            min(longest, self._limit.remaining), self._max_body * _WORST_FRAMING + _HEAD_AND_FRAMING
        )
        try:
            with self._network.limited(bounds):
                return self._send_bounded(request, {**options, "stream": True, "follow_redirects": False})
        except httpx.TransportError as error:
            self._limit.raise_if_passed()
            if isinstance(error, (ResponseError, httpx.ConnectError)):
                raise
            is_slow = isinstance(error, httpx.TimeoutException)
            if not (bounds.received or bounds.has_connected or is_slow):
                raise KeptConnectionError(str(error), request=request) from error
            if not bounds.received:
                raise
            text = f"a response without an end, within {longest:g} s" if is_slow else str(error)
            raise ResponseError(text or type(error).__name__, request=request) from error

    def _send_bounded(self, request: httpx.Request, options: Mapping[str, Any]) -> httpx.Response:
        streamed = super().send(request, **options)
        try:
            content = self._content(streamed)
        finally:
            streamed.close()
        response = httpx.Response(streamed.status_code, content=content, request=request)
        response.headers = streamed.headers
        response.extensions = streamed.extensions
        response.elapsed = streamed.elapsed
        return response

    def _content(self, response: httpx.Response) -> bytes:
        """Return the decoded body of a response; ResponseError if it is too long or cannot be decoded."""
        codings = response.headers.get("content-encoding", "")
        most = self._max_body + (self._max_body // 100 + 1_024 if codings else 0)  # nothing compresses worse
        parts: list[bytes] = []
        length = 0
        for part in response.iter_raw():
            parts.append(part)
            length += len(part)
            if length > most:
                raise self._too_long(response.request)
        try:
            content = decoded(b"".join(parts), codings, self._max_body)
        except TooLongError:
            raise self._too_long(response.request) from None
        except ContentCodingError as error:
            raise ResponseError(str(error), request=response.request) from None
        if len(content) > self._max_body:
            raise self._too_long(response.request)
        return content

    def _too_long(self, request: httpx.Request) -> ResponseError:
        mib, rest = divmod(self._max_body, _MIB)
        return ResponseError(
            f"a body of more than {self._max_body if rest else mib} {'bytes' if rest else 'MiB'}", request=request
        )
