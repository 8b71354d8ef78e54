"""The provider states that the target itself sets up, over HTTP and by Pact's convention."""

import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from conformance.client.json_text import parse_json
from conformance.results.exchange import Exchange
from conformance.states.errors import NotEstablishedError, StatesError, UnreachableError
from conformance.states.interface import state_descriptions
from conformance.states.provider_states import ProviderState, ProviderStates, Values

_CANNOT = 501
_REFUSED = 400
"""The response to a setup whose account group is gone, with its last key."""

_SETUP, _TEARDOWN = "setup", "teardown"
_UNTIL_TORN_DOWN: frozenset[str] = frozenset(
    {ProviderState.RATE_LIMIT_EXHAUSTED, ProviderState.SERVER_FAILING, ProviderState.CREDITS_EXHAUSTED}
)
"""The states that last until they are torn down: their teardown is part of the steps to reproduce a violation."""

_USUAL_HEADERS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
)
_LONGEST_KEY = 4_096
_LONGEST_REASON = 200  # characters

_PAUSES = (0.25, 0.5, 1.0, 2.0)
"""The seconds before a request is sent again that failed by a hiccup."""

_MOST_SILENT = 3
"""The number of requests in a row without a response after which no further one is sent."""

_ADVICE = {
    401: "is it protected? --states-header sends what it needs",
    403: "is it protected? --states-header sends what it needs",
    404: "is this the whole address of the provider states?",
    405: "it has to take POST",
}


class HttpStates(ProviderStates):
    """The states that are set up by requests to the states URL.

    Args:
        http: The client that sends the requests.
        url: The states URL.
        numbers: The numbers of requests, shared with the requests to the target.
        pause: A function that waits for some seconds before a request is sent again; None where none is.
        has_responded: Whether the URL is known to be right, so that a failure is a hiccup from the start.
    """

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        numbers: Iterator[int] | None = None,
        pause: Callable[[float], None] | None = None,
        *,
        has_responded: bool = True,
    ) -> None:
        super().__init__()
        self._http = http
        self._numbers = numbers or itertools.count(1)
        self._pause = pause
        self._is_down = not has_responded
        self._silent_count = 0
        self._url = url
        address = httpx.URL(url)
        self._printable_url = str(address.copy_with(userinfo=b"")) if address.userinfo else url

    def has_account_group(self, group: str) -> bool:
        """Return whether a key of the account group is still set up: the group goes with its last key."""
        return any(
            state == ProviderState.API_KEY and known.get("accountGroupId") == group
            for state, known in self._established
        )

    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        values = self._post(state, _SETUP, params)
        if (problem := state_descriptions()[state].problem_of(values)) is not None:
            raise StatesError(f"{self._printable_url} answered to setup of '{state}' {problem}")
        if state == ProviderState.API_KEY and not _fits_a_header(values["apiKey"]):
            raise StatesError(
                f"{self._printable_url} answered to setup of '{state}' with an 'apiKey' that cannot stand in a header"
            )
        return values

    def _undo(self, state: str, known: Values) -> None:
        self._post(state, _TEARDOWN, known)

    def _post(self, state: str, action: str, params: Mapping[str, Any]) -> Values:
        """Request an action on a state, and return the values of the response."""
        started = time.monotonic()
        response = self._response({"state": state, "params": params, "action": action})
        is_of_lost_group = state == ProviderState.API_KEY and "accountGroupId" in params and action == _SETUP
        if response.status_code == _CANNOT or (is_of_lost_group and response.status_code == _REFUSED):
            raise NotEstablishedError(f"the target cannot establish '{state}': {_reason(response)}")
        try:
            values = parse_json(response.content) if response.content else {}
        except ValueError:
            values = None
        if not response.is_success or not isinstance(values, dict):
            advice = _ADVICE.get(response.status_code) or _reason(response)
            raise StatesError(
                f"{self._printable_url} answered {response.status_code} to {action} of '{state}': {advice}"
            )
        if action == _SETUP or state in _UNTIL_TORN_DOWN:
            self.requests.append(_to_exchange(next(self._numbers), self._printable_url, response, started))
        return values

    def _response(self, document: Mapping[str, Any]) -> httpx.Response:
        """Send a request, again and again after a hiccup; UnreachableError if no response comes."""
        for pause in _PAUSES:
            try:
                response = self._try(document)
            except UnreachableError:
                if not self._may_retry(pause):
                    raise
                continue
            if not _is_hiccup(response) or not self._may_retry(pause):
                self._is_down = self._is_down and _is_hiccup(response)
                return response
        self._is_down = True
        return self._try(document)

    def _try(self, document: Mapping[str, Any]) -> httpx.Response:
        if self._silent_count == _MOST_SILENT:
            raise UnreachableError(f"{self._printable_url} did not respond {_MOST_SILENT} times in a row")
        try:
            response = self._http.post(self._url, json=document)
        except httpx.HTTPError as error:
            self._silent_count = self._silent_count + 1 if isinstance(error, httpx.TimeoutException) else 0
            raise UnreachableError(
                f"{self._printable_url} cannot be reached: {str(error) or type(error).__name__}"
            ) from None
        self._silent_count = 0
        return response

    def _may_retry(self, pause: float) -> bool:
        """Wait, and return whether a request is sent again: not if the states were down before already."""
        if self._pause is None or self._is_down:
            return False
        self._pause(pause)
        return True


def _is_hiccup(response: httpx.Response) -> bool:
    return response.is_server_error and response.status_code != _CANNOT


def _fits_a_header(key: str) -> bool:
    return key.isascii() and key.isprintable() and " " not in key and len(key) <= _LONGEST_KEY


def _to_exchange(number: int, url: str, response: httpx.Response, started: float) -> Exchange:
    """Return the exchange as a report may show it: the values of unusual headers are replaced by variables."""
    sent = response.request.headers
    variables = (
        (name, f"$AUDIENCE_STATES_{re.sub('[^A-Z0-9]', '_', name.upper())}")
        for name in sent
        if name not in _USUAL_HEADERS
    )
    return Exchange(
        number=number,
        method="POST",
        url=url,
        request_headers=(("content-type", sent["content-type"]), *variables),
        request_body=response.request.content,
        status=response.status_code,
        no_response=None,
        response_headers=(),
        response_body=response.content,
        elapsed_ms=response.elapsed.total_seconds() * 1000,
        started=started,
    )


def _reason(response: httpx.Response) -> str:
    """Return the reason that a response gives for a failure."""
    if response.has_redirect_location:
        return f"it is at {response.headers['location'][:_LONGEST_REASON]}"
    try:
        return str(parse_json(response.content)["reason"])[:_LONGEST_REASON]
    except (ValueError, KeyError, TypeError):
        return response.content.decode("utf-8", "replace")[:_LONGEST_REASON] or "no reason given"
