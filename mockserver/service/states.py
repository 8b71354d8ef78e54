"""The provider states: situations that a conformance suite can set up on this server, and tear down.

The setup of a state returns values. The teardown takes the setup's parameters together with those values, and may be
repeated.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockserver.domain.account import AccountGroup
from mockserver.domain.job import JobStatus, Pace, Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.source import Source
from mockserver.service import control_actions
from mockserver.service.transactions import UnitOfWork

Values = dict[str, Any]
Act = Callable[[UnitOfWork, "Params"], Awaitable[Values]]

_MAX_NUMBER = 1_000_000
_REQUESTS: Mapping[str, Values] = {
    Source.LINKEDIN_SEARCH: {"searchUrl": "https://www.linkedin.com/search/results/people/?keywords=sales"},
    Source.SALES_NAVIGATOR: {"savedSearchId": "1700000000"},
    Source.POST_COMMENTERS: {"postUrl": "https://www.linkedin.com/posts/example-activity-1"},
    Source.URL_UPLOAD: {"urls": ["https://www.linkedin.com/in/ada-abara", "https://www.linkedin.com/in/bela-berg"]},
}


class ParamsError(ValueError):
    """A parameter of a state is missing or wrong; the message says which and what it must be."""


class CannotEstablishError(LookupError):
    """The state is unknown or cannot be set up; the message says why."""


class Params:
    """The parameters of a call, with defaults; the methods raise ParamsError for a wrong one."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def text(self, name: str, default: str | None = None) -> str:
        """Return a non-empty string."""
        value = self._params.get(name, default)
        if not isinstance(value, str) or not value:
            raise ParamsError(f"params.{name} must be a string")
        return value

    def number(self, name: str, default: int) -> int:
        """Return a whole number from 0 to a million."""
        value = self._params.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_NUMBER:
            raise ParamsError(f"params.{name} must be a whole number from 0 to {_MAX_NUMBER}")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the given strings."""
        value = self._params.get(name, default)
        if value not in choices:
            raise ParamsError(f"params.{name} must be one of {', '.join(choices)}")
        return str(value)

    def permissions(self) -> frozenset[str]:
        """Return the permissions of a key; all permissions by default."""
        value = self._params.get("permissions", sorted(ALL_PERMISSIONS))
        if not isinstance(value, list) or not all(isinstance(item, str) and item in ALL_PERMISSIONS for item in value):
            raise ParamsError(f"params.permissions must be a list of {', '.join(sorted(ALL_PERMISSIONS))}")
        return frozenset(value)

    def has(self, name: str) -> bool:
        """Return whether a parameter is given."""
        return self._params.get(name) is not None


async def _add_key(work: UnitOfWork, params: Params) -> Values:
    groups = frozenset({params.text("accountGroupId")}) if params.has("accountGroupId") else None
    revoked = params.choice("status", ("active", "revoked"), "active") == "revoked"
    key = await control_actions.add_key(work, params.permissions(), groups, revoked=revoked)
    return {"apiKey": key.token, "accountGroupId": next(iter(key.account_group_ids))}


async def _remove_key(work: UnitOfWork, params: Params) -> Values:
    await control_actions.remove_key(work, params.text("apiKey"))
    return {}


def _change_key(change: Callable[[ApiKey, Params], ApiKey]) -> Act:
    """Return a setup that changes an existing key."""

    async def act(work: UnitOfWork, params: Params) -> Values:
        key = await control_actions.key(work, params.text("apiKey"))
        await work.transaction.save_api_key(change(key, params))
        return {}

    return act


def _restore_key(change: Callable[[ApiKey], ApiKey]) -> Act:
    """Return a teardown that changes a key, if it still exists."""

    async def act(work: UnitOfWork, params: Params) -> Values:
        key = await work.transaction.api_key(params.text("apiKey"))
        if key is not None:
            await work.transaction.save_api_key(change(key))
        return {}

    return act


async def _add_audience(work: UnitOfWork, params: Params, prospects: int) -> Values:
    key = await control_actions.key(work, params.text("apiKey"))
    if not key.account_group_ids:
        raise ParamsError("params.apiKey is a key for no account group, so that nothing can be made with it")
    audience = await control_actions.add_audience(work, min(key.account_group_ids), prospects)
    return {"accountGroupId": audience.account_group_id, "audienceId": audience.id}


async def _add_ready_audience(work: UnitOfWork, params: Params) -> Values:
    return await _add_audience(work, params, params.number("prospects", 3))


async def _remove_audience(work: UnitOfWork, params: Params) -> Values:
    """End the jobs on the audience and remove it."""
    for job in await work.transaction.open_jobs_on(params.text("audienceId")):
        if job.is_active(work.now):
            await control_actions.end_job(work, job.id, JobStatus.CANCELLED)
    audience = await work.transaction.audience(params.text("accountGroupId"), params.text("audienceId"))
    if audience is not None:
        await work.transaction.remove_audience(audience)
    return {}


async def _add_populated_audience(work: UnitOfWork, params: Params) -> Values:
    status = JobStatus(params.choice("jobStatus", ("queued", "running"), "running"))
    values = await _add_audience(work, params, 0)
    manual = Progression(Pace.MANUAL, status=status)
    started = await control_actions.start_job(work, values["accountGroupId"], values["audienceId"], manual)
    return {**values, "jobId": started.job.id}


async def _end_job(work: UnitOfWork, params: Params) -> Values:
    outcome = JobStatus(params.choice("outcome", ("completed", "failed", "cancelled")))
    job = await control_actions.job(work, params.text("jobId"))
    if job.status_at(work.now) is not outcome:
        await control_actions.end_job(work, job.id, outcome)
    return {}


def _set_credits_exhausted(*, exhausted: bool) -> Act:
    """Return an action that marks the account groups of a key as out of credits, or removes the mark."""

    async def act(work: UnitOfWork, params: Params) -> Values:
        key = await work.transaction.api_key(params.text("apiKey"))
        if key is None and exhausted:
            await control_actions.key(work, params.text("apiKey"))
        for group in await _groups_of(work, key):
            await work.transaction.save_account_group(replace(group, credits_exhausted=exhausted))
        return {}

    return act


async def _groups_of(work: UnitOfWork, key: ApiKey | None) -> list[AccountGroup]:
    ids = frozenset() if key is None else key.account_group_ids
    return [group for group_id in ids if (group := await work.transaction.account_group(group_id)) is not None]


async def _give_request(work: UnitOfWork, params: Params) -> Values:
    await control_actions.key(work, params.text("apiKey"))
    source = params.choice("source", tuple(_REQUESTS), Source.LINKEDIN_SEARCH)
    return {"body": {"source": source, **_REQUESTS[source]}}


async def _do_nothing(_work: UnitOfWork, _params: Params) -> Values:
    return {}


@dataclass(frozen=True, slots=True)
class State:
    """A provider state."""

    setup: Act
    teardown: Act


STATES: Mapping[str, State] = {
    "an API key": State(_add_key, _remove_key),
    "the API key is revoked": State(
        _change_key(lambda key, _: replace(key, revoked=True)),
        _restore_key(lambda key: replace(key, revoked=False)),
    ),
    "an audience that is ready": State(_add_ready_audience, _remove_audience),
    "an audience being populated": State(_add_populated_audience, _remove_audience),
    "the prospecting has ended": State(_end_job, _do_nothing),
    "the rate limit is exhausted": State(
        _change_key(lambda key, _: replace(key, limited=True)),
        _restore_key(lambda key: replace(key, limited=False)),
    ),
    "the server fails internally": State(
        _change_key(lambda key, params: replace(key, failures=params.number("times", 1))),
        _restore_key(lambda key: replace(key, failures=0)),
    ),
    "the credits are exhausted": State(_set_credits_exhausted(exhausted=True), _set_credits_exhausted(exhausted=False)),
    "a prospecting request": State(_give_request, _do_nothing),
}


async def change(work: UnitOfWork, name: str, action: str, params: Mapping[str, Any]) -> Values:
    """Set a state up or tear it down, and return its values.

    Args:
        work: The unit of work.
        name: The name of the state.
        action: "setup" or "teardown".
        params: The parameters; a teardown takes the values of the setup as well.

    Raises:
        CannotEstablishError: The state is unknown.
        ParamsError: A parameter is missing or wrong.
        UnknownError: There is no such key or job.
        EndedError: The job has already ended.
    """
    state = STATES.get(name)
    if state is None:
        raise CannotEstablishError(f"no provider state {name!r}; it has {', '.join(map(repr, STATES))}")
    act = state.setup if action == "setup" else state.teardown
    return await act(work, Params(params))
