"""A search for linearizability: for an order of a concurrent history in which each operation takes effect at once.

Wing and Gong's search ("Testing and verifying concurrent objects", 1993) with Lowe's memory of tried configurations
("Testing for linearizability", 2017). A model may return several states for one operation: the search keeps all,
so that its work does not depend on the order of a set.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

StateT = TypeVar("StateT", bound=Hashable)
RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")

Step = Callable[[StateT, RequestT, ResponseT | None], Collection[StateT]]
"""A function that returns the possible states after a request and its response (None for no response).

It returns no state where the response is impossible.
"""


@dataclass(frozen=True, slots=True)
class TimedOperation(Generic[RequestT, ResponseT]):
    """A request of a history, with its closed interval [start, end] in any unit of one clock.

    Attributes:
        index: Its number in the history, by which equal requests differ.
        request: The request.
        start: The start of the interval.
        response: The response; None where none arrived.
        end: The end of the interval; None without a response, when the request may take effect at any time after its
            start, or never.
    """

    index: int
    request: RequestT
    start: float
    response: ResponseT | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        if (self.response is None) is not (self.end is None):
            raise ValueError(f"operation {self.index}: a response and an end come together")
        if self.end is not None and self.end < self.start:
            raise ValueError(f"operation {self.index} ends before it starts")


class Outcome(StrEnum):
    """The outcome of a search. UNKNOWN means that it was given up at its limit, which is not a pass."""

    OK = "ok"
    ILLEGAL = "illegal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SearchResult(Generic[StateT, RequestT, ResponseT]):
    """The result of a search.

    Attributes:
        outcome: Whether there is an order.
        prefix: An order of as many operations with a response as could be explained, together with the operations
            without a response that it needs.
        states: The possible states after it.
        failing: The operation that has to come next, and cannot; None if the outcome is OK.
        explored: The number of states that were explored, over all configurations.
    """

    outcome: Outcome
    prefix: tuple[TimedOperation[RequestT, ResponseT], ...]
    states: frozenset[StateT]
    failing: TimedOperation[RequestT, ResponseT] | None
    explored: int


def check(
    history: Collection[TimedOperation[RequestT, ResponseT]],
    initial: Collection[StateT],
    step: Step[StateT, RequestT, ResponseT],
    limit: int,
) -> SearchResult[StateT, RequestT, ResponseT]:
    """Search for an order of the history that the step allows and that keeps the order of time.

    One operation comes before another if it ended before the other started; where they touch, both orders are allowed.

    Args:
        history: The operations, in any order.
        initial: The possible states before them.
        step: The model.
        limit: The most states to explore, counted once for each configuration (a set of operations that took effect)
            in which they arise.

    Raises:
        ValueError: Two operations have the same index.
    """
    operations = sorted(history, key=_search_priority)
    if len({operation.index for operation in operations}) < len(operations):
        raise ValueError("two operations of a history have the same index")
    return _Search(operations, step, limit).run(frozenset(initial))


def _search_priority(operation: TimedOperation[RequestT, ResponseT]) -> tuple[float, float, int]:
    """Return the sort key of an operation: the first to end comes first, operations without an end last."""
    return (float("inf") if operation.end is None else operation.end, operation.start, operation.index)


@dataclass(frozen=True, slots=True)
class _Configuration(Generic[StateT]):
    """The operations that took effect, and the possible states after them.

    Attributes:
        order: The positions of the operations, in order.
        taken: The same positions as a set of bits.
        states: The possible states.
    """

    order: tuple[int, ...]
    taken: int
    states: frozenset[StateT]


class _Search(Generic[StateT, RequestT, ResponseT]):
    """A search, depth first. `_explored_states` is Lowe's memory: the states explored by set of operations."""

    def __init__(
        self,
        operations: Sequence[TimedOperation[RequestT, ResponseT]],
        step: Step[StateT, RequestT, ResponseT],
        limit: int,
    ) -> None:
        self._operations = operations
        self._step = step
        self._limit = limit
        self._closed = sum(1 << index for index, operation in enumerate(operations) if operation.end is not None)
        self._explored_states: dict[int, set[StateT]] = {}
        self._explored_count = 0

    def run(self, initial: frozenset[StateT]) -> SearchResult[StateT, RequestT, ResponseT]:
        """Explore configurations until one has all operations with a response, or none is left."""
        best = _Configuration((), 0, initial)
        stack = [iter((best,))]
        while stack:
            configuration = next(stack[-1], None)
            if configuration is None:
                stack.pop()
                continue
            if not (fresh := self._without_explored(configuration)).states:
                continue
            self._explored_count += len(fresh.states)
            if self._explored_count > self._limit:
                return self._result(Outcome.UNKNOWN, best)
            if self._closed_count(fresh) > self._closed_count(best):
                best = fresh
            if self._closed_count(fresh) == self._closed.bit_count():
                return self._result(Outcome.OK, fresh)
            stack.append(self._next_configurations(fresh))
        return self._result(Outcome.ILLEGAL, best)

    def _without_explored(self, configuration: _Configuration[StateT]) -> _Configuration[StateT]:
        """Return the configuration without the states that were explored before."""
        explored = self._explored_states.setdefault(configuration.taken, set())
        fresh = configuration.states - explored
        explored |= fresh
        return _Configuration(configuration.order, configuration.taken, fresh)

    def _closed_count(self, configuration: _Configuration[StateT]) -> int:
        return (configuration.taken & self._closed).bit_count()

    def _next_configurations(self, before: _Configuration[StateT]) -> Iterator[_Configuration[StateT]]:
        """Yield the configurations after each operation that may come next.

        It may where it started before any other remaining operation has ended.
        """
        remaining = [index for index in range(len(self._operations)) if not before.taken >> index & 1]
        ends = [end for index in remaining if (end := self._operations[index].end) is not None]
        first_end = min(ends, default=float("inf"))
        for index in remaining:
            operation = self._operations[index]
            if operation.start > first_end:
                continue
            states = frozenset(
                after for state in before.states for after in self._step(state, operation.request, operation.response)
            )
            # Without a response and without a new state, the operation may as well never have happened.
            if operation.end is not None or not states <= before.states:
                yield _Configuration((*before.order, index), before.taken | 1 << index, states)

    def _result(self, outcome: Outcome, best: _Configuration[StateT]) -> SearchResult[StateT, RequestT, ResponseT]:
        unexplained = (index for index in range(len(self._operations)) if self._closed & ~best.taken & 1 << index)
        failing = None if outcome is Outcome.OK else next(unexplained, None)
        return SearchResult(
            outcome=outcome,
            prefix=tuple(self._operations[index] for index in best.order),
            states=best.states,
            failing=None if failing is None else self._operations[failing],
            explored=self._explored_count,
        )
