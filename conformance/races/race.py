"""What is raced against what, and what has to hold however the race ends."""

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

Act = Callable[[], object]
DELETE = operations.DELETE_AUDIENCE
_NOT_FOUND, _CONFLICT = 404, 409


@dataclass
class Race:
    """One race. `history`: what becomes of it. `audience`: what it is about; `neighbour`: what it is not.

    `folder`: where the audience may go. `asked_to_end`: when the end of its prospecting was asked for; `keeps`: it is
    documented to be there after that end.
    """

    context: CheckContext
    key: Key
    audience: Audience
    neighbour: Audience
    folder: str = ""
    history: History = field(init=False)
    asked_to_end: float = float("-inf")
    keeps: bool = False

    def __post_init__(self) -> None:
        self.history = History(
            self.context,
            DELETE,
            KeyIssued(self.key.token, ALL_PERMISSIONS, frozenset({self.key.group}), fresh=False),
            AudienceReady(self.neighbour.group, self.neighbour.id),
            AudienceReady(self.audience.group, self.audience.id)
            if self.audience.job is None
            else AudiencePopulated(self.audience.group, self.audience.id, self.audience.job),
        )

    def call(self, operation: OperationSpec, target: str = "", body: object = None) -> ApiRequest:
        """A request with the key of the race."""
        return ApiRequest(operation, self.key.token, self.key.group, target, body)

    def on_audience(self, operation: OperationSpec, body: object = None) -> Act:
        """What names the audience."""
        return partial(self.history.send, self.call(operation, self.audience.id, body))

    def delete_action(self, tries: int = 1, delay: int = 0) -> Act:
        """Delete the audience, as many readings later; where the guard refuses, again and again."""

        def act() -> None:
            self._read(delay)
            for _ in range(tries):
                if self.history.send(self.call(DELETE, self.audience.id)).status != _CONFLICT:
                    return

        return act

    def delete_another_action(self) -> Act:
        """Delete an audience of one's own, which is made for it beforehand."""
        body = {"name": f"made for a race {self.context.random.getrandbits(32):x}", "type": "on_demand"}
        made = json_at(self.history.send(self.call(operations.CREATE_AUDIENCE, body=body)), "data", "id")
        if not isinstance(made, str):
            raise NotEstablishedError("an audience could not be made")
        return partial(self.history.send, self.call(DELETE, made))

    def end_action(self, outcome: str, delay: int) -> Act:
        """End the prospecting, by the target's own word, as many readings later."""

        def act() -> None:
            self.keeps = outcome == "completed"
            self._read(delay)
            self.asked_to_end = time.monotonic()
            self.history.end(self.audience, outcome)

        return act

    def cancel_action(self, delay: int) -> Act:
        """Cancel the job that populates the audience, as a client does, as many readings later."""

        def act() -> None:
            self._read(delay)
            self.asked_to_end = time.monotonic()
            self.history.send(self.call(operations.CANCEL_JOB, str(self.audience.job)))

        return act

    def _read(self, times: int) -> None:
        for _ in range(times):
            self.history.send(self.call(operations.GET_AUDIENCE, self.audience.id))

    def read_back(self) -> Exchange:
        """Read everything, once the race is over; answers what the audience was read as."""
        seen = self.history.send(self.call(operations.GET_AUDIENCE, self.audience.id))
        for operation in (operations.LIST_AUDIENCES, operations.GET_NAVIGATION):
            self.history.read(operation, self.key)
        return seen

    # What has to hold.

    def expect_all(self, seen: Exchange) -> None:
        """What must hold however it ended; ViolationError where it does not. `seen`: what the audience is read as."""
        deletions = self._deletions()
        evidence = self.history.exchanges
        expect = Expectations(self.context, DELETE)
        for done, exchange in deletions:
            early = done.operation.end is not None and done.operation.end < self.asked_to_end
            guarded = self.audience.job is not None and early and exchange.status in SUCCESS
            expected = "409, while nobody had asked yet to end the job that populates it"
            expect.expect("GUARD", expected, describe(exchange), evidence, holds=not guarded)
        if any(exchange.status in SUCCESS for _, exchange in deletions):
            expect.expect("EFFECT", "404: it was deleted", describe(seen), evidence, holds=is_refusal(seen))
        elif self._refused_for_good([exchange for _, exchange in deletions]):
            kept = seen.status != _NOT_FOUND
            expect.expect("GUARD-KEEPS", "still there: no deletion succeeded", describe(seen), evidence, holds=kept)
        self._expect_of_others(expect)

    def _expect_of_others(self, expect: Expectations) -> None:
        """What else was deleted is gone; the neighbour is there."""
        for done, exchange in list(self.history.of(DELETE)):
            if done.resource_id != self.audience.id and exchange.status in SUCCESS:
                seen = self.history.send(self.call(operations.GET_AUDIENCE, done.resource_id))
                evidence = self.history.exchanges
                expect.expect("EFFECT", "404: it was deleted", describe(seen), evidence, holds=is_refusal(seen))
        beside = self.history.send(self.call(operations.GET_AUDIENCE, self.neighbour.id))
        kept = beside.status not in ELSEWHERE
        expected = "still there: nobody deleted it"
        expect.expect("ONLY", expected, describe(beside), self.history.exchanges, holds=kept)

    def _deletions(self) -> list[tuple[RecordedOperation, Exchange]]:
        """The deletions of the audience."""
        return [(done, exchange) for done, exchange in self.history.of(DELETE) if done.resource_id == self.audience.id]

    def _refused_for_good(self, deletions: Sequence[Exchange]) -> bool:
        """Whether nothing but a deletion may have made away with it, and none was done: all came to be refused."""
        return self.keeps and bool(deletions) and all(one.status == _CONFLICT for one in deletions)

    def broken(self) -> list[Violation]:
        """What should hold besides, and does not."""
        deletions = [exchange for _, exchange in self._deletions()]
        succeeded = [exchange for exchange in deletions if exchange.status in SUCCESS]
        if len(succeeded) <= 1:
            return check_history(self.context, self.history)
        came_back = f"{len(succeeded)} of {len(deletions)}"
        once = Violation(f"{DELETE.prefix}-ONCE", "exactly one 200", came_back, tuple(deletions))
        return [once, *check_history(self.context, self.history)]


def check_history(context: CheckContext, history: History) -> list[Violation]:
    """Whether a history can be explained; where that could not be decided, it is no pass."""
    found = history.check()
    finding = history.violation(found)
    if finding is not None:
        return [finding]
    if found.outcome is Outcome.UNKNOWN:
        context.ledger.blocked(
            history.requirement_ids(), "in one race, too many orders were possible to look at all of them"
        )
        return []
    for row in history.requirement_ids():
        context.ledger.passed(row)
    return []
