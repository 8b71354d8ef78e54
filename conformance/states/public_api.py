"""The few requests of the public API that set states up where the target offers no other way."""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from conformance.client.contract import path_segment
from conformance.client.json_text import parse_json
from conformance.client.rate_limit import RateLimit
from conformance.results.exchange import Exchange
from conformance.states.errors import NotEstablishedError

Send = Callable[[str, str, str, Any], httpx.Response]
"""A function that sends a request: method, path, API key, document (None for no body)."""

_MOST_PAGES = 500
_DONE, _CREATED, _GONE = frozenset({200}), frozenset({201}), frozenset({200, 404})


class _Request(NamedTuple):
    method: str
    path: str
    document: Any = None


def paced(http: httpx.Client, pause: Callable[[float], None], pace: float = 0) -> Send:
    """Return a function that sends requests to the target, and waits for the end of a rate limit (429).

    Args:
        http: The client that sends them.
        pause: A function that waits for some seconds.
        pace: The seconds to wait before each request, the same as for every other request.
    """
    limit = RateLimit(pause, lambda: datetime.now(UTC))  # noqa: TID251  (of a target without a clock)

    def send(method: str, path: str, key: str, document: Any) -> httpx.Response:  # noqa: ANN401  (JSON)
        for pauses in itertools.count():
            if pace:
                pause(pace)
            response = http.request(method, path, headers={"Authorization": f"Bearer {key}"}, json=document)
            if not limit.may_retry(response.status_code, response.headers, pauses):
                break
        return response

    return send


def recording(send: Send, exchanges: list[Exchange], numbers: Iterator[int]) -> Send:
    """Return a function that sends requests, and adds their exchanges to a list.

    Args:
        send: The function that sends them.
        exchanges: The list.
        numbers: The numbers of the exchanges of the run.
    """

    def send_and_record(method: str, path: str, key: str, document: Any) -> httpx.Response:  # noqa: ANN401  (JSON)
        started = time.monotonic()
        response = send(method, path, key, document)
        exchange = Exchange(
            number=next(numbers),
            method=method,
            url=str(response.request.url),
            request_headers=tuple(response.request.headers.multi_items()),
            request_body=response.request.content or None,
            status=response.status_code,
            no_response=None,
            response_headers=tuple(response.headers.multi_items()),
            response_body=response.content,
            elapsed_ms=response.elapsed.total_seconds() * 1000,
            started=started,
        )
        exchanges.append(exchange)
        return response

    return send_and_record


class PublicApi:
    """The account groups, audiences and jobs, through the requests of an ordinary client."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._numbers = itertools.count(1)

    def groups(self, key: str) -> list[str]:
        """Return the account groups that a key sees."""
        data = self._request_data(key, _Request("GET", "v1/accounts"), _DONE, "list its account groups")
        items = data.get("items") if isinstance(data, dict) else None
        ids = [group.get("id") for group in items if isinstance(group, dict)] if isinstance(items, list) else []
        return [identifier for identifier in ids if isinstance(identifier, str) and identifier]

    def audiences(self, key: str, group: str) -> set[str]:
        """Return the identifiers of the audiences that the list shows, over all its pages."""
        found: set[str] = set()
        query = ""
        for _ in range(_MOST_PAGES):
            path = f"v1/accounts/{path_segment(group)}/audiences{query}"
            data = self._request_data(key, _Request("GET", path), _DONE, "list the audiences")
            page = data if isinstance(data, dict) else {}
            items = page.get("items")
            found |= (
                {str(item.get("id")) for item in items if isinstance(item, dict)} if isinstance(items, list) else set()
            )
            cursor = page.get("nextCursor")
            if page.get("hasMore") is not True or not isinstance(cursor, str):
                break
            query = f"?cursor={quote(cursor, safe='')}"
        return found

    def has_audience(self, key: str, group: str, audience: str) -> bool:
        """Return whether an audience can be read."""
        path = f"v1/accounts/{path_segment(group)}/audiences/{path_segment(audience)}"
        return self._request_data(key, _Request("GET", path), _GONE, "read an audience") is not None

    def create_audience(self, key: str, group: str) -> str:
        """Create an audience, and return its identifier."""
        document = {"name": f"Conformance {next(self._numbers)}", "type": "on_demand"}
        request = _Request("POST", f"v1/accounts/{path_segment(group)}/audiences", document)
        data = self._request_data(key, request, _CREATED, "create an audience")
        identifier = data.get("id") if isinstance(data, dict) else None
        if not isinstance(identifier, str) or not identifier:
            raise NotEstablishedError("the target answered to the creation of an audience without its id")
        return identifier

    def delete_audience(self, key: str, group: str, audience: str) -> None:
        """Delete an audience, if it still exists."""
        request = _Request("DELETE", f"v1/accounts/{path_segment(group)}/audiences/{path_segment(audience)}")
        self._request_data(key, request, _GONE, f"delete the audience {audience}")

    def cancel_job(self, key: str, group: str, job: str) -> None:
        """Cancel a job."""
        request = _Request("POST", f"v1/accounts/{path_segment(group)}/prospecting/{path_segment(job)}/cancel")
        self._request_data(key, request, _DONE, f"cancel the job {job}")

    def _request_data(self, key: str, request: _Request, expected: frozenset[int], purpose: str) -> Any:  # noqa: ANN401  (JSON)
        """Send a request, and return the `data` of its response; NotEstablishedError at an unexpected status."""
        try:
            response = self._send(request.method, request.path, key, request.document)
        except httpx.HTTPError as error:
            raise NotEstablishedError(
                f"the target did not answer the request to {purpose}: {str(error) or type(error).__name__}"
            ) from None
        if response.status_code not in expected:
            sent = f"{request.method} /{request.path}"
            raise NotEstablishedError(
                f"the target answered {response.status_code} to the request to {purpose} ({sent})"
            )
        try:
            body = parse_json(response.content)
        except ValueError:
            body = None
        return body.get("data") if isinstance(body, dict) else None
