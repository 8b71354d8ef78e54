"""Finds out before a run what would spoil all of it; one clear line each, and what to do."""

import ssl

import httpx

from conformance.catalogue.requirements import Profile
from conformance.client.contract import path_segment
from conformance.options import Options, UsageError
from conformance.runner.session import Session
from conformance.states import FileStates, NotEstablishedError, ProviderState, ProviderStates, StatesError

_REFUSED = 401
_NOBODY = "preflight"


def preflight(options: Options, parts: Session) -> float:
    """The seconds that the target takes for a request. It deletes only what it made.

    UsageError where the target or the way to its states cannot be used.
    """
    latency = _reach(parts.http, options.timeout)
    try:
        _states(options, parts)
    finally:
        parts.states.begin_check()
    return latency


def _reach(target: httpx.Client, timeout: float) -> float:
    try:
        answer, again = (_delete(target, None, _NOBODY, _NOBODY) for _ in range(2))  # the first one connects
    except httpx.HTTPError as error:
        raise UsageError(f"the target {target.base_url} {why_unreachable(error, timeout)}") from None
    if answer.has_redirect_location:
        where = answer.headers["location"]
        raise UsageError(
            f"the target {target.base_url} sends its clients on to {where}: give the right address as --base-url"
        )
    return again.elapsed.total_seconds()


def why_unreachable(error: httpx.HTTPError, timeout: float) -> str:
    """What keeps a target from being reached, and what may help."""
    if (cause := _tls(error)) is not None:
        advice = "--ca-bundle names the certificates to trust" if "CERTIFICATE" in cause else "is it http, not https?"
        return f"cannot be reached by TLS ({cause}): {advice}"
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {timeout:g} s: is it the right address? --timeout waits longer"
    if isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError)):
        return f"does not answer HTTP ({error or type(error).__name__}): is the port right, and http or https?"
    return f"cannot be reached ({error or type(error).__name__}): is it running, and --base-url right?"


def _tls(error: BaseException | None) -> str | None:
    """What went wrong with TLS, if that is what did."""
    while error is not None:
        if isinstance(error, ssl.SSLError) or "SSL" in str(error)[:6]:
            return str(error).strip("[]")[:160]
        error = error.__cause__ or error.__context__
    return None


def _states(options: Options, parts: Session) -> None:
    states = parts.states
    try:
        values = _first_key(states)
        if isinstance(states, FileStates) and options.profile is not Profile.DELETE:
            states.probe()
        if _is_refused(options, parts, values):
            raise UsageError(_WRONG_KEY[_way(options)])
    except (StatesError, NotEstablishedError) as error:
        if options.api_key is not None:
            raise UsageError(_of_key(str(error))) from None
        raise UsageError(f"the provider states cannot be used: {error}") from None
    finally:
        left = states.teardown_all()
    if left:
        raise UsageError(f"the provider states cannot be used, what was set up was not torn down: {left[0]}")


def _first_key(states: ProviderStates) -> dict[str, str]:
    return states.setup(ProviderState.API_KEY)


_WRONG_KEY = {
    "url": "the target refuses every request with the API key that the states URL hands out (401): do --base-url and "
    "--states-url belong together?",
    "file": "the target refuses every request with an API key of the list (401): is the list for this target?",
    "key": "the target does not accept the API key (401): give one that is valid by --api-key or AUDIENCE_API_KEY",
}


def _way(options: Options) -> str:
    if options.states_url is not None:
        return "url"
    return "file" if options.states_file is not None else "key"


def _of_key(why: str) -> str:
    return _WRONG_KEY["key"] if f" {_REFUSED} " in why else f"nothing can be done with the API key: {why}"


def _is_refused(options: Options, parts: Session, values: dict[str, str]) -> bool:
    """Whether a key that should be good for everything is good for nothing, as far as the profile may look."""
    key, group = values["apiKey"], values["accountGroupId"]
    if _delete(parts.http, key, group, _NOBODY).status_code != _REFUSED:
        return False
    if options.profile is not Profile.DELETE:
        return _sent(parts.http, "GET", "v1/accounts", key).status_code == _REFUSED
    if options.states_url is None:
        return True
    audience = parts.states.setup(ProviderState.READY_AUDIENCE, apiKey=key)
    return _delete(parts.http, key, audience["accountGroupId"], audience["audienceId"]).status_code == _REFUSED


def _delete(target: httpx.Client, key: str | None, group: str, audience: str) -> httpx.Response:
    return _sent(target, "DELETE", f"v1/accounts/{path_segment(group)}/audiences/{path_segment(audience)}", key)


def _sent(target: httpx.Client, method: str, path: str, key: str | None) -> httpx.Response:
    return target.request(method, path, headers={} if key is None else {"Authorization": f"Bearer {key}"})
