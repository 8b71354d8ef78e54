"""A race of concurrent requests on an audience, and the conditions that hold however it ends."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.concurrency.history import History, RecordedOperation
from conformance.concurrency.linearizability import Outcome
from conformance.harness.context import Audience, CheckContext
from conformance.harness.expectations import Expectations, describe, is_refusal
from conformance.harness.key import Key
from conformance.model.events import AudiencePopulated, AudienceReady, KeyIssued
from conformance.model.refusal_grounds import ELSEWHERE
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.violation import Violation
from conformance.states import NotEstablishedError

Action = Callable[[], object]
_NOT_FOUND, _CONFLICT = 404, 409


@dataclass
class Race:
    """A race on one audience.

    Attributes:
        context: The context of the check.
        key: The key of every request.
        audience: The audience that the race is about.
        neighbour: An audience that the race leaves alone.
        folder: The folder that the audience may be moved to.
        history: The recorded operations.
        end_requested_at: The time, in seconds, of the request to end or cancel the prospecting.
        survives_end: Whether the audience is documented to exist after the prospecting has ended.
    """

    context: CheckContext
    key: Key
    audience: Audience
    neighbour: Audience
    folder: str = ""
    history: History = field(init=False)
    end_requested_at: float = float("-inf")
    survives_end: bool = False

    def __post_init__(self) -> None:
        self.history = History(
            self.context,
            operations.DELETE_AUDIENCE,
            KeyIssued(self.key.token, ALL_PERMISSIONS, frozenset({self.key.group}), fresh=False),
            AudienceReady(self.neighbour.group, self.neighbour.id),
            AudienceReady(self.audience.group, self.audience.id)
            if self.audience.job is None
            else AudiencePopulated(self.audience.group, self.audience.id, self.audience.job),
        )

    def request(self, operation: OperationSpec, resource_id: str = "", body: object = None) -> ApiRequest:
        """Return a request with the key of the race."""
        return ApiRequest(operation, self.key.token, self.key.group, resource_id, body)

    # Actions of clients.

    def audience_action(self, operation: OperationSpec, body: object = None) -> Action:
        """Return an action that sends one request on the audience."""
        return partial(self.history.send, self.request(operation, self.audience.id, body))

    def delete_action(self, tries: int = 1, delay: int = 0) -> Action:
        """Return an action that deletes the audience.

        Args:
            tries: How often it sends the request while the guard refuses it.
            delay: How often it reads the audience before.
        """

        def delete() -> None:
            self._read_audience(delay)
            for _ in range(tries):
                if self.history.send(self.request(operations.DELETE_AUDIENCE, self.audience.id)).status != _CONFLICT:
                    return

        return delete

    def delete_another_action(self) -> Action:
        """Create another audience now; return an action that deletes it."""
        body = {"name": f"made for a race {self.context.random.getrandbits(32):x}", "type": "on_demand"}
        created = self.history.send(self.request(operations.CREATE_AUDIENCE, body=body))
        audience_id = json_at(created, "data", "id")
        if not isinstance(audience_id, str):
            raise NotEstablishedError("no audience could be created")
        return partial(self.history.send, self.request(operations.DELETE_AUDIENCE, audience_id))

    def end_action(self, outcome: str, delay: int) -> Action:
        """Return an action that ends the prospecting by a provider state, after `delay` readings of the audience."""

        def end() -> None:
            self.survives_end = outcome == "completed"
            self._read_audience(delay)
            self.end_requested_at = time.monotonic()
            self.history.end(self.audience, outcome)

        return end

    def cancel_action(self, delay: int) -> Action:
        """Return an action that cancels the job as a client does, after `delay` readings of the audience."""

        def cancel() -> None:
            self._read_audience(delay)
            self.end_requested_at = time.monotonic()
            self.history.send(self.request(operations.CANCEL_JOB, str(self.audience.job)))

        return cancel

    def _read_audience(self, times: int) -> None:
        for _ in range(times):
            self.history.send(self.request(operations.GET_AUDIENCE, self.audience.id))

    # Conditions after the race.

    def read_back(self) -> Exchange:
        """Read everything after the race; return the reading of the audience."""
        read = self.history.send(self.request(operations.GET_AUDIENCE, self.audience.id))
        for operation in (operations.LIST_AUDIENCES, operations.GET_NAVIGATION):
            self.history.read(operation, self.key)
        return read

    def expect_all(self, read: Exchange) -> None:
        """Expect what must hold however the race ended.

        Args:
            read: The reading of the audience after the race.

        Raises:
            ViolationError: A MUST does not hold.
        """
        deletions, exchanges = self._deletions(), self.history.exchanges
        expect = Expectations(self.context)
        for deletion, exchange in deletions:
            early = deletion.operation.end is not None and deletion.operation.end < self.end_requested_at
            holds = self.audience.job is None or not early or exchange.status not in SUCCESS
            expected = "409: the end of the job that populates it was not requested yet"
            before = [one for one in exchanges if one.number <= exchange.number]
            expect.condition("AUD-DELETE-GUARD", expected, describe(exchange), before, holds=holds)
        if any(exchange.status in SUCCESS for _, exchange in deletions):
            self._expect_deleted(read, exchanges)
        elif self._is_refused_throughout([exchange for _, exchange in deletions]):
            expected, holds = "still there: no deletion succeeded", read.status != _NOT_FOUND
            expect.condition("AUD-DELETE-GUARD-KEEPS", expected, describe(read), exchanges, holds=holds)
        self._expect_of_others()

    def _expect_deleted(self, read: Exchange, exchanges: list[Exchange]) -> None:
        expected, holds = "404: it was deleted", is_refusal(read)
        Expectations(self.context).condition("AUD-DELETE-EFFECT", expected, describe(read), exchanges, holds=holds)

    def _expect_of_others(self) -> None:
        """Expect the other deleted audiences to be gone, and the neighbour to exist."""
        for deletion, exchange in list(self.history.of(operations.DELETE_AUDIENCE)):
            if deletion.resource_id != self.audience.id and exchange.status in SUCCESS:
                read = self.history.send(self.request(operations.GET_AUDIENCE, deletion.resource_id))
                self._expect_deleted(read, self.history.exchanges)
        neighbour = self.history.send(self.request(operations.GET_AUDIENCE, self.neighbour.id))
        expected, holds = "still there: nobody deleted it", neighbour.status not in ELSEWHERE
        expect, exchanges = Expectations(self.context), self.history.exchanges
        expect.condition("AUD-DELETE-ONLY", expected, describe(neighbour), exchanges, holds=holds)

    def _deletions(self) -> list[tuple[RecordedOperation, Exchange]]:
        """Return the deletions of the audience of the race."""
        deletions = self.history.of(operations.DELETE_AUDIENCE)
        return [(deletion, exchange) for deletion, exchange in deletions if deletion.resource_id == self.audience.id]

    def _is_refused_throughout(self, deletions: Sequence[Exchange]) -> bool:
        """Whether only a deletion can have removed the audience, and the guard refused every one."""
        return self.survives_end and bool(deletions) and all(exchange.status == _CONFLICT for exchange in deletions)

    def violations(self) -> list[Violation]:
        """Return the violations of what should hold besides."""
        deletions = [exchange for _, exchange in self._deletions()]
        successes = [exchange for exchange in deletions if exchange.status in SUCCESS]
        if len(successes) <= 1:
            return check_history(self.context, self.history)
        actual = f"{len(successes)} of {len(deletions)}"
        once = Violation("AUD-DELETE-ONCE", "exactly one 200", actual, tuple(deletions))
        return [once, *check_history(self.context, self.history)]


def check_history(context: CheckContext, history: History) -> list[Violation]:
    """Return a violation if no order explains a history; where that cannot be decided, its requirements are blocked."""
    result = history.check()
    violation = history.violation(result)
    if violation is not None:
        return [violation]
    if result.outcome is Outcome.UNKNOWN:
        context.ledger.blocked(
            history.requirement_ids(), "in one race, too many orders were possible to look at all of them"
        )
        return []
    for requirement_id in history.requirement_ids():
        context.ledger.passed(requirement_id)
    return []
