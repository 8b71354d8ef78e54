"""The provider states: how a conformance suite puts this server into a situation, and out of it again.

Each state has a setup, which answers values, and a teardown, which gets the setup's parameters together with those
values and may be repeated.
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


class ParamsError(ValueError):
    """A parameter of a state is missing or wrong; the message says which and what it must be."""


class CannotEstablishError(LookupError):
    """There is no such state here, or it cannot be brought about; the message says why."""


class Params:
    """The parameters of one call, read with their defaults; ParamsError for a wrong one."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def text(self, name: str, default: str | None = None) -> str:
        """A string."""
        value = self._params.get(name, default)
        if not isinstance(value, str) or not value:
            raise ParamsError(f"params.{name} must be a string")
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number from 0 to a million."""
        value = self._params.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MANY:
            raise ParamsError(f"params.{name} must be a whole number from 0 to {_MANY}")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of some strings."""
        value = self._params.get(name, default)
        if value not in choices:
            raise ParamsError(f"params.{name} must be one of {', '.join(choices)}")
        return str(value)

    def permissions(self) -> frozenset[str]:
        """The permissions of a key; all of them unless they are given."""
        value = self._params.get("permissions", sorted(ALL_PERMISSIONS))
        if not isinstance(value, list) or not all(isinstance(one, str) and one in ALL_PERMISSIONS for one in value):
            raise ParamsError(f"params.permissions must be a list of {', '.join(sorted(ALL_PERMISSIONS))}")
        return frozenset(value)

    def has(self, name: str) -> bool:
        """Whether the parameter is given."""
        return self._params.get(name) is not None


_MANY = 1_000_000


async def _an_api_key(work: UnitOfWork, params: Params) -> Values:
    groups = frozenset({params.text("accountGroupId")}) if params.has("accountGroupId") else None
    revoked = params.choice("status", ("active", "revoked"), "active") == "revoked"
    key = await control_actions.add_key(work, params.permissions(), groups, revoked=revoked)
    return {"apiKey": key.token, "accountGroupId": next(iter(key.account_group_ids))}


async def _no_api_key(work: UnitOfWork, params: Params) -> Values:
    await control_actions.remove_key(work, params.text("apiKey"))
    return {}


def _changing_key(change: Callable[[ApiKey, Params], ApiKey]) -> Act:
    """A setup that changes a key, which must be there."""

    async def act(work: UnitOfWork, params: Params) -> Values:
        key = await control_actions.key(work, params.text("apiKey"))
        await work.transaction.save_api_key(change(key, params))
        return {}

    return act


def _restoring_key(change: Callable[[ApiKey], ApiKey]) -> Act:
    """A teardown that changes a key, which may be gone."""

    async def act(work: UnitOfWork, params: Params) -> Values:
        key = await work.transaction.api_key(params.text("apiKey"))
        if key is not None:
            await work.transaction.save_api_key(change(key))
        return {}

    return act


async def _an_audience(work: UnitOfWork, params: Params, prospects: int) -> Values:
    key = await control_actions.key(work, params.text("apiKey"))
    if not key.account_group_ids:
        raise ParamsError("params.apiKey is a key for no account group, so that nothing can be made with it")
    audience = await control_actions.add_audience(work, min(key.account_group_ids), prospects)
    return {"accountGroupId": audience.account_group_id, "audienceId": audience.id}


async def _a_ready_audience(work: UnitOfWork, params: Params) -> Values:
    return await _an_audience(work, params, params.number("prospects", 3))


async def _no_audience(work: UnitOfWork, params: Params) -> Values:
    """End the jobs on the audience and remove it."""
    for job in await work.transaction.open_jobs_on(params.text("audienceId")):
        if job.is_active(work.now):
            await control_actions.end_job(work, job.id, JobStatus.CANCELLED)
    audience = await work.transaction.audience(params.text("accountGroupId"), params.text("audienceId"))
    if audience is not None:
        await work.transaction.remove_audience(audience)
    return {}


async def _a_populated_audience(work: UnitOfWork, params: Params) -> Values:
    status = JobStatus(params.choice("jobStatus", ("queued", "running"), "running"))
    values = await _an_audience(work, params, 0)
    by_hand = Progression(Pace.MANUAL, status=status)
    seen = await control_actions.start_job(work, values["accountGroupId"], values["audienceId"], by_hand)
    return {**values, "jobId": seen.job.id}


async def _ended_prospecting(work: UnitOfWork, params: Params) -> Values:
    outcome = JobStatus(params.choice("outcome", ("completed", "failed", "cancelled")))
    job = await control_actions.job(work, params.text("jobId"))
    if job.status_at(work.now) is not outcome:
        await control_actions.end_job(work, job.id, outcome)
    return {}


def _exhausting(*, exhausted: bool) -> Act:
    """Mark the account groups of a key as out of credits, or as not."""

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
    return [group for one in ids if (group := await work.transaction.account_group(one)) is not None]


async def _a_prospecting_request(work: UnitOfWork, params: Params) -> Values:
    await control_actions.key(work, params.text("apiKey"))
    source = params.choice("source", tuple(_REQUESTS), Source.LINKEDIN_SEARCH)
    return {"body": {"source": source, **_REQUESTS[source]}}


async def _nothing(_work: UnitOfWork, _params: Params) -> Values:
    return {}


_REQUESTS: Mapping[str, Values] = {
    Source.LINKEDIN_SEARCH: {"searchUrl": "https://www.linkedin.com/search/results/people/?keywords=sales"},
    Source.SALES_NAVIGATOR: {"savedSearchId": "1700000000"},
    Source.POST_COMMENTERS: {"postUrl": "https://www.linkedin.com/posts/example-activity-1"},
    Source.URL_UPLOAD: {"urls": ["https://www.linkedin.com/in/ada-abara", "https://www.linkedin.com/in/bela-berg"]},
}


@dataclass(frozen=True, slots=True)
class State:
    """One provider state."""

    setup: Act
    teardown: Act


STATES: Mapping[str, State] = {
    "an API key": State(_an_api_key, _no_api_key),
    "the API key is revoked": State(
        _changing_key(lambda key, _: replace(key, revoked=True)),
        _restoring_key(lambda key: replace(key, revoked=False)),
    ),
    "an audience that is ready": State(_a_ready_audience, _no_audience),
    "an audience being populated": State(_a_populated_audience, _no_audience),
    "the prospecting has ended": State(_ended_prospecting, _nothing),
    "the rate limit is exhausted": State(
        _changing_key(lambda key, _: replace(key, limited=True)),
        _restoring_key(lambda key: replace(key, limited=False)),
    ),
    "the server fails internally": State(
        _changing_key(lambda key, params: replace(key, failures=params.number("times", 1))),
        _restoring_key(lambda key: replace(key, failures=0)),
    ),
    "the credits are exhausted": State(_exhausting(exhausted=True), _exhausting(exhausted=False)),
    "a prospecting request": State(_a_prospecting_request, _nothing),
}


async def change(work: UnitOfWork, name: str, action: str, params: Mapping[str, Any]) -> Values:
    """Set a state up or tear it down; answers its values.

    Raises CannotEstablishError, ParamsError, UnknownError (no such key or job), EndedError.
    """
    state = STATES.get(name)
    if state is None:
        raise CannotEstablishError(f"no provider state {name!r}; it has {', '.join(map(repr, STATES))}")
    act = state.setup if action == "setup" else state.teardown
    return await act(work, Params(params))
