"""Responses that may be anything: each is read within the limits of the client, and no failure raises."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance.client.transport import BoundedClient, ResponseError

_UNSENDABLE = (httpx.InvalidURL, UnicodeError, ValueError)


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Attributes:
        status: The status; None without a response that can be read.
        headers: The headers, by name in lower case.
        body: The body, decoded.
        failure: The reason why no response came, or none that can be read; empty where there is none.
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
    http: BoundedClient, method: str, url: str, headers: Mapping[str, str] | None = None, document: object = None
) -> Response:
    """Send a request, with a JSON document unless it is None, and return the response."""
    sent = dict(headers or {})
    content = None
    if document is not None:
        sent["Content-Type"] = "application/json"
        content = json.dumps(document).encode("ascii")
    try:
        response = http.request(method, url, headers=sent, content=content)
    except ResponseError as error:
        return Response(None, failure=f"a response that cannot be read ({error})")
    except httpx.HTTPError as error:
        is_unreached = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        return Response(None, failure=f"no response ({str(error) or type(error).__name__})", reached=not is_unreached)
    except _UNSENDABLE as error:
        return Response(None, failure=f"no request can be made of it ({error})")
    return Response(response.status_code, dict(response.headers.items()), response.content)
