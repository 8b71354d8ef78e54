"""The preflight: problems that would spoil the whole run, each reported in one line that says what to do."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from conformance.catalogue.requirements import Profile
from conformance.options import Options, UsageError
from conformance.runner.key_permissions import KeyProbe
from conformance.runner.readiness import UNKNOWN, Readiness, delete, send
from conformance.runner.session import Session
from conformance.states import ApiKeyStates, FileStates, NotEstablishedError, ProviderState, StatesError

_UNAUTHORIZED = 401
_ERROR_SHOWN = 160
_SHARE_OF_LISTS = 0.1
"""The requests of a run that read lists, roughly, which may take much longer than the others."""
_WRONG_KEY = {
    "url": "the target refuses every request with the API key that the states URL hands out (401): do --base-url and "
    "--states-url belong together?",
    "file": "the target refuses every request with an API key of the list (401): is the list for this target?",
    "key": "the target does not accept the API key (401): give one that is valid by --api-key or AUDIENCE_API_KEY",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The facts of a target that can be used.

    Attributes:
        latency: The seconds that it takes for a request on average, roughly.
        lacking: The permissions that keys lack.
    """

    latency: float
    lacking: Mapping[str, frozenset[str]] = field(default_factory=dict)


def preflight(options: Options, session: Session, may_write: Callable[[], bool]) -> Target | None:
    """Try the target and its provider states. Only what the preflight itself has created is deleted.

    Args:
        options: The options of the run.
        session: The connections.
        may_write: A function that is called before the first write, and says whether to go on.

    Returns:
        The facts of the target, as far as the deadline leaves time for them; None where nothing may be written.

    Raises:
        UsageError: The target or its provider states cannot be used.
    """
    try:
        return _preflight(options, session, may_write)
    except NotEstablishedError as error:  # the deadline has passed: the checks say so, too
        if options.dry_run:
            raise UsageError(str(error)) from None
        return Target(latency=0.0)


def _preflight(options: Options, session: Session, may_write: Callable[[], bool]) -> Target | None:
    first, latency = _measure_latency(session.http, options.timeout)
    readiness = Readiness(options, session, first)
    try:
        lacking = _try_states(options, session, readiness, may_write)
    finally:
        session.states.begin_check()
    return None if lacking is None else Target(max(latency, readiness.list_latency * _SHARE_OF_LISTS), lacking)


def _measure_latency(http: httpx.Client, timeout: float) -> tuple[httpx.Response, float]:
    """Return the response to a deletion of nothing without a key, and the seconds that another one takes."""
    try:
        first, second = (delete(http, None, UNKNOWN, UNKNOWN) for _ in range(2))  # the first request connects
    except httpx.HTTPError as error:
        raise UsageError(f"the target {http.base_url} {why_unreachable(error, timeout)}") from None
    if first.has_redirect_location:
        location = first.headers["location"]
        raise UsageError(
            f"the target {http.base_url} sends its clients on to {location}: give the right address as --base-url"
        )
    return first, second.elapsed.total_seconds()


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


def _try_states(
    options: Options, session: Session, readiness: Readiness, may_write: Callable[[], bool]
) -> Mapping[str, frozenset[str]] | None:
    """Try the provider states, and return the permissions that keys lack; None where nothing may be written."""
    states = session.states
    try:
        readiness.expect_responses_by_key()
        values = states.setup(ProviderState.API_KEY)
        readiness.expect_served(values)
        if not may_write():
            return None
        if readiness.is_key_refused(values):
            raise UsageError(_WRONG_KEY[_state_source(options)])
        return _lacking(options, session, values)
    except (StatesError, NotEstablishedError) as error:
        if session.deadline.stopped:
            raise NotEstablishedError(str(error)) from None
        if options.api_key is not None:
            raise UsageError(_explain_key_error(str(error))) from None
        raise UsageError(f"the provider states cannot be used: {error}") from None
    finally:
        _tear_down(session)


def _tear_down(session: Session) -> None:
    session.deadline.begin_clean_up()
    not_torn_down = session.states.teardown_all()
    if not_torn_down:
        raise UsageError(f"the provider states cannot be used, what was set up was not torn down: {not_torn_down[0]}")


def _lacking(options: Options, session: Session, values: dict[str, str]) -> Mapping[str, frozenset[str]]:
    """Return the permissions that the keys lack of which no state says it."""
    states, profile = session.states, options.profile

    def probe(key: str, group: str) -> KeyProbe:
        return KeyProbe(lambda method, path, token: send(session.http, method, path, token), key, group, profile)

    if isinstance(states, FileStates):
        if profile is not Profile.DELETE:
            states.probe()
        return {key: probe(key, group).lacking(None) for key, group in states.unlimited_keys()}
    if isinstance(states, ApiKeyStates):
        return {values["apiKey"]: probe(values["apiKey"], values["accountGroupId"]).lacking(session.api)}
    return {}


def _state_source(options: Options) -> str:
    if options.states_url is not None:
        return "url"
    return "file" if options.states_file is not None else "key"


def _explain_key_error(message: str) -> str:
    if f" {_UNAUTHORIZED} " in message:
        return _WRONG_KEY["key"]
    advice = ": --account-group names the account group" if "list its account groups" in message else ""
    return f"nothing can be done with the API key: {message}{advice}"
