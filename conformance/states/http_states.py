"""Provider states over HTTP: the target itself brings them about, by Pact's convention."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from conformance.results.exchange import Exchange
from conformance.states.provider_states import (
    KEY,
    POPULATED,
    READY,
    NotEstablishedError,
    ProviderStates,
    StatesError,
    UnreachableError,
    Values,
)

_CANNOT = 501
_SETUP = "setup"
_UNTIL_TORN_DOWN = frozenset(
    {"the rate limit is exhausted", "the server fails internally", "the credits are exhausted"}
)
_USUAL = frozenset({"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"})
_NEEDED = {
    KEY: ("apiKey", "accountGroupId"),
    READY: ("accountGroupId", "audienceId"),
    POPULATED: ("accountGroupId", "audienceId", "jobId"),
}
_ADVICE = {
    401: "is it protected? --states-header sends what it needs",
    403: "is it protected? --states-header sends what it needs",
    404: "is this the whole address of the provider states?",
    405: "it has to take POST",
}


class HttpStates(ProviderStates):
    """Asks the states URL for each state. `numbers`: of the requests, those to the target counted in."""

    def __init__(self, http: httpx.Client, url: str, numbers: Iterator[int] | None = None) -> None:
        super().__init__()
        self._http = http
        self._numbers = numbers or itertools.count(1)
        self._url = url
        address = httpx.URL(url)
        self._shown = str(address.copy_with(userinfo=b"")) if address.userinfo else url

    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        values = self._post(state, _SETUP, params)
        for name in _NEEDED.get(state, ()):
            if not isinstance(values.get(name), str) or not values[name]:
                raise StatesError(
                    f"{self._shown} answered to setup of '{state}' without '{name}', which has to be a text"
                )
        return values

    def _undo(self, state: str, known: Values) -> None:
        self._post(state, "teardown", known)

    def _post(self, state: str, action: str, params: Mapping[str, Any]) -> Values:
        document = {"state": state, "params": params, "action": action}
        try:
            answer = self._http.post(self._url, json=document)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{self._shown} cannot be reached: {str(error) or type(error).__name__}") from None
        if answer.status_code == _CANNOT:
            raise NotEstablishedError(f"the target cannot establish '{state}': {_reason(answer)}")
        try:
            values = answer.json() if answer.content else {}
        except ValueError:
            values = None
        if not answer.is_success or not isinstance(values, dict):
            advice = _ADVICE.get(answer.status_code) or _reason(answer)
            raise StatesError(f"{self._shown} answered {answer.status_code} to {action} of '{state}': {advice}")
        if action == _SETUP or state in _UNTIL_TORN_DOWN:
            self.requests.append(_exchange(next(self._numbers), self._shown, answer))
        return values


def _exchange(number: int, url: str, answer: httpx.Response) -> Exchange:
    """A request as it may be shown: a variable stands for each header that is not of every request."""
    sent = answer.request.headers
    own = ((name, f"$AUDIENCE_STATES_{re.sub('[^A-Z0-9]', '_', name.upper())}") for name in sent if name not in _USUAL)
    return Exchange(
        number=number,
        method="POST",
        url=url,
        request_headers=(("content-type", sent["content-type"]), *own),
        request_body=answer.request.content,
        status=answer.status_code,
        no_response=None,
        response_headers=(),
        response_body=answer.content,
        elapsed_ms=answer.elapsed.total_seconds() * 1000,
    )


def _reason(answer: httpx.Response) -> str:
    if answer.has_redirect_location:
        return f"it is at {answer.headers['location']}"
    try:
        return str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200] or "no reason given"
