"""The few requests of the public API that set states up where the target offers no other way."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from conformance.client.contract import path_segment
from conformance.states.errors import NotEstablishedError

Send = Callable[[str, str, str, Any], httpx.Response]
"""A function that sends a request: method, path, API key, document (None for no body)."""

_MOST_PAGES = 500
_MOST_TRIES = 6
_LONGEST_PAUSE = 60.0
"""The longest pause before a request is sent again, in seconds."""

_TOO_MANY = 429
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

    def send(method: str, path: str, key: str, document: Any) -> httpx.Response:  # noqa: ANN401  (JSON)
        for attempt in range(_MOST_TRIES):
            if pace:
                pause(pace)
            response = http.request(method, path, headers={"Authorization": f"Bearer {key}"}, json=document)
            if response.status_code != _TOO_MANY:
                break
            retry_after = response.headers.get("retry-after", "")
            pause(min(float(retry_after), _LONGEST_PAUSE) if retry_after.isdecimal() else 2.0**attempt)
        return response

    return send


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
            body = response.json()
        except ValueError:
            body = None
        return body.get("data") if isinstance(body, dict) else None
