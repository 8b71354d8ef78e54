"""The few requests of the public API that bring states about where nobody else does."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from conformance.client.contract import path_segment
from conformance.states.provider_states import NotEstablishedError

Send = Callable[[str, str, str, Any], httpx.Response]
"""Sends a request: method, path, API key, document (None for no body)."""

_PATIENCE = 6
_TOO_MANY = 429
_DONE, _MADE, _GONE = frozenset({200}), frozenset({201}), frozenset({200, 404})


class _Request(NamedTuple):
    method: str
    path: str
    document: Any = None


def paced(http: httpx.Client, pause: Callable[[float], None], pace: float = 0) -> Send:
    """Sends to the target, at the pace of every other request; a 429 is waited out."""

    def send(method: str, path: str, key: str, document: Any) -> httpx.Response:  # noqa: ANN401  (JSON)
        for patience in range(_PATIENCE):
            if pace:
                pause(pace)
            answer = http.request(method, path, headers={"Authorization": f"Bearer {key}"}, json=document)
            if answer.status_code != _TOO_MANY:
                break
            said = answer.headers.get("retry-after", "")
            pause(min(float(said), 60.0) if said.isdecimal() else 2.0**patience)
        return answer

    return send


class PublicApi:
    """Accounts, audiences and jobs, as a client of the API has them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._numbers = itertools.count(1)

    def groups(self, key: str) -> list[str]:
        """The account groups that a key sees."""
        data = self._asked(key, _Request("GET", "v1/accounts"), _DONE, "list its account groups")
        items = data.get("items") if isinstance(data, dict) else None
        ids = [one.get("id") for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        return [one for one in ids if isinstance(one, str) and one]

    def create_audience(self, key: str, group: str) -> str:
        """Make an audience; answers its identifier."""
        document = {"name": f"Conformance {next(self._numbers)}", "type": "on_demand"}
        request = _Request("POST", f"v1/accounts/{path_segment(group)}/audiences", document)
        data = self._asked(key, request, _MADE, "create an audience")
        made = data.get("id") if isinstance(data, dict) else None
        if not isinstance(made, str) or not made:
            raise NotEstablishedError("the target answered to the creation of an audience without its id")
        return made

    def delete_audience(self, key: str, group: str, audience: str) -> None:
        """Delete an audience, if it is still there."""
        request = _Request("DELETE", f"v1/accounts/{path_segment(group)}/audiences/{path_segment(audience)}")
        self._asked(key, request, _GONE, f"delete the audience {audience}")

    def cancel_job(self, key: str, group: str, job: str) -> None:
        """Cancel a job."""
        request = _Request("POST", f"v1/accounts/{path_segment(group)}/prospecting/{path_segment(job)}/cancel")
        self._asked(key, request, _DONE, f"cancel the job {job}")

    def _asked(self, key: str, request: _Request, fine: frozenset[int], what: str) -> Any:  # noqa: ANN401  (JSON)
        """The `data` of an answer whose status is fine."""
        try:
            answer = self._send(request.method, request.path, key, request.document)
        except httpx.HTTPError as error:
            raise NotEstablishedError(
                f"the target did not answer the request to {what}: {str(error) or type(error).__name__}"
            ) from None
        if answer.status_code not in fine:
            where = f"{request.method} /{request.path}"
            raise NotEstablishedError(f"the target answered {answer.status_code} to the request to {what} ({where})")
        try:
            body = answer.json()
        except ValueError:
            body = None
        return body.get("data") if isinstance(body, dict) else None
