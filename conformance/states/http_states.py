"""The provider states that the target itself sets up, over HTTP and by Pact's convention."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from conformance.results.exchange import Exchange
from conformance.states.errors import NotEstablishedError, StatesError, UnreachableError
from conformance.states.provider_states import ProviderState, ProviderStates, Values

_CANNOT = 501
_SETUP, _TEARDOWN = "setup", "teardown"
_UNTIL_TORN_DOWN: frozenset[str] = frozenset(
    {ProviderState.RATE_LIMIT_EXHAUSTED, ProviderState.SERVER_FAILING, ProviderState.CREDITS_EXHAUSTED}
)
"""The states that last until they are torn down: their teardown is part of the steps to reproduce a violation."""

_USUAL_HEADERS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
)
_REQUIRED_VALUES: Mapping[str, tuple[str, ...]] = {
    ProviderState.API_KEY: ("apiKey", "accountGroupId"),
    ProviderState.READY_AUDIENCE: ("accountGroupId", "audienceId"),
    ProviderState.POPULATED_AUDIENCE: ("accountGroupId", "audienceId", "jobId"),
}
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
    """

    def __init__(self, http: httpx.Client, url: str, numbers: Iterator[int] | None = None) -> None:
        super().__init__()
        self._http = http
        self._numbers = numbers or itertools.count(1)
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
        for name in _REQUIRED_VALUES.get(state, ()):
            if not isinstance(values.get(name), str) or not values[name]:
                raise StatesError(
                    f"{self._printable_url} answered to setup of '{state}' without '{name}', which has to be a text"
                )
        return values

    def _undo(self, state: str, known: Values) -> None:
        self._post(state, _TEARDOWN, known)

    def _post(self, state: str, action: str, params: Mapping[str, Any]) -> Values:
        """Request an action on a state, and return the values of the response."""
        document = {"state": state, "params": params, "action": action}
        try:
            response = self._http.post(self._url, json=document)
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"{self._printable_url} cannot be reached: {str(error) or type(error).__name__}"
            ) from None
        if response.status_code == _CANNOT:
            raise NotEstablishedError(f"the target cannot establish '{state}': {_reason(response)}")
        try:
            values = response.json() if response.content else {}
        except ValueError:
            values = None
        if not response.is_success or not isinstance(values, dict):
            advice = _ADVICE.get(response.status_code) or _reason(response)
            raise StatesError(
                f"{self._printable_url} answered {response.status_code} to {action} of '{state}': {advice}"
            )
        if action == _SETUP or state in _UNTIL_TORN_DOWN:
            self.requests.append(_to_exchange(next(self._numbers), self._printable_url, response))
        return values


def _to_exchange(number: int, url: str, response: httpx.Response) -> Exchange:
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
    )


def _reason(response: httpx.Response) -> str:
    """Return the reason that a response gives for a failure."""
    if response.has_redirect_location:
        return f"it is at {response.headers['location']}"
    try:
        return str(response.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200] or "no reason given"
