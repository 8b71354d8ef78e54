"""The API of the target, as far as it shows whether a provider state is established."""

from collections.abc import Callable
from typing import Any

import httpx

from conformance.client.contract import path_segment
from conformance.client.transport import BoundedClient
from conformance.states_check.response import Response, send

_TOO_MANY = 429
_MOST_TRIES, _LONGEST_PAUSE = 3, 60.0


class Target:
    """The target.

    Attributes:
        pause: Waits for a number of seconds.

    Args:
        http: The client that sends the requests, with the base URL.
        pause: A function that waits for some seconds.
    """

    def __init__(self, http: BoundedClient, pause: Callable[[float], None]) -> None:
        self._http = http
        self.pause = pause

    def delete(self, key: str, group: str, audience: str, *, limited: bool = False) -> Response:
        """Delete an audience; `limited`: a 429 is expected, and not waited out."""
        return self._send("DELETE", key, f"{_group(group)}/audiences/{path_segment(audience)}", limited=limited)

    def prospects(self, key: str, group: str, audience: str) -> int | None:
        """Return the number of prospects of an audience; None where the target does not show them."""
        response = self._send("GET", key, f"{_group(group)}/audiences/{path_segment(audience)}/prospects")
        document = response.document() if response.status == httpx.codes.OK else None
        data = document.get("data") if isinstance(document, dict) else None
        items = data.get("items") if isinstance(data, dict) else None
        return len(items) if isinstance(items, list) else None

    def start_job(self, key: str, group: str, body: object, idempotency_key: str) -> Response:
        """Start a job."""
        headers = {"Idempotency-Key": idempotency_key}
        return self._send("POST", key, f"{_group(group)}/prospecting", headers, body)

    def cancel_job(self, key: str, group: str, started: Response) -> None:
        """Cancel the job that a response has started, if there is one."""
        document = started.document()
        data = document.get("data") if isinstance(document, dict) else None
        job = data.get("jobId") if isinstance(data, dict) else None
        if isinstance(job, str) and job:
            self._send("POST", key, f"{_group(group)}/prospecting/{path_segment(job)}/cancel")

    def _send(  # noqa: PLR0913  (the parts of a request)
        self,
        method: str,
        key: str,
        path: str,
        headers: dict[str, str] | None = None,
        document: Any = None,  # noqa: ANN401  (JSON)
        *,
        limited: bool = False,
    ) -> Response:
        for attempt in range(_MOST_TRIES):
            sent = {"Authorization": f"Bearer {key}", **(headers or {})}
            response = send(self._http, method, path, sent, document)
            if response.status != _TOO_MANY or limited or attempt == _MOST_TRIES - 1:
                break
            retry_after = response.headers.get("retry-after", "")
            seconds = float(retry_after) if retry_after.isdecimal() else 2.0**attempt
            self.pause(min(seconds, _LONGEST_PAUSE))
        return response


def _group(group: str) -> str:
    return f"v1/accounts/{path_segment(group)}"
