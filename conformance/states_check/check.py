"""The check of a states URL: a trial of every provider state, with each documented value of its parameters."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from conformance.results.exchange import SUCCESS
from conformance.states import ProviderState
from conformance.states_check.hook import Reply
from conformance.states_check.trial import Trial
from conformance.states_check.trials import Trials, choices

_UNKNOWN_STATE = "a state that nobody knows"
_STATUSES = frozenset(range(100, 600))
_UNAUTHORIZED, _UNPERMITTED, _GUARDED = frozenset({401}), frozenset({403}), frozenset({409})
_LIMITED, _FAILED, _NO_CREDITS = frozenset({429}), frozenset({500}), frozenset({402})
_REFUSED_BODY = frozenset({400, 422})
_CANNOT, _BAD_REQUEST = 501, frozenset({400, 404, 422})
_NOT_SERVED = frozenset({404, 405, 501})
_DEFAULT_PROSPECTS = 3
_WRITE = "audiences:write"
_DELETE, _WITH_KEY, _START = "DELETE", "DELETE with the key", "the start of a job"


def check_states(trials: Trials) -> Sequence[Trial]:
    """Try every state, and return the trials to show; all that was set up is torn down.

    Raises:
        LostError: Nothing listens at the states URL any more.
    """
    with trials.trial(ProviderState.API_KEY) as key:
        _expect_active(trials, key)
        _try_further_keys(trials, key)
        _try_permissions(trials, key)
        _try_revoked_keys(trials, key)
        _try_ready_audiences(trials, key)
        _try_ended_prospecting(trials, key, _try_populated_audiences(trials, key))
        _try_limit(trials, key)
        for given in ({}, {"times": 2}):
            _try_failures(trials, key, given)
        _try_credits(trials, key)
        _try_requests(trials, key)
    _try_unknown_state(trials)
    return trials.listed


def _try_unknown_state(trials: Trials) -> None:
    """Try a state that no interface has: a target that says it is set up would say so of any state."""
    with trials.trial(_UNKNOWN_STATE) as unknown:
        pass
    status = unknown.reply.status if unknown.reply is not None else None
    if status in SUCCESS:
        unknown.problems = [f"{status}: it cannot have been set up, and has to be 501"]
    elif status == _CANNOT:
        unknown.reply, unknown.remarks = Reply(status), [f"{_CANNOT}"]
    elif status in _BAD_REQUEST:
        unknown.problems, unknown.remarks = [], [f"{status}, where {_CANNOT} is documented"]


def _expect_active(trials: Trials, key: Trial) -> None:
    told = "another status than 401"
    key.expect(_WITH_KEY, trials.delete(key), _STATUSES - _UNAUTHORIZED, told=told)


def _expect_group(trial: Trial, key: Trial) -> None:
    if trial.is_established and trial.value("accountGroupId") != key.value("accountGroupId"):
        trial.problems.append("another 'accountGroupId' than that of the key")


def _try_further_keys(trials: Trials, key: Trial) -> None:
    with trials.trial(ProviderState.API_KEY, key, "(a second one)") as other:
        for name in ("apiKey", "accountGroupId") if other.is_established else ():
            if other.value(name) == key.value(name):
                other.problems.append(f"the same '{name}' as before: each has to be new")
        _expect_active(trials, other)
    group = key.value("accountGroupId")
    with trials.trial(ProviderState.API_KEY, key, "accountGroupId", accountGroupId=group) as same:
        _expect_group(same, key)
        _expect_active(trials, same)


def _try_permissions(trials: Trials, key: Trial) -> None:
    group, token = key.value("accountGroupId"), key.value("apiKey")
    for permission in choices(ProviderState.API_KEY, "permissions"):
        given = {"permissions": [permission], "accountGroupId": group}
        with (
            trials.trial(ProviderState.API_KEY, key, f"permissions [{permission}]", **given) as limited,
            trials.trial(ProviderState.READY_AUDIENCE, key, None, apiKey=token) as audience,
        ):
            statuses, told = (SUCCESS, "200") if permission == _WRITE else (_UNPERMITTED, "403")
            limited.expect(_WITH_KEY, trials.delete(limited, audience), statuses, told=told)


def _try_revoked_keys(trials: Trials, key: Trial) -> None:
    group = key.value("accountGroupId")
    for status in choices(ProviderState.API_KEY, "status"):
        given = {"status": status, "accountGroupId": group}
        with trials.trial(ProviderState.API_KEY, key, f"status {status}", **given) as trial:
            if status == "revoked":
                trial.expect(_WITH_KEY, trials.delete(trial), _UNAUTHORIZED, told="401")
            else:
                _expect_active(trials, trial)
    with (
        trials.trial(ProviderState.API_KEY, key, None) as other,
        trials.trial(ProviderState.KEY_REVOKED, other, apiKey=other.value("apiKey")) as revoked,
    ):
        revoked.expect(_WITH_KEY, trials.delete(other), _UNAUTHORIZED, told="401")


def _try_ready_audiences(trials: Trials, key: Trial) -> None:
    for prospects in (None, 0, 2):
        given = {} if prospects is None else {"prospects": prospects}
        wanted = _DEFAULT_PROSPECTS if prospects is None else prospects
        with trials.trial(
            ProviderState.READY_AUDIENCE, key, _in_words(given), apiKey=key.value("apiKey"), **given
        ) as audience:
            _expect_group(audience, key)
            number = trials.prospect_count(key, audience, wanted)
            if number not in {None, wanted}:
                audience.problems.append(f"{number} prospects are listed, expected {wanted}: the state does not show")
            audience.expect(_DELETE, trials.delete(key, audience), SUCCESS, told="200")


def _try_populated_audiences(trials: Trials, key: Trial) -> Mapping[str, object]:
    """Try each status of a job, and return the parameters of the first that was established."""
    established: list[Mapping[str, object]] = []
    for given in ({}, *({"jobStatus": status} for status in choices(ProviderState.POPULATED_AUDIENCE, "jobStatus"))):
        with trials.trial(
            ProviderState.POPULATED_AUDIENCE, key, _in_words(given), apiKey=key.value("apiKey"), **given
        ) as audience:
            _expect_group(audience, key)
            audience.expect(_DELETE, trials.delete(key, audience), _GUARDED, told="409")
            established += [given] if audience.is_established else []
    return established[0] if established else {}


def _try_ended_prospecting(trials: Trials, key: Trial, given: Mapping[str, object]) -> None:
    for outcome in choices(ProviderState.PROSPECTING_ENDED, "outcome"):
        with (
            trials.trial(ProviderState.POPULATED_AUDIENCE, key, None, apiKey=key.value("apiKey"), **given) as audience,
            trials.trial(
                ProviderState.PROSPECTING_ENDED,
                audience,
                f"outcome {outcome}",
                jobId=audience.value("jobId"),
                outcome=outcome,
            ) as ended,
        ):
            ended.expect(_DELETE, trials.delete(key, audience), SUCCESS, told="200")


def _try_limit(trials: Trials, key: Trial) -> None:
    with trials.trial(ProviderState.API_KEY, key, None) as other:
        with trials.trial(ProviderState.RATE_LIMIT_EXHAUSTED, other, apiKey=other.value("apiKey")) as limit:
            limit.expect(_WITH_KEY, trials.delete(other, limited=True), _LIMITED, told="429")
        told = "another status than 429"
        limit.expect("after the teardown", trials.delete(other, limited=True), _STATUSES - _LIMITED, told=told)


def _try_failures(trials: Trials, key: Trial, given: Mapping[str, int]) -> None:
    """Try announced failures on an audience for each, since the effect of a failure is unknown, and on one more."""
    times = given.get("times", 1)
    with ExitStack() as stack:
        other = stack.enter_context(trials.trial(ProviderState.API_KEY, key, None))
        token = other.value("apiKey")
        audiences = [
            stack.enter_context(trials.trial(ProviderState.READY_AUDIENCE, other, None, apiKey=token))
            for _ in range(times + 1)
        ]
        words = _in_words(given)
        failing = stack.enter_context(trials.trial(ProviderState.SERVER_FAILING, other, words, apiKey=token, **given))
        for audience in audiences[:times]:
            failing.expect(_DELETE, trials.delete(other, audience), _FAILED, told="500")
        told = "another status than 500"
        failing.expect("then", trials.delete(other, audiences[times]), _STATUSES - _FAILED, told=told)


def _try_credits(trials: Trials, key: Trial) -> None:
    with trials.trial(ProviderState.API_KEY, key, None) as other:
        token = other.value("apiKey")
        with (
            trials.trial(ProviderState.PROSPECTING_REQUEST, other, None, apiKey=token) as request,
            trials.trial(ProviderState.CREDITS_EXHAUSTED, other, apiKey=token) as exhausted,
        ):
            response = trials.start_job(other, request)
            if response is not None and response.status in _NOT_SERVED | _REFUSED_BODY:
                exhausted.remarks.append(f"{_START}: {response.status}, which shows nothing")
            else:
                exhausted.expect(_START, response, _NO_CREDITS, told="402")


def _try_requests(trials: Trials, key: Trial) -> None:
    for source in (None, *choices(ProviderState.PROSPECTING_REQUEST, "source")):
        given = {} if source is None else {"source": source}
        token = key.value("apiKey")
        with trials.trial(ProviderState.PROSPECTING_REQUEST, key, _in_words(given), apiKey=token, **given) as request:
            response = trials.start_job(key, request) if source is None else None
            told = "another status than 400 and 422"
            request.expect(_START, response, _STATUSES - _REFUSED_BODY, told=told)


def _in_words(given: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in given.items())
