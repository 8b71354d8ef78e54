"""Requests whose response may be anything: its size and its time are bounded, and no failure raises."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

_MOST_BYTES = 1 << 20
_UNSENDABLE = (httpx.InvalidURL, UnicodeError, ValueError)


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Attributes:
        status: The status; None without a response.
        headers: The headers, by name in lower case.
        body: The body as it came, at most a mebibyte.
        failure: The reason why no whole response came; empty where there is none.
        reached: Whether anything listens at the address.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""
    reached: bool = True

    def document(self) -> Any:  # noqa: ANN401  (JSON)
        """Return the body as JSON; None where it is something else."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):
            return None


def send(
    http: httpx.Client, method: str, url: str, headers: Mapping[str, str] | None = None, document: object = None
) -> Response:
    """Send a request, with a JSON document unless it is None, and return the response."""
    sent = {"Accept-Encoding": "identity", **(headers or {})}
    content = None
    if document is not None:
        sent["Content-Type"] = "application/json"
        content = json.dumps(document).encode("ascii")
    end = time.monotonic() + (http.timeout.read or 0)
    try:
        with http.stream(method, url, headers=sent, content=content) as response:
            body, failure = _read(response, end)
            return Response(response.status_code, dict(response.headers.items()), body, failure)
    except httpx.HTTPError as error:
        is_unreached = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        return Response(None, failure=f"no response ({str(error) or type(error).__name__})", reached=not is_unreached)
    except _UNSENDABLE as error:
        return Response(None, failure=f"no request can be made of it ({error})")


def _read(response: httpx.Response, end: float) -> tuple[bytes, str]:
    """Return the beginning of a body, and the reason why it is not whole."""
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > _MOST_BYTES:
            return body[:_MOST_BYTES], f"a body of more than {_MOST_BYTES} bytes"
        if time.monotonic() > end:
            return body, "a body that did not end in time"
    return body, ""
