"""The runner of generated cases: it sends them with a valid key and real identifiers, and notes violations at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

import requests
from schemathesis.core.transport import Response

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Effect, OperationSpec
from conformance.client.client import RawRequest
from conformance.client.contract import json_at, path_segment
from conformance.fuzzing.cases import PLACEHOLDER_ID, Case, operation_of
from conformance.fuzzing.conversion import is_shape_probe, prepare_request, to_raw_request, to_response
from conformance.fuzzing.identifier_pool import IdentifierKind, IdentifierPool
from conformance.fuzzing.schemathesis_checks import CheckFailure, SentCase, check_failures, is_invalid
from conformance.harness.context import IDEMPOTENCY_KEY, CheckContext
from conformance.harness.key import Key
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.violation import Violation
from conformance.states import WithheldError

_REFUSED = range(400, 500)
_OK, _UNAUTHORIZED = 200, 401
_SERVER_ERROR = 500
_GROUP, _FOLDER = "accountGroupId", "folderId"
_USED_UP_BY = {
    Effect.DELETES_AUDIENCE: IdentifierKind.READY_AUDIENCE,
    Effect.CANCELS_JOB: IdentifierKind.ACTIVE_JOB,
}
"""The kind of identifier that a successful operation uses up."""


@dataclass(frozen=True)
class _Prepared:
    """A case with a valid key and real identifiers, and its request.

    Attributes:
        case: The case.
        request: The request as Schemathesis knows it.
        raw: The request as our client sends it.
        kind: The kind of the identifier in the path, if it was filled in.
        has_key: Whether the request has a valid key.
    """

    case: Case
    request: requests.PreparedRequest
    raw: RawRequest
    kind: IdentifierKind | None
    has_key: bool


class CaseRunner:
    """The runner of all cases that are sent with one key.

    Attributes:
        key: The key of all cases.
        violations: The violations so far; each is in the ledger already.
    """

    def __init__(self, context: CheckContext, key: Key) -> None:
        self._context = context
        self.key = key
        self._identifiers = IdentifierPool(context, key)
        self._sent_before: set[tuple[object, ...]] = set()
        self._probed: dict[str, Exchange] = {}
        self.violations: list[Violation] = []

    def run(self, case: Case, *, once: bool = True) -> Response | None:
        """Send a case, and note its violations; None where it was not sent or no response arrived.

        Args:
            case: The case.
            once: Whether not to send it if the same request was sent before.
        """
        prepared = self._prepare(case, once=once)
        exchange = None if prepared is None else self._send(prepared)
        return None if prepared is None or exchange is None else self._judge_exchange(prepared, exchange)

    def run_side_by_side(self, cases: Iterable[Case]) -> None:
        """Send cases that change nothing, to a slow target several at a time, and note their violations."""
        prepared = [one for one in (self._prepare(case, once=True) for case in cases) if one is not None]
        exchanges = self._context.client.send_in_parallel([partial(self._send, one) for one in prepared])
        for one, exchange in zip(prepared, exchanges, strict=True):
            if exchange is not None:
                self._judge_exchange(one, exchange)

    def _prepare(self, case: Case, *, once: bool) -> _Prepared | None:
        """Fill a case with a valid key and real identifiers; None where it cannot be sent, or was sent before."""
        operation = operation_of(case)
        has_key = self._authorize(case)
        kind = self._fill_path(case, operation, valid_only=not has_key or is_shape_probe(case))
        case.freeze_metadata()
        request = prepare_request(case)
        if request is None:
            return None
        raw = to_raw_request(case, request, self._identifiers.is_issued)
        fingerprint = (raw.method, raw.path, tuple(raw.headers.items()), raw.content)
        if once and fingerprint in self._sent_before:
            return None
        self._sent_before.add(fingerprint)
        return _Prepared(case, request, raw, kind, has_key)

    def _send(self, prepared: _Prepared) -> Exchange | None:
        """Send a prepared case; None where it was withheld."""
        try:
            return self._context.client.send_raw(prepared.raw)
        except WithheldError:
            return None

    def _judge_exchange(self, prepared: _Prepared, exchange: Exchange) -> Response | None:
        """Judge a response, and record its effects; return the response as Schemathesis knows it."""
        case, kind, operation = prepared.case, prepared.kind, operation_of(prepared.case)
        if kind is IdentifierKind.READY_AUDIENCE and exchange.status in _REFUSED:
            self._probed[_resource_id(case)] = exchange
        self._judge_identifier(operation, case, kind, exchange)
        self._record_effects(operation, case, kind, exchange)
        response = to_response(prepared.request, exchange)
        if response is not None:
            self._judge(SentCase(operation, case, prepared.raw, exchange, prepared.has_key), response)
        return response

    def look_at_refused(self) -> None:
        """Read each audience that a refused request has named, by whatever method; note a violation if it is gone."""
        deleted = {audience for (_, audience), _ in self._context.deletions}
        for audience, refused in self._probed.items():
            if audience in deleted:
                continue
            read = self._context.call(operations.GET_AUDIENCE, self.key, audience)
            if read.status != _OK:
                failure = CheckFailure("REFUSED", f"the audience is still there: {refused.method} was refused")
                self._note(operations.DELETE_AUDIENCE, failure, refused, read)
            else:
                self._context.ledger.passed(operations.DELETE_AUDIENCE.requirement("REFUSED"))

    # Before a case is sent.

    def _authorize(self, case: Case) -> bool:
        """Replace the bearer token that Schemathesis invented by the key, and return whether there was one.

        A case without a bearer token is sent as it is. An empty idempotency key is replaced by a fresh one, as most
        starts would be refused for that alone.
        """
        headers = case.headers.copy()
        if headers.get(IDEMPOTENCY_KEY) == "":
            headers.update(self._context.fresh_idempotency_key().headers)
        has_key = str(headers.get("Authorization", "")).startswith("Bearer ")
        if has_key:
            headers["Authorization"] = f"Bearer {self.key.token}"
        if headers != case.headers:
            case.headers = headers
        return has_key

    def _fill_path(self, case: Case, operation: OperationSpec, *, valid_only: bool) -> IdentifierKind | None:
        """Fill path placeholders with real identifiers, and return the kind of the resource's, if it was filled."""
        is_placeholder = _resource_id(case) == PLACEHOLDER_ID
        kind = self._identifiers.next_kind(operation, valid_only=valid_only) if is_placeholder else None
        identifier = None if kind is None else self._identifiers.identifier(kind)
        parameters = {
            name: path_segment(identifier) if identifier else value for name, value in case.path_parameters.items()
        }
        if _GROUP in parameters:
            parameters[_GROUP] = path_segment(self.key.group)
        case.path_parameters = parameters
        if self._context.states.may_leave_folders and self._context.random.randrange(3):
            self._fill_folder(case)
        # Reading it makes Schemathesis see the changes, as it does before it sends a case.
        _ = case.meta
        return kind if identifier is not None else None

    def _fill_folder(self, case: Case) -> None:
        """Replace the folder that a body names by a real one."""
        body: Any = case.body
        if isinstance(body, dict) and isinstance(body.get(_FOLDER), str):
            case.body = {**body, _FOLDER: self._identifiers.identifier(IdentifierKind.FOLDER)}

    # After a case is sent.

    def _record_effects(
        self, operation: OperationSpec, case: Case, kind: IdentifierKind | None, exchange: Exchange
    ) -> None:
        """Record deletions and used-up identifiers, and cancel a started job before it costs anything."""
        if exchange.method != self._context.client.contract.method(operation):
            return
        self._context.deletions.record(operation, (self.key.group, _resource_id(case)), exchange)
        if exchange.status not in SUCCESS:
            return
        if kind is not None and _USED_UP_BY.get(operation.effect) is kind:
            self._identifiers.remove(kind)
        job = json_at(exchange, "data", "jobId")
        if operation is operations.START_JOB and isinstance(job, str):
            self._context.call(operations.CANCEL_JOB, self.key, job)

    def _judge_identifier(
        self, operation: OperationSpec, case: Case, kind: IdentifierKind | None, exchange: Exchange
    ) -> None:
        """Judge that the guard holds and that a deleted audience is not found, by whichever request."""
        if is_shape_probe(case) or exchange.status is None:
            return
        if kind not in (IdentifierKind.POPULATED_AUDIENCE, IdentifierKind.DELETED_AUDIENCE):
            return
        deletion = dict(self._context.deletions).get((self.key.group, _resource_id(case)))
        if kind is IdentifierKind.DELETED_AUDIENCE and deletion is None:  # the identifier was given out again
            return
        fact = "GUARD" if kind is IdentifierKind.POPULATED_AUDIENCE else "FOUND"
        if exchange.status in SUCCESS:
            failure = CheckFailure(fact, f"a refusal: the audience is {kind.value}")
            self._note(operation, failure, *([deletion] if deletion else []), exchange)
        else:
            self._context.ledger.passed(operation.requirement(fact))

    def _judge(self, sent: SentCase, response: Response) -> None:
        """Judge a response by Schemathesis' checks."""
        failures = list(check_failures(sent, response, self._context.client.contract))
        for failure in failures:
            self._note(sent.operation, failure, sent.exchange)
        for fact in _exemplified_facts(sent):
            if fact not in {failure.fact for failure in failures}:
                self._context.ledger.passed(sent.operation.requirement(fact))

    def _note(self, operation: OperationSpec, failure: CheckFailure, *exchanges: Exchange) -> None:
        """Note a violation, in the ledger unless our client has noted the same already."""
        last = exchanges[-1]
        body = (last.response_body or b"").decode("utf-8", "replace")
        requirement = operation.requirement(failure.fact)
        violation = Violation(requirement, failure.expected, f"{last.status} {body[:160]}", exchanges)
        self.violations.append(violation)
        known = self._context.ledger.observations(requirement, selected=True).violations
        if not any(last in other.exchanges for other in known):
            self._context.ledger.failed(violation)


def _resource_id(case: Case) -> str:
    """Return the identifier that the path of a case names beside the account group."""
    return next((unquote(str(value)) for name, value in case.path_parameters.items() if name != _GROUP), "")


def _exemplified_facts(sent: SentCase) -> Iterator[str]:
    """Yield the facts that a response is an example of, unless a check fails."""
    status = sent.exchange.status or 0
    if status < _SERVER_ERROR:
        yield "CONSISTENT"
    if not sent.has_key and status == _UNAUTHORIZED:
        yield "KEY"
    if sent.has_key and status in _REFUSED and is_invalid(sent.case):
        yield "VALID"
