"""All traces of a run: the violations that they have in common, and the reason why no further trace begins."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.harness.context import CheckContext
from conformance.results.violation import Violation
from conformance.states import WithheldError

_MOST_WAITS = 3


class AbandonedTrace(BaseException):
    """The end of all traces, which Hypothesis is not to look into; its cause is the reason, unless the time is over."""


class TraceSession:
    """All traces of a run.

    Args:
        context: The context of the check.
        longest: The seconds after which no further trace begins.

    Attributes:
        violations: By requirement, the violation with the fewest requests.
        unavailable: The provider states that the target cannot establish.
        trace_count: The number of traces so far.
        home: The account group of the last trace.
        skip_settling: Whether a response that may be wrong for a while counts as wrong at once.
        remaining_waits: How many more times a trace may wait until a change has settled.
        abandoned: The reason why no further trace begins; None while traces may begin.
    """

    def __init__(self, context: CheckContext, longest: float) -> None:
        self.context = context
        self.violations: dict[str, Violation] = {}
        self.unavailable: set[str] = set()
        self.trace_count = 0
        self.home: str | None = None
        self.skip_settling = False
        self.remaining_waits = _MOST_WAITS
        self.abandoned: AbandonedTrace | None = None
        self._end = time.monotonic() + longest

    def begin(self) -> None:
        """Begin a trace; AbandonedTrace where the time is over."""
        if time.monotonic() > self._end:
            self.abandoned = AbandonedTrace()
            raise self.abandoned

    @contextmanager
    def abandon_on_error(self) -> Iterator[None]:
        """Abandon all traces at an error in the block: such an error is no violation of the target."""
        try:
            yield
        except WithheldError:
            raise  # the trace goes on without the request
        except Exception as error:
            self.abandoned = AbandonedTrace()
            raise self.abandoned from error

    def note(self, violation: Violation) -> None:
        """Keep a violation, unless a known one of its requirement has fewer requests."""
        known = self.violations.get(violation.requirement_id)
        if known is None or len(violation.exchanges) < len(known.exchanges):
            self.violations[violation.requirement_id] = violation

    def shortest_violations(self) -> list[Violation]:
        """Return the violations, those with the fewest requests first."""
        return sorted(self.violations.values(), key=lambda violation: len(violation.exchanges))
