"""Whether a concurrent history can be put into an order in which each operation took effect at one moment.

Wing and Gong's search ("Testing and verifying concurrent objects", 1993) with Lowe's memory of what was tried ("Testing
for linearizability", 2017). A model may answer several states to one operation: the search carries all of them along,
so that its work does not depend on the order in which a set is walked.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
Q = TypeVar("Q")
A = TypeVar("A")

Step = Callable[[S, Q, A | None], Collection[S]]
"""The states that are possible after a request and its response, None where it has none; no state: it cannot be so."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[Q, A]):
    """One request of a history, with its closed interval [start, end] in any unit of one clock.

    `index` is its place in the history: no two have the same, so that equal requests stay two. Without a response `end`
    is None: it may take effect at any time after `start`, or never.
    """

    index: int
    request: Q
    start: float
    response: A | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        if (self.response is None) is not (self.end is None):
            raise ValueError(f"operation {self.index}: a response and an end come together")
        if self.end is not None and self.end < self.start:
            raise ValueError(f"operation {self.index} ends before it starts")


class Outcome(StrEnum):
    """UNKNOWN: the search was given up at its limit. It is not a pass."""

    OK = "ok"
    ILLEGAL = "illegal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result(Generic[S, Q, A]):
    """What the search found.

    `prefix`: an order of as many operations with a response as were ever explained, with those without one that it
    takes for this, and `states`, what is possible after it. `failing`: the operation that ought to come next, and
    cannot; None if OK. `explored`: the states that were looked at, over all configurations.
    """

    outcome: Outcome
    prefix: tuple[Operation[Q, A], ...]
    states: frozenset[S]
    failing: Operation[Q, A] | None
    explored: int


def check(
    history: Collection[Operation[Q, A]], initial: Collection[S], step: Step[S, Q, A], limit: int
) -> Result[S, Q, A]:
    """Search for an order of the history that `step` allows and that keeps what came before what.

    One operation comes before another if it ended before the other started; where they touch, either order will do.
    `limit` bounds the states to be looked at, counted once for each configuration (a set of operations that took
    effect) in which they arise.
    """
    operations = sorted(history, key=_order)
    if len({operation.index for operation in operations}) < len(operations):
        raise ValueError("two operations of a history have the same index")
    return _Search(operations, step, limit).run(frozenset(initial))


def _order(operation: Operation[Q, A]) -> tuple[float, float, int]:
    """Those first that have to take effect first; those without an end, which need not at all, last."""
    return (float("inf") if operation.end is None else operation.end, operation.start, operation.index)


@dataclass(frozen=True, slots=True)
class _Configuration(Generic[S]):
    """What took effect, in order (as positions, and as a set of bits), and the states that this leaves possible."""

    order: tuple[int, ...]
    taken: int
    states: frozenset[S]


class _Search(Generic[S, Q, A]):
    """One search, depth first; `seen` is Lowe's memory: after which operations which states were followed up."""

    def __init__(self, operations: Sequence[Operation[Q, A]], step: Step[S, Q, A], limit: int) -> None:
        self._operations = operations
        self._step = step
        self._limit = limit
        self._closed = sum(1 << place for place, one in enumerate(operations) if one.end is not None)
        self._seen: dict[int, set[S]] = {}
        self._explored = 0

    def run(self, initial: frozenset[S]) -> Result[S, Q, A]:
        """Walk the configurations until one has everything that was answered, or none is left."""
        best = _Configuration((), 0, initial)
        stack = [iter((best,))]
        while stack:
            configuration = next(stack[-1], None)
            if configuration is None:
                stack.pop()
                continue
            if not (fresh := self._fresh(configuration)).states:
                continue
            self._explored += len(fresh.states)
            if self._explored > self._limit:
                return self._result(Outcome.UNKNOWN, best)
            if self._answered(fresh) > self._answered(best):
                best = fresh
            if self._answered(fresh) == self._closed.bit_count():
                return self._result(Outcome.OK, fresh)
            stack.append(self._followers(fresh))
        return self._result(Outcome.ILLEGAL, best)

    def _fresh(self, configuration: _Configuration[S]) -> _Configuration[S]:
        """The configuration without the states in which it was followed up before."""
        seen = self._seen.setdefault(configuration.taken, set())
        fresh = configuration.states - seen
        seen |= fresh
        return _Configuration(configuration.order, configuration.taken, fresh)

    def _answered(self, configuration: _Configuration[S]) -> int:
        return (configuration.taken & self._closed).bit_count()

    def _followers(self, before: _Configuration[S]) -> Iterator[_Configuration[S]]:
        """Each operation that may come next: it started before any that is left has ended."""
        left = [place for place in range(len(self._operations)) if not before.taken >> place & 1]
        ends = [end for place in left if (end := self._operations[place].end) is not None]
        first_end = min(ends, default=float("inf"))
        for place in left:
            operation = self._operations[place]
            if operation.start > first_end:
                continue
            after = frozenset(
                state for one in before.states for state in self._step(one, operation.request, operation.response)
            )
            # One without a response that brings no new state has as well never happened.
            if operation.end is not None or not after <= before.states:
                yield _Configuration((*before.order, place), before.taken | 1 << place, after)

    def _result(self, verdict: Outcome, best: _Configuration[S]) -> Result[S, Q, A]:
        left = (place for place in range(len(self._operations)) if self._closed & ~best.taken & 1 << place)
        failing = None if verdict is Outcome.OK else next(left, None)
        return Result(
            outcome=verdict,
            prefix=tuple(self._operations[place] for place in best.order),
            states=best.states,
            failing=None if failing is None else self._operations[failing],
            explored=self._explored,
        )
