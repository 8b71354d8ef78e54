"""The violation of a requirement by the target."""

from dataclasses import dataclass

from conformance.results.exchange import Exchange
from conformance.results.timeline import Timeline, timeline_of


@dataclass(frozen=True, slots=True)
class Repetition:
    """All requests that repeat a violation.

    Attributes:
        steps: The requests in their order, those that set provider states up among them.
        own: The numbers of the exchanges of the check itself.
        states: The numbers of the requests that set provider states up.
        pairs: The numbers of the reads before a write with those of the same reads after it, where their difference
            is the violation.
    """

    steps: tuple[Exchange, ...]
    own: frozenset[int]
    states: frozenset[int]
    pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """The expected and the actual behaviour, and the exchanges that show the difference, in their order.

    Attributes:
        exchanges: The exchanges of the check, after the requests that set its resources up.
        check: The name of the check that saw it, with its parameters; empty where that is unknown.
        own: The numbers of the exchanges of the check itself; None before the set-up was added.
        timeline: The requests of several clients, and the longest order that explains their responses; empty where
            no order was sought.
        repetition: All requests that repeat it, where a script of them is asked for.
        decisive: The numbers of the exchanges whose bodies it takes to see it, besides the statuses of all; None where
            that was not sought: then the statuses of concurrent exchanges are enough.
        is_repeatable: Whether it shows however its concurrent requests interleave.
        remark: The reason why something else than the target may be wrong; empty where there is none.
    """

    requirement_id: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    check: str = ""
    own: frozenset[int] | None = None
    timeline: Timeline = ()
    repetition: Repetition | None = None
    decisive: frozenset[int] | None = None
    is_repeatable: bool = True
    remark: str = ""

    @property
    def length(self) -> int:
        """The number of exchanges of the check itself."""
        return len(self.exchanges if self.own is None else self.own)

    @property
    def shown_timeline(self) -> Timeline:
        """The timeline to show: where no order was sought, that of its exchanges, if they overlap or are many."""
        own = (one for one in self.exchanges if self.own is None or one.number in self.own)
        return self.timeline or timeline_of(own)


class ViolationError(AssertionError):
    """Raised by a check whose violation is in the ledger already."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(f"{violation.requirement_id}: expected {violation.expected}; actual {violation.actual}")
        self.violation = violation
