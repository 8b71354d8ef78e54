"""The readiness of a target: whether it serves, for a valid key, what the profile of the run needs."""

import httpx

from conformance.catalogue.requirements import Profile
from conformance.client.contract import path_segment
from conformance.options import Options, UsageError
from conformance.runner.session import Session
from conformance.runner.situations import has_envelope, is_not_served, narrower_profile, situation_of, without_version
from conformance.states import HttpStates, NotEstablishedError, ProviderState

UNKNOWN = "preflight"
"""An account group and an audience that do not exist."""

_OK, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404


class Readiness:
    """The readiness of a target.

    Args:
        options: The options of the run.
        session: The connections.
        first: The response to the first request, a deletion without a key.

    Attributes:
        list_latency: The seconds that the target took to list audiences; 0 while none were listed.
    """

    def __init__(self, options: Options, session: Session, first: httpx.Response) -> None:
        self._options = options
        self._session = session
        self._first = first
        self._http = session.http
        self.list_latency = 0.0

    def expect_responses_by_key(self) -> None:
        """Raise UsageError where a target answers every request alike, also with the given key."""
        key, group = self._options.api_key, self._options.account_group
        if key is None or not _is_suspicious(self._first):
            return
        responses = [self._first, send(self._http, "GET", "v1/accounts", key)]
        if group is not None:
            responses.append(self._read(key, group, "audiences"))
        self._raise_for_situation(responses)

    def expect_served(self, values: dict[str, str]) -> None:
        """Raise UsageError where a target does not serve what the profile needs, to a key with all permissions."""
        key, group = values["apiKey"], values["accountGroupId"]
        if self._options.profile is Profile.DELETE:
            if _is_suspicious(self._first):
                self._raise_for_situation([self._first, *self._deletions(key, group)])
            return
        audiences = self._read(key, group, "audiences")
        self.list_latency = audiences.elapsed.total_seconds()
        if is_not_served(audiences) or _is_suspicious(audiences):
            self._expect_any_served(key, group, audiences)
        elif self._options.profile is Profile.FULL:
            jobs = [self._read(key, group, "prospecting")]
            if is_not_served(jobs[0]):
                jobs.append(self._read(key, group, f"prospecting/{UNKNOWN}"))
            self._raise_if(narrower_profile(self._options.profile, [audiences], jobs))

    def _expect_any_served(self, key: str, group: str, audiences: httpx.Response) -> None:
        """Raise UsageError where no read is served, with what is served instead."""
        reads = [audiences, self._read(key, group, "audiences/navigation"), send(self._http, "GET", "v1/accounts", key)]
        deletions = self._deletions(key, group)
        self._raise_for_situation([self._first, *reads, *deletions])
        if any(deletion.status_code == _OK or has_envelope(deletion) for deletion in deletions):
            self._raise_if(narrower_profile(self._options.profile, reads[:2], []))

    def is_key_refused(self, values: dict[str, str]) -> bool:
        """Return whether the target refuses a key with all permissions in every request that the profile allows."""
        key, group = values["apiKey"], values["accountGroupId"]
        if delete(self._http, key, group, UNKNOWN).status_code != _UNAUTHORIZED:
            return False
        if self._options.profile is not Profile.DELETE:
            return send(self._http, "GET", "v1/accounts", key).status_code == _UNAUTHORIZED
        deletions = self._deletions(key, group)
        return all(deletion.status_code == _UNAUTHORIZED for deletion in deletions)

    def _deletions(self, key: str, group: str) -> list[httpx.Response]:
        """Return the response to the deletion of an audience that was made for it; of no audience elsewhere."""
        if isinstance(self._session.states, HttpStates):
            try:
                audience = self._session.states.setup(ProviderState.READY_AUDIENCE, apiKey=key)
            except NotEstablishedError:
                return [delete(self._http, key, group, UNKNOWN)]
            return [delete(self._http, key, audience["accountGroupId"], audience["audienceId"])]
        return [delete(self._http, key, group, UNKNOWN)]

    def _raise_for_situation(self, responses: list[httpx.Response]) -> None:
        """Raise UsageError where all responses are alike, in a way in which no conforming target responds."""
        situation = situation_of(self._options.base_url, responses)
        are_not_found = all(response.status_code == _NOT_FOUND for response in responses)
        if are_not_found and any(map(has_envelope, responses)) and not self._is_served_elsewhere():
            return
        self._raise_if(situation)

    def _is_served_elsewhere(self) -> bool:
        """Return whether the address before `/v1` knows the first request."""
        if without_version(self._options.base_url) is None:
            return False
        path = f"/v1/accounts/{UNKNOWN}/audiences/{UNKNOWN}"
        before = self._http.base_url.raw_path.decode("ascii").partition("/v1")[0]
        url = self._http.base_url.copy_with(raw_path=f"{before}{path}".encode("ascii"))
        try:
            return self._http.delete(url).status_code != _NOT_FOUND
        except httpx.HTTPError:
            return False

    def _read(self, key: str, group: str, path: str) -> httpx.Response:
        return send(self._http, "GET", f"v1/accounts/{path_segment(group)}/{path}", key)

    def _raise_if(self, problem: str | None) -> None:
        if problem is not None:
            raise UsageError(problem)


def _is_suspicious(response: httpx.Response) -> bool:
    """Return whether a response may come from something else than the API."""
    return response.status_code == _NOT_FOUND or response.status_code >= 500 or not has_envelope(response)  # noqa: PLR2004  (a class of statuses)


def delete(http: httpx.Client, key: str | None, group: str, audience_id: str) -> httpx.Response:
    """Send the deletion of an audience."""
    return send(http, "DELETE", f"v1/accounts/{path_segment(group)}/audiences/{path_segment(audience_id)}", key)


def send(http: httpx.Client, method: str, path: str, key: str | None) -> httpx.Response:
    """Send a request of the preflight."""
    return http.request(method, path, headers={} if key is None else {"Authorization": f"Bearer {key}"})
