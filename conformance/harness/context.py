"""The context of a check: the resources that a check begins from, by provider states and by the API itself."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeVar

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.catalogue.requirements import Profile
from conformance.client.client import ApiRequest, Client, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.deletions import Deletions
from conformance.harness.idempotency_keys import KEY_FORMS
from conformance.harness.key import Key
from conformance.harness.near_misses import near_misses_of_nobody
from conformance.harness.run_facts import RunFacts
from conformance.harness.settling import poll
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.ledger import Ledger
from conformance.states import (
    ACCOUNTS,
    AUDIENCES,
    FOLDERS,
    JOBS,
    HttpStates,
    NotEstablishedError,
    ProviderState,
    ProviderStates,
    WithheldError,
)

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header of an idempotency key."""

_NO_OPTIONS = RequestOptions()
_SPARE_TRIES = 3
_INVALID = frozenset({400, 422})
_INFERRED_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "linkedin_search": {"searchUrl": "https://www.linkedin.com/search/results/people/?keywords=sales", "maxResults": 5},
    "sales_navigator": {"savedSearchId": "1", "maxResults": 5},
    "post_commenters": {"postUrl": "https://www.linkedin.com/posts/example", "maxResults": 5},
    "url_upload": {"urls": ["https://www.linkedin.com/in/example"]},
}
_COLLECTIONS = {
    Resource.NOTHING: ACCOUNTS,
    Resource.AUDIENCE: AUDIENCES,
    Resource.FOLDER: FOLDERS,
    Resource.JOB: JOBS,
}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Audience:
    """An existing audience; `job` is the job that populates it, if there is one."""

    group: str
    id: str
    job: str | None = None


class CheckContext:
    """The parts that a check works with, and the steps that it has in common with others.

    Attributes:
        client: The client that sends the requests.
        facts: The facts of the run so far.
        profile: The profile of the run.
        states: The way to the provider states.
        random: The only source of random choices.
        repeats: How often an action is repeated that has to succeed every time.
        created_ids: The audiences and folders made for this check, which lists have to show, by account group.
        created_jobs: The jobs prepared or started for this check, by account group.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (all that a check works with)
        self,
        client: Client,
        states: ProviderStates,
        facts: RunFacts,
        random: Random,
        profile: Profile,
        repeats: int,
    ) -> None:
        self.client = client
        self.facts = facts
        self.profile = profile
        self.states = states
        self.random = random
        self.repeats = repeats
        self.created_ids: dict[str, set[str]] = defaultdict(set)
        self.created_jobs: dict[str, set[str]] = defaultdict(set)
        self._start_bodies: dict[str, Any] = {}
        self._has_guessed = False

    @property
    def ledger(self) -> Ledger:
        """The ledger of the run."""
        return self.client.ledger

    @property
    def deletions(self) -> Deletions:
        """The deletions that the target has acknowledged."""
        return self.facts.deletions

    def wait(self, seconds: float) -> None:
        """Wait for some seconds."""
        self.client.pause(seconds)

    def share_of_repeats(self, divisor: int) -> int:
        """Return the number of repeats divided by a number, rounded down, and at least 1."""
        return max(1, self.repeats // divisor)

    # By provider states.

    def create_key(self, *permissions: str, **params: object) -> Key:
        """Set up a key with these permissions, with all where none is named."""
        named = {"permissions": list(permissions)} if permissions else {}
        values = self.states.setup(ProviderState.API_KEY, **named, **params)
        return Key(values["apiKey"], values["accountGroupId"])

    def keys_of_same_group(self, key: Key, permission: str) -> Iterator[Key]:
        """Yield more keys of the account group, where they can be set up: with all permissions, and with one alone."""
        for permissions in ((), (permission,)):
            with suppress(NotEstablishedError):
                yield self.create_key(*permissions, accountGroupId=key.group)

    def key_revoked_from_start(self, key: Key) -> Key:
        """Set up a key of the same account group that was never valid."""
        revoked = self.create_key(accountGroupId=key.group, status="revoked")
        self.facts.revoked_keys.append(revoked)
        return revoked

    def revoke(self, key: Key) -> None:
        """Revoke a key."""
        self.states.setup(ProviderState.KEY_REVOKED, apiKey=key.token)
        self.facts.revoked_keys.append(key)

    def ready_audience(self, key: Key, **params: object) -> Audience:
        """Set up an audience that is ready."""
        values = self.states.setup(ProviderState.READY_AUDIENCE, apiKey=key.token, **params)
        self.created_ids[key.group].add(values["audienceId"])
        return self._mark_existing(Audience(values["accountGroupId"], values["audienceId"]))

    def populated_audience(self, key: Key, job_status: str | None = None) -> Audience:
        """Set up an audience that an active job populates."""
        params = {} if job_status is None else {"jobStatus": job_status}
        values = self.states.setup(ProviderState.POPULATED_AUDIENCE, apiKey=key.token, **params)
        self.created_jobs[key.group].add(values["jobId"])
        return self._mark_existing(Audience(values["accountGroupId"], values["audienceId"], values["jobId"]))

    def _mark_existing(self, audience: Audience) -> Audience:
        """Note that an identifier is in use, in case it belonged to a deleted audience."""
        self.deletions.mark_reissued(audience.group, audience.id)
        return audience

    def end_job(self, audience: Audience, outcome: str) -> None:
        """End the prospecting of an audience."""
        self.states.setup(ProviderState.PROSPECTING_ENDED, jobId=audience.job, outcome=outcome)

    def not_issued(self, names: Iterable[str]) -> list[str]:
        """Return the made-up keys or identifiers that the target has not given out; a near miss may be real."""
        return [name for name in names if name not in self.states.issued]

    def near_misses(self, identifier: str, resource: Resource, index: int | None = None) -> list[str]:
        """Return identifiers that are nearly this one, and that the target can have given to nothing.

        Args:
            identifier: An identifier that the target has given out.
            resource: The resource that it names; NOTHING for an account group.
            index: The index of the character that is changed; None for a random one.
        """
        chosen = self.random.randrange(len(identifier)) if index is None else index
        given_out = self.states.guard.issued.of(_COLLECTIONS[resource])
        return self.not_issued(near_misses_of_nobody(identifier, chosen, given_out))

    def sendable(self, requests: Iterable[ApiRequest]) -> list[ApiRequest]:
        """Return the requests that may be sent to this target, where something real might be hit.

        Raises:
            WithheldError: None may be sent; the message gives the reason.
        """
        reasons = [(request, self._reason_against(request)) for request in requests]
        sendable = [request for request, reason in reasons if reason is None]
        if reasons and not sendable:
            raise WithheldError(next(reason for _, reason in reasons if reason is not None))
        return sendable

    def _reason_against(self, request: ApiRequest) -> str | None:
        return self.states.guard.reason_against(self.client.raw_request(request))

    def lacks_permission(self, operation: OperationSpec, key: Key) -> bool:
        """Return whether a key is known to lack the permission of an operation."""
        permission = operation.permission
        return permission is not None and self.states.guard.lacks(key.token, permission.wire)

    # By requests of the API.

    def call(
        self,
        operation: OperationSpec,
        key: Key,
        resource_id: str = "",
        body: object = None,
        options: RequestOptions = _NO_OPTIONS,
    ) -> Exchange:
        """Send a request with a key, in its account group."""
        return self.client.send(ApiRequest(operation, key.token, key.group, resource_id, body, options))

    def delete_audience(
        self, audience: Audience, key: Key, options: RequestOptions = _NO_OPTIONS, *, limited: bool = False
    ) -> Exchange:
        """Send the deletion of an audience (A5).

        Args:
            audience: The audience.
            key: The key that the request carries.
            options: The headers, query and body of the request.
            limited: Whether a 429 is the expected response, and not waited out.
        """
        call = ApiRequest(operations.DELETE_AUDIENCE, key.token, audience.group, audience.id, options=options)
        return self.client.send(call, limited=limited)

    def demand_method(self, operation: OperationSpec) -> None:
        """Raise NotEstablishedError where the target lacks the method that is inferred for an operation."""
        reason = self.client.methods.reason_against(operation.id)
        if reason is not None:
            raise NotEstablishedError(reason)

    def create_audience(self, key: Key, **fields: str) -> Audience:
        """Create an audience by the API (A2), `on_demand` unless a field says otherwise.

        Where the target creates audiences by another method than the inferred one, a provider state prepares it.
        """
        operation = operations.CREATE_AUDIENCE
        body = {"name": f"made for a check {self.random.getrandbits(32):x}", "type": "on_demand", **fields}
        if self.client.methods.reason_against(operation.id) is not None:
            return self._prepare_audience(key, fields)
        exchange = self.call(operation, key, body=body)
        self.client.note_method(operation, exchange)
        if self.client.methods.reason_against(operation.id) is not None:
            return self._prepare_audience(key, fields)
        return Audience(key.group, self._created_id(exchange, key, "an audience could not be made"))

    def _prepare_audience(self, key: Key, fields: Mapping[str, str]) -> Audience:
        """Set up an audience that is ready and empty, and give it its name and description (A4)."""
        if fields.get("type", "on_demand") != "on_demand":
            self.demand_method(operations.CREATE_AUDIENCE)
        audience = self.ready_audience(key, prospects=0)
        changes = {name: value for name, value in fields.items() if name != "type"}
        if changes:
            updated = self.call(operations.UPDATE_AUDIENCE, key, audience.id, changes)
            self._issued_id(updated, "an audience could not be named", "id")
        return audience

    def create_folder(self, key: Key, **fields: str) -> str:
        """Create a folder by the API (A8), `on_demand` unless a field says otherwise, and return its identifier."""
        if not self.states.may_leave_folders:
            raise NotEstablishedError("no folder was made: it could not be removed again (--allow-leftovers)")
        body = {"name": f"made for a check {self.random.getrandbits(32):x}", "audienceType": "on_demand", **fields}
        exchange = self.call(operations.CREATE_FOLDER, key, body=body)
        return self._created_id(exchange, key, "a folder could not be made")

    def start_body(self, key: Key, source: str = "linkedin_search") -> Any:  # noqa: ANN401  (JSON)
        """Return the body of a start request: the target's own, else a body inferred from the contract."""
        if not self.states.may_spend_credits:
            raise NotEstablishedError("no job was started: it costs credits (--allow-credits)")
        if source not in self._start_bodies:
            try:
                values = self.states.setup(ProviderState.PROSPECTING_REQUEST, apiKey=key.token, source=source)
                self._start_bodies[source] = values["body"]
            except NotEstablishedError:
                self._has_guessed = True
                self._start_bodies[source] = {"source": source, **_INFERRED_FIELDS[source]}
        if self.facts.key_form is None:
            self._learn_key_form(self._start_bodies[source])
        return self._start_bodies[source]

    def start_body_is_guessed(self) -> bool:
        """Return whether the body of start requests was inferred, and the target has accepted none so far."""
        return self._has_guessed and not any(self.facts.started_jobs)

    def idempotency_key(self, name: str) -> str:
        """Return the idempotency key of a name, in the form that the target takes; no other run has it."""
        digest = hashlib.sha256(self.facts.run_id.bytes + name.encode()).digest()
        return KEY_FORMS[self.facts.key_form or 0](Random(digest))  # noqa: S311  (the run's identifier is random)

    def fresh_idempotency_key(self) -> RequestOptions:
        """Return options with an unused idempotency key. No sentence says that a start may do without a key."""
        return RequestOptions({IDEMPOTENCY_KEY: self.idempotency_key(f"{self.random.getrandbits(96):x}")})

    def with_fresh_idempotency_key(self, options: RequestOptions) -> RequestOptions:
        """Return options whose idempotency key, if they have one, is an unused one."""
        if IDEMPOTENCY_KEY not in options.headers:
            return options
        return replace(options, headers={**options.headers, **self.fresh_idempotency_key().headers})

    def _learn_key_form(self, body: object) -> None:
        """Try which form of idempotency keys the target takes, in an account group of its own, if one can be had."""
        self.facts.key_form = 0
        if not isinstance(self.states, HttpStates):
            return
        with suppress(NotEstablishedError):
            key = self.create_key()
            for form in range(len(KEY_FORMS)):
                self.facts.key_form = form
                options = self.fresh_idempotency_key()
                if self.call(operations.START_JOB, key, body=body, options=options).status not in _INVALID:
                    return
        self.facts.key_form = 0

    def start_job(self, key: Key, source: str = "linkedin_search", options: RequestOptions | None = None) -> str:
        """Start a job by the API (P1), with a fresh idempotency key unless options are given; return its identifier."""
        body = self.start_body(key, source)
        exchange = self.call(operations.START_JOB, key, body=body, options=options or self.fresh_idempotency_key())
        return self._issued_id(exchange, "a job could not be started", "jobId")

    def audience_in_folder(self, key: Key, folder: str | None = None, **fields: str) -> Audience:
        """Create an audience by the API, and move it into a folder: a new one where none is given."""
        audience = self.create_audience(key, **fields)
        self.move(key, audience.id, folder or self.create_folder(key))
        return audience

    def move(self, key: Key, audience_id: str, folder: str) -> None:
        """Move an audience into a folder by the API (A10), and wait until it shows it, if it shows a folder at all."""
        moved = self.call(operations.MOVE_TO_FOLDER, key, audience_id, {"folderId": folder})
        self._issued_id(moved, "an audience could not be moved into a folder", "id")

        def is_shown() -> bool:
            shown = json_at(self.call(operations.GET_AUDIENCE, key, audience_id), "data")
            return isinstance(shown, dict) and shown.get("folderId", folder) == folder

        poll(self.facts.settling, self.wait, is_shown, "single reads")

    def _issued_id(self, exchange: Exchange, error: str, name: str) -> str:
        """Return an identifier that a success shows; NotEstablishedError with a message where there is none."""
        identifier = json_at(exchange, "data", name)
        if exchange.status not in SUCCESS or not isinstance(identifier, str):
            raise NotEstablishedError(
                f"{error}: the target answered {exchange.status} ({exchange.method} {exchange.url})"
            )
        self.states.issued.add(identifier)
        return identifier

    def _created_id(self, exchange: Exchange, key: Key, error: str) -> str:
        """Return the identifier of a created audience or folder, which lists have to show from now on."""
        identifier = self._issued_id(exchange, error, "id")
        self.created_ids[key.group].add(identifier)
        return identifier


def distinct_from(make: Callable[[], _T], taken: Collection[str], name: Callable[[_T], str]) -> _T:
    """Return a resource whose identifier is not taken: identifiers may be unique in their account group alone.

    Args:
        make: A function that makes a resource.
        taken: The identifiers that are taken.
        name: A function that returns the identifier of a resource.

    Raises:
        NotEstablishedError: All resources have a taken identifier.
    """
    for _ in range(len(taken) + _SPARE_TRIES):
        resource = make()
        if name(resource) not in taken:
            return resource
    raise NotEstablishedError(
        "no identifier is foreign here: the resources of the other account group have the same identifiers"
    )
