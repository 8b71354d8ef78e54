"""The states URL as it is, its mistakes included: each response is read, and none raises."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from conformance.client.transport import BoundedClient
from conformance.states import ProviderState
from conformance.states.interface import state_descriptions
from conformance.states.signals import defer_signals
from conformance.states_check.response import Response, send

_CANNOT = 501
_ADVICE = {
    401: "is it protected? --states-header sends what it needs",
    403: "is it protected? --states-header sends what it needs",
    404: "is this the whole address of the provider states?",
    405: "it has to take POST",
}
_SHOWN = 160
_MOST_UNREACHED = 2
"""The number of requests in a row that reach nothing, after which the check is given up."""


class LostError(Exception):
    """A states URL that has stopped listening; the message says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply of the states URL to a setup or a teardown.

    Attributes:
        status: The status of the response; None without a response.
        values: The values of the state; empty where there are none.
        reason: The reason of a 501; None for any other response.
        problem: The mistake of the response; None for a correct one.
    """

    status: int | None
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    problem: str | None = None


class Hook:
    """The states URL.

    Args:
        http: The client that sends the requests.
        url: The address.
    """

    def __init__(self, http: BoundedClient, url: str) -> None:
        self._http = http
        self._url = url
        self._unreached_count = 0

    def set_up(self, state: str, params: Mapping[str, object]) -> Reply:
        """Set a state up, and return the reply with its values."""
        with defer_signals():
            reply = self._send(state, "setup", params)
        if reply.problem is None and reply.reason is None and state in {*ProviderState}:
            problem = state_descriptions()[state].problem_of(reply.values) or _problem_of_key(reply.values)
            return replace(reply, problem=None if problem is None else f"{reply.status} {problem}")
        return reply

    def tear_down(self, state: str, known: Mapping[str, object]) -> str | None:
        """Tear a state down, and return the mistake of the response; None where there is none."""
        reply = self._send(state, "teardown", known)
        return reply.problem if reply.reason is None else f"501 ({reply.reason})"

    def _send(self, state: str, action: str, params: Mapping[str, object]) -> Reply:
        document = {"state": state, "params": params, "action": action}
        response = send(self._http, "POST", self._url, document=document)
        self._unreached_count = 0 if response.reached else self._unreached_count + 1
        if self._unreached_count >= _MOST_UNREACHED:
            raise LostError(response.failure)
        return _reply_of(response)


def _reply_of(response: Response) -> Reply:
    status, document = response.status, response.document()
    if status is None:
        return Reply(None, problem=response.failure)
    if status == _CANNOT:
        reason = document.get("reason") if isinstance(document, dict) else None
        return Reply(status, reason=reason[:_SHOWN] if isinstance(reason, str) and reason else "no reason given")
    if not httpx.codes.is_success(status):
        return Reply(status, problem=f"{status}: {_ADVICE.get(status) or _explanation(response, document)}")
    if isinstance(document, dict):
        return Reply(status, document)
    if response.body:
        return Reply(status, problem=f"{status} with {_kind(response, document)}, not a JSON object")
    return Reply(status)


def _explanation(response: Response, document: object) -> str:
    """Return the explanation that a failed response gives."""
    if httpx.codes.is_redirect(response.status or 0):
        return f"it is at {response.headers.get('location', 'another address')}"
    reason = document.get("reason") if isinstance(document, dict) else None
    return (str(reason) if reason else response.body.decode("utf-8", "backslashreplace"))[:_SHOWN] or "no reason given"


def _kind(response: Response, document: object) -> str:
    if document is not None:
        return f"JSON that is a {type(document).__name__}"
    return "HTML" if b"<" in response.body[:_SHOWN] else "no JSON"


def _problem_of_key(values: Mapping[str, Any]) -> str | None:
    """Return the problem of a key that cannot stand in a header."""
    key = values.get("apiKey")
    if isinstance(key, str) and not (key.isascii() and key.isprintable() and key == key.strip()):
        return "with an 'apiKey' that cannot stand in a header: printable ASCII without blanks around it"
    return None
