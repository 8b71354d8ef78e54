"""Sends generated cases through our client, with a live key and real identifiers, and notes what is wrong at once."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from schemathesis.core.transport import Response

from conformance.client.contract import member, segment
from conformance.fuzzing.cases import GIVEN, Case, operation_of
from conformance.fuzzing.conversion import is_shape_probe, prepared, raw, response
from conformance.fuzzing.identifier_pool import Kind, Supply
from conformance.fuzzing.schemathesis_checks import Opinion, Sent, is_invalid, opinions
from conformance.harness.context import Key, Situation
from conformance.model import OperationId
from conformance.results.verdicts import SUCCESS, Exchange, Finding

_REFUSED = range(400, 500)
_UNAUTHORIZED = 401
_SERVER_ERROR = 500
_GROUP, _FOLDER = "accountGroupId", "folderId"
_IDEMPOTENCY_KEY = "Idempotency-Key"
_SPENT = {OperationId.DELETE_AUDIENCE: Kind.READY, OperationId.CANCEL_JOB: Kind.ACTIVE}
"""What an operation uses up where it succeeds."""


class Delivery:
    """All that is sent with one key. `findings`: what was wrong; each is in the ledger already."""

    def __init__(self, situation: Situation, key: Key) -> None:
        self._situation = situation
        self._key = key
        self._supply = Supply(situation, key)
        self._seen: set[tuple[object, ...]] = set()
        self.findings: list[Finding] = []

    def deliver(self, case: Case, *, once: bool = True) -> Response | None:
        """Send one case; None where no response came. `once`: unless the same request was sent before."""
        operation = operation_of(case)
        keyed = self._authorize(case)
        kind = self._name(case, operation, sound=not keyed or is_shape_probe(case))
        case.freeze_metadata()
        request = prepared(case)
        if request is None:
            return None
        sent = raw(case, request, self._supply.has)
        known = (sent.method, sent.target, tuple(sent.headers.items()), sent.content)
        if once and known in self._seen:
            return None
        self._seen.add(known)
        exchange = self._situation.client.send_raw(sent)
        self._judge_kind(operation, case, kind, exchange)
        self._keep_books(operation, case, kind, exchange)
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
            headers[_IDEMPOTENCY_KEY] = f"{self._situation.chance.getrandbits(64):x}"
        keyed = str(headers.get("Authorization", "")).startswith("Bearer ")
        if keyed:
            headers["Authorization"] = f"Bearer {self._key.token}"
        if headers != case.headers:
            case.headers = headers
        return keyed

    def _name(self, case: Case, operation: OperationId, *, sound: bool) -> Kind | None:
        """Put the account group, and what is handed out, where identifiers stand; answers what it is one of."""
        kind = self._supply.kind(operation, sound=sound) if _target(case) == GIVEN else None
        real = None if kind is None else self._supply.identifier(kind)
        names = {name: segment(real) if real else value for name, value in case.path_parameters.items()}
        if _GROUP in names:
            names[_GROUP] = segment(self._key.group)
        case.path_parameters = names
        if self._situation.states.may_leave_folders and self._situation.chance.randrange(3):
            self._name_folder(case)
        # Reading it makes Schemathesis look at what has just been changed, as it does before it sends.
        _ = case.meta
        return kind if real is not None else None

    def _name_folder(self, case: Case) -> None:
        body: Any = case.body
        if isinstance(body, dict) and isinstance(body.get(_FOLDER), str):
            case.body = {**body, _FOLDER: self._supply.identifier(Kind.FOLDER)}

    # What is noted afterwards.

    def _keep_books(self, operation: OperationId, case: Case, kind: Kind | None, exchange: Exchange) -> None:
        """What was deleted, or made, or used up; a job that was started is cancelled, before it costs anything."""
        if exchange.method != self._situation.client.wire.method(operation):
            return
        self._situation.deletions.note(operation, (self._key.group, _target(case)), exchange)
        if exchange.status not in SUCCESS:
            return
        if kind is not None and _SPENT.get(operation) is kind:
            self._supply.used_up(kind)
        job = member(exchange, "data", "jobId")
        if operation is OperationId.START_JOB and isinstance(job, str):
            self._situation.do(OperationId.CANCEL_JOB, self._key, job)

    def _judge_kind(self, operation: OperationId, case: Case, kind: Kind | None, exchange: Exchange) -> None:
        """None gets past the guard, and none finds what is deleted, whatever a generated request adds."""
        if is_shape_probe(case) or exchange.status is None or kind not in (Kind.POPULATED, Kind.DELETED):
            return
        deleted = dict(self._situation.deletions).get((self._key.group, _target(case)))
        if kind is Kind.DELETED and deleted is None:  # the identifier was given out again
            return
        fact = "GUARD" if kind is Kind.POPULATED else "FOUND"
        if exchange.status in SUCCESS:
            expected = f"a refusal: the audience is {kind.value}"
            self._note(operation, Opinion(fact, expected), *([deleted] if deleted else []), exchange)
        else:
            self._situation.ledger.held(f"{operation.prefix}-{fact}")

    def _judge(self, sent: Sent, answer: Response) -> None:
        found = list(opinions(sent, answer, self._situation.client.wire))
        for opinion in found:
            self._note(sent.operation, opinion, sent.exchange)
        for fact in _held(sent):
            if fact not in {opinion.fact for opinion in found}:
                self._situation.ledger.held(f"{sent.operation.prefix}-{fact}")

    def _note(self, operation: OperationId, opinion: Opinion, *exchanges: Exchange) -> None:
        """Note a finding, in the ledger unless our client has noted the same already."""
        last = exchanges[-1]
        body = (last.response_body or b"").decode("utf-8", "replace")
        requirement = f"{operation.prefix}-{opinion.fact}"
        finding = Finding(requirement, opinion.expected, f"{last.status} {body[:160]}", exchanges)
        self.findings.append(finding)
        noted = self._situation.ledger.observed(requirement, selected=True).findings
        if not any(last in one.exchanges for one in noted):
            self._situation.ledger.broken(finding)


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
