"""Sends generated cases through our client, with a live key and real identifiers, and notes what is wrong at once."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from schemathesis.core.transport import Response

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Effect, OperationSpec
from conformance.client.contract import json_at, path_segment
from conformance.fuzzing.cases import PLACEHOLDER_ID, Case, operation_of
from conformance.fuzzing.conversion import is_shape_probe, prepared, raw, response
from conformance.fuzzing.identifier_pool import IdentifierPool, Kind
from conformance.fuzzing.schemathesis_checks import CheckFailure, Sent, check_failures, is_invalid
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.results.verdicts import SUCCESS, Exchange, Violation

_REFUSED = range(400, 500)
_UNAUTHORIZED = 401
_SERVER_ERROR = 500
_GROUP, _FOLDER = "accountGroupId", "folderId"
_IDEMPOTENCY_KEY = "Idempotency-Key"
_USES_UP = {Effect.DELETES_AUDIENCE: Kind.READY, Effect.CANCELS_JOB: Kind.ACTIVE}
"""What an operation uses up where it succeeds."""


class CaseRunner:
    """All that is sent with one key. `findings`: what was wrong; each is in the ledger already."""

    def __init__(self, context: CheckContext, key: Key) -> None:
        self._context = context
        self._key = key
        self._identifiers = IdentifierPool(context, key)
        self._seen: set[tuple[object, ...]] = set()
        self.violations: list[Violation] = []

    def run(self, case: Case, *, once: bool = True) -> Response | None:
        """Send one case; None where no response came. `once`: unless the same request was sent before."""
        operation = operation_of(case)
        keyed = self._authorize(case)
        kind = self._name(case, operation, sound=not keyed or is_shape_probe(case))
        case.freeze_metadata()
        request = prepared(case)
        if request is None:
            return None
        sent = raw(case, request, self._identifiers.has)
        known = (sent.method, sent.path, tuple(sent.headers.items()), sent.content)
        if once and known in self._seen:
            return None
        self._seen.add(known)
        exchange = self._context.client.send_raw(sent)
        self._judge_kind(operation, case, kind, exchange)
        self._record_effects(operation, case, kind, exchange)
        answer = response(request, exchange)
        if answer is not None:
            self._judge(Sent(operation, case, sent, exchange, keyed), answer)
        return answer

    # What a case gets before it is sent.

    def _authorize(self, case: Case) -> bool:
        """Put the live key where Schemathesis invented one; what lacks one, or has no bearer's, is sent as it is.

        An idempotency key that is left empty gets a fresh one: else most starts would be refused for that alone.
        """
        headers = case.headers.copy()
        if headers.get(_IDEMPOTENCY_KEY) == "":
            headers[_IDEMPOTENCY_KEY] = f"{self._context.random.getrandbits(64):x}"
        keyed = str(headers.get("Authorization", "")).startswith("Bearer ")
        if keyed:
            headers["Authorization"] = f"Bearer {self._key.token}"
        if headers != case.headers:
            case.headers = headers
        return keyed

    def _name(self, case: Case, operation: OperationSpec, *, sound: bool) -> Kind | None:
        """Put the account group, and what is handed out, where identifiers stand; answers what it is one of."""
        kind = self._identifiers.kind(operation, sound=sound) if _target(case) == PLACEHOLDER_ID else None
        real = None if kind is None else self._identifiers.identifier(kind)
        names = {name: path_segment(real) if real else value for name, value in case.path_parameters.items()}
        if _GROUP in names:
            names[_GROUP] = path_segment(self._key.group)
        case.path_parameters = names
        if self._context.states.may_leave_folders and self._context.random.randrange(3):
            self._name_folder(case)
        # Reading it makes Schemathesis look at what has just been changed, as it does before it sends.
        _ = case.meta
        return kind if real is not None else None

    def _name_folder(self, case: Case) -> None:
        body: Any = case.body
        if isinstance(body, dict) and isinstance(body.get(_FOLDER), str):
            case.body = {**body, _FOLDER: self._identifiers.identifier(Kind.FOLDER)}

    # What is noted afterwards.

    def _record_effects(self, operation: OperationSpec, case: Case, kind: Kind | None, exchange: Exchange) -> None:
        """What was deleted, or made, or used up; a job that was started is cancelled, before it costs anything."""
        if exchange.method != self._context.client.contract.method(operation):
            return
        self._context.deletions.record(operation, (self._key.group, _target(case)), exchange)
        if exchange.status not in SUCCESS:
            return
        if kind is not None and _USES_UP.get(operation.effect) is kind:
            self._identifiers.used_up(kind)
        job = json_at(exchange, "data", "jobId")
        if operation is operations.START_JOB and isinstance(job, str):
            self._context.call(operations.CANCEL_JOB, self._key, job)

    def _judge_kind(self, operation: OperationSpec, case: Case, kind: Kind | None, exchange: Exchange) -> None:
        """None gets past the guard, and none finds what is deleted, whatever a generated request adds."""
        if is_shape_probe(case) or exchange.status is None or kind not in (Kind.POPULATED, Kind.DELETED):
            return
        deleted = dict(self._context.deletions).get((self._key.group, _target(case)))
        if kind is Kind.DELETED and deleted is None:  # the identifier was given out again
            return
        fact = "GUARD" if kind is Kind.POPULATED else "FOUND"
        if exchange.status in SUCCESS:
            expected = f"a refusal: the audience is {kind.value}"
            self._note(operation, CheckFailure(fact, expected), *([deleted] if deleted else []), exchange)
        else:
            self._context.ledger.passed(operation.requirement(fact))

    def _judge(self, sent: Sent, answer: Response) -> None:
        found = list(check_failures(sent, answer, self._context.client.contract))
        for opinion in found:
            self._note(sent.operation, opinion, sent.exchange)
        for fact in _held(sent):
            if fact not in {opinion.fact for opinion in found}:
                self._context.ledger.passed(sent.operation.requirement(fact))

    def _note(self, operation: OperationSpec, opinion: CheckFailure, *exchanges: Exchange) -> None:
        """Note a finding, in the ledger unless our client has noted the same already."""
        last = exchanges[-1]
        body = (last.response_body or b"").decode("utf-8", "replace")
        requirement = operation.requirement(opinion.fact)
        finding = Violation(requirement, opinion.expected, f"{last.status} {body[:160]}", exchanges)
        self.violations.append(finding)
        noted = self._context.ledger.observations(requirement, selected=True).violations
        if not any(last in one.exchanges for one in noted):
            self._context.ledger.failed(finding)


def _target(case: Case) -> str:
    return next((unquote(str(value)) for name, value in case.path_parameters.items() if name != _GROUP), "")


def _held(sent: Sent) -> Iterator[str]:
    """The facts of which an answer is an example, where nobody objects."""
    status = sent.exchange.status or 0
    if status < _SERVER_ERROR:
        yield "CONSISTENT"
    if not sent.keyed and status == _UNAUTHORIZED:
        yield "KEY"
    if sent.keyed and status in _REFUSED and is_invalid(sent.case):
        yield "VALID"
