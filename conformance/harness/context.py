"""The situations that checks begin from, in the words of the provider states and of the API itself."""

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Profile
from conformance.client.client import ApiRequest, Client, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.deletions import Deletions
from conformance.harness.key import Key
from conformance.harness.run_facts import RunFacts
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.ledger import Ledger
from conformance.states import NotEstablishedError, ProviderStates

_NO_EXTRAS = RequestOptions()
_SPARE = 3
_T = TypeVar("_T")


@dataclass(frozen=True)
class Audience:
    """An audience that is there; `job` is what populates it, if anything does."""

    group: str
    id: str
    job: str | None = None


class CheckContext:
    """What a check has at hand: the client, the states, the ledger, a source of chance, and how often to repeat.

    `made`: by account group, what lists have to show of what was made for this check: audiences and folders.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (all that a check works with)
        self,
        client: Client,
        states: ProviderStates,
        facts: RunFacts,
        chance: random.Random,
        profile: Profile,
        repeats: int,
    ) -> None:
        self.client = client
        self.facts = facts
        self.profile = profile
        self.states = states
        self.random = chance
        self.repeats = repeats
        self.created_ids: dict[str, set[str]] = defaultdict(set)
        self._bodies: dict[str, Any] = {}
        self._is_guessing = False

    @property
    def ledger(self) -> Ledger:
        """Where what is seen is noted."""
        return self.client.ledger

    @property
    def deletions(self) -> Deletions:
        """What the target has said to be deleted."""
        return self.facts.deletions

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.client.pause(seconds)

    # What the target prepares.

    def create_key(self, *permissions: str, **params: object) -> Key:
        """A key with these permissions; with all where none is named."""
        named = {"permissions": list(permissions)} if permissions else {}
        values = self.states.setup("an API key", **named, **params)
        return Key(values["apiKey"], values["accountGroupId"])

    def keys_of_same_group(self, key: Key, permission: str) -> Iterator[Key]:
        """Further keys of the account group, as far as they can be had: with all permissions, and with one alone."""
        for permissions in ((), (permission,)):
            with suppress(NotEstablishedError):
                yield self.create_key(*permissions, accountGroupId=key.group)

    def key_revoked_from_start(self, key: Key) -> Key:
        """A key for the same account group that never was valid."""
        revoked = self.create_key(accountGroupId=key.group, status="revoked")
        self.facts.revoked_keys.append(revoked)
        return revoked

    def revoke(self, key: Key) -> None:
        """Revoke a key."""
        self.states.setup("the API key is revoked", apiKey=key.token)
        self.facts.revoked_keys.append(key)

    def ready_audience(self, key: Key, **params: object) -> Audience:
        """An audience that is ready, by the target's own word."""
        values = self.states.setup("an audience that is ready", apiKey=key.token, **params)
        self.created_ids[key.group].add(values["audienceId"])
        return self._made(Audience(values["accountGroupId"], values["audienceId"]))

    def populated_audience(self, key: Key, job_status: str | None = None) -> Audience:
        """An audience that an active job populates, by the target's own word."""
        params = {} if job_status is None else {"jobStatus": job_status}
        values = self.states.setup("an audience being populated", apiKey=key.token, **params)
        return self._made(Audience(values["accountGroupId"], values["audienceId"], values["jobId"]))

    def _made(self, audience: Audience) -> Audience:
        self.deletions.mark_reissued(audience.group, audience.id)
        return audience

    def end_job(self, audience: Audience, outcome: str) -> None:
        """End the prospecting of an audience."""
        self.states.setup("the prospecting has ended", jobId=audience.job, outcome=outcome)

    def not_issued(self, names: Iterable[str]) -> list[str]:
        """Those of some made-up keys or identifiers that the target has not given out: of a near miss nobody knows."""
        return [name for name in names if name not in self.states.answered]

    # What a client does.

    def call(
        self,
        operation: OperationSpec,
        key: Key,
        target: str = "",
        body: object = None,
        extras: RequestOptions = _NO_EXTRAS,
    ) -> Exchange:
        """Send a request with a key, in its account group."""
        return self.client.send(ApiRequest(operation, key.token, key.group, target, body, extras))

    def delete_audience(
        self, audience: Audience, key: Key, extras: RequestOptions = _NO_EXTRAS, *, limited: bool = False
    ) -> Exchange:
        """Delete an audience."""
        call = ApiRequest(operations.DELETE_AUDIENCE, key.token, audience.group, audience.id, options=extras)
        return self.client.send(call, limited=limited)

    def create_audience(self, key: Key, **fields: str) -> Audience:
        """An audience made by the API (A2), `on_demand` unless said otherwise."""
        body = {"name": f"made for a check {self.random.getrandbits(32):x}", "type": "on_demand", **fields}
        exchange = self.call(operations.CREATE_AUDIENCE, key, body=body)
        return Audience(key.group, self._made_by(exchange, key, "an audience could not be made"))

    def create_folder(self, key: Key, **fields: str) -> str:
        """A folder made by the API (A8), `on_demand` unless said otherwise; its identifier."""
        if not self.states.may_leave_folders:
            raise NotEstablishedError("no folder was made: it could not be removed again (--allow-leftovers)")
        body = {"name": f"made for a check {self.random.getrandbits(32):x}", "audienceType": "on_demand", **fields}
        exchange = self.call(operations.CREATE_FOLDER, key, body=body)
        return self._made_by(exchange, key, "a folder could not be made")

    def start_body(self, key: Key, source: str = "linkedin_search") -> Any:  # noqa: ANN401  (JSON)
        """The body of a start request that the target accepts; by its own word, else what the contract infers."""
        if not self.states.may_spend_credits:
            raise NotEstablishedError("no job was started: it costs credits (--allow-credits)")
        if source not in self._bodies:
            try:
                values = self.states.setup("a prospecting request", apiKey=key.token, source=source)
                self._bodies[source] = values["body"]
            except NotEstablishedError:
                self._is_guessing = True
                self._bodies[source] = {"source": source, **_INFERRED[source]}
        return self._bodies[source]

    def start_body_is_guessed(self) -> bool:
        """Whether nobody has said what a start request has to look like, and the target has taken none so far."""
        return self._is_guessing and not any(self.facts.started_jobs)

    def fresh_idempotency_key(self) -> RequestOptions:
        """An idempotency key that was never used. No sentence says that a start may be without."""
        return RequestOptions({"Idempotency-Key": f"{self.random.getrandbits(96):x}"})

    def start_job(self, key: Key, source: str = "linkedin_search") -> str:
        """A job started by the API (P1); its identifier."""
        exchange = self.call(
            operations.START_JOB, key, body=self.start_body(key, source), extras=self.fresh_idempotency_key()
        )
        return self._answered(exchange, "a job could not be started", "jobId")

    def audience_in_folder(self, key: Key, folder: str | None = None, **fields: str) -> Audience:
        """An audience made by the API, and moved into a folder."""
        audience = self.create_audience(key, **fields)
        body = {"folderId": folder or self.create_folder(key)}
        moved = self.call(operations.MOVE_TO_FOLDER, key, audience.id, body)
        self._answered(moved, "an audience could not be moved into a folder", "id")
        return audience

    def _answered(self, exchange: Exchange, otherwise: str, name: str) -> str:
        identifier = json_at(exchange, "data", name)
        if exchange.status not in SUCCESS or not isinstance(identifier, str):
            raise NotEstablishedError(
                f"{otherwise}: the target answered {exchange.status} ({exchange.method} {exchange.url})"
            )
        self.states.answered.add(identifier)
        return identifier

    def _made_by(self, exchange: Exchange, key: Key, otherwise: str) -> str:
        identifier = self._answered(exchange, otherwise, "id")
        self.created_ids[key.group].add(identifier)
        return identifier


def distinct_from(make: Callable[[], _T], taken: Collection[str], name: Callable[[_T], str]) -> _T:
    """What is made under an identifier that is not taken: it may be unique in its account group alone."""
    for _ in range(len(taken) + _SPARE):
        made = make()
        if name(made) not in taken:
            return made
    raise NotEstablishedError(
        "nothing is foreign here: what another account group has has the same identifier as what is there"
    )


_INFERRED: Mapping[str, Mapping[str, Any]] = {
    "linkedin_search": {"searchUrl": "https://www.linkedin.com/search/results/people/?keywords=sales", "maxResults": 5},
    "sales_navigator": {"savedSearchId": "1", "maxResults": 5},
    "post_commenters": {"postUrl": "https://www.linkedin.com/posts/example", "maxResults": 5},
    "url_upload": {"urls": ["https://www.linkedin.com/in/example"]},
}
