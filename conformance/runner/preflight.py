"""The preflight: problems that would spoil the whole run, each reported in one line that says what to do."""

import ssl

import httpx

from conformance.catalogue.requirements import Profile
from conformance.client.contract import path_segment
from conformance.options import Options, UsageError
from conformance.runner.session import Session
from conformance.states import FileStates, NotEstablishedError, ProviderState, StatesError

_UNAUTHORIZED = 401
_UNKNOWN = "preflight"
"""An account group and an audience that do not exist."""

_ERROR_SHOWN = 160
_WRONG_KEY = {
    "url": "the target refuses every request with the API key that the states URL hands out (401): do --base-url and "
    "--states-url belong together?",
    "file": "the target refuses every request with an API key of the list (401): is the list for this target?",
    "key": "the target does not accept the API key (401): give one that is valid by --api-key or AUDIENCE_API_KEY",
}


def preflight(options: Options, session: Session) -> float:
    """Try the target and its provider states. Only what the preflight itself has created is deleted.

    Returns:
        The seconds that the target takes for a request.

    Raises:
        UsageError: The target or its provider states cannot be used.
    """
    latency = _measure_latency(session.http, options.timeout)
    try:
        _try_states(options, session)
    finally:
        session.states.begin_check()
    return latency


def _measure_latency(http: httpx.Client, timeout: float) -> float:
    try:
        first, second = (_delete(http, None, _UNKNOWN, _UNKNOWN) for _ in range(2))  # the first request connects
    except httpx.HTTPError as error:
        raise UsageError(f"the target {http.base_url} {why_unreachable(error, timeout)}") from None
    if first.has_redirect_location:
        location = first.headers["location"]
        raise UsageError(
            f"the target {http.base_url} sends its clients on to {location}: give the right address as --base-url"
        )
    return second.elapsed.total_seconds()


def why_unreachable(error: httpx.HTTPError, timeout: float) -> str:
    """Return the reason why a target cannot be reached, and what may help; `timeout` is in seconds."""
    if (cause := _tls_error(error)) is not None:
        advice = "--ca-bundle names the certificates to trust" if "CERTIFICATE" in cause else "is it http, not https?"
        return f"cannot be reached by TLS ({cause}): {advice}"
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {timeout:g} s: is it the right address? --timeout waits longer"
    if isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError)):
        return f"does not answer HTTP ({error or type(error).__name__}): is the port right, and http or https?"
    return f"cannot be reached ({error or type(error).__name__}): is it running, and --base-url right?"


def _tls_error(error: BaseException | None) -> str | None:
    """Return the text of a TLS error among the causes of an error."""
    while error is not None:
        if isinstance(error, ssl.SSLError) or "SSL" in str(error)[:6]:
            return str(error).strip("[]")[:_ERROR_SHOWN]
        error = error.__cause__ or error.__context__
    return None


def _try_states(options: Options, session: Session) -> None:
    states = session.states
    try:
        values = states.setup(ProviderState.API_KEY)
        if isinstance(states, FileStates) and options.profile is not Profile.DELETE:
            states.probe()
        if _is_key_refused(options, session, values):
            raise UsageError(_WRONG_KEY[_state_source(options)])
    except (StatesError, NotEstablishedError) as error:
        if options.api_key is not None:
            raise UsageError(_explain_key_error(str(error))) from None
        raise UsageError(f"the provider states cannot be used: {error}") from None
    finally:
        not_torn_down = states.teardown_all()
    if not_torn_down:
        raise UsageError(f"the provider states cannot be used, what was set up was not torn down: {not_torn_down[0]}")


def _state_source(options: Options) -> str:
    if options.states_url is not None:
        return "url"
    return "file" if options.states_file is not None else "key"


def _explain_key_error(message: str) -> str:
    is_unauthorized = f" {_UNAUTHORIZED} " in message
    return _WRONG_KEY["key"] if is_unauthorized else f"nothing can be done with the API key: {message}"


def _is_key_refused(options: Options, session: Session, values: dict[str, str]) -> bool:
    """Whether the target refuses a key with all permissions in every request that the profile allows."""
    key, group = values["apiKey"], values["accountGroupId"]
    if _delete(session.http, key, group, _UNKNOWN).status_code != _UNAUTHORIZED:
        return False
    if options.profile is not Profile.DELETE:
        return _send(session.http, "GET", "v1/accounts", key).status_code == _UNAUTHORIZED
    if options.states_url is None:
        return True
    audience = session.states.setup(ProviderState.READY_AUDIENCE, apiKey=key)
    deleted = _delete(session.http, key, audience["accountGroupId"], audience["audienceId"])
    return deleted.status_code == _UNAUTHORIZED


def _delete(http: httpx.Client, key: str | None, group: str, audience_id: str) -> httpx.Response:
    return _send(http, "DELETE", f"v1/accounts/{path_segment(group)}/audiences/{path_segment(audience_id)}", key)


def _send(http: httpx.Client, method: str, path: str, key: str | None) -> httpx.Response:
    return http.request(method, path, headers={} if key is None else {"Authorization": f"Bearer {key}"})
