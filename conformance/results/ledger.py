"""The ledger of a run: the observations of each requirement so far."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

from conformance.results.exchange import Exchange, KeptBodies
from conformance.results.observations import Observations
from conformance.results.violation import Violation, ViolationError

_MOST_KEPT = 16 << 20
"""The bytes of the bodies that all violations show; of further long ones only the beginning is kept."""


class Ledger:
    """The observations by requirement id. A recorded violation stays; later observations do not remove it.

    Attributes:
        check: The name of the running check, which its violations bear; empty between checks.
    """

    def __init__(self) -> None:
        self._observations: defaultdict[str, Observations] = defaultdict(Observations)
        self._kept_bodies = KeptBodies(_MOST_KEPT)
        self.check = ""
        self._lock = Lock()  # the responses of concurrent requests are validated in their threads

    def passed(self, requirement_id: str) -> None:
        """Record a check that found no violation."""
        self._record(requirement_id, check_count=1)

    def failed(self, violation: Violation) -> None:
        """Record a check that found a violation."""
        exchanges = tuple(map(self._kept_bodies.keep, violation.exchanges))
        named = replace(violation, check=violation.check or self.check, exchanges=exchanges)
        self._record(violation.requirement_id, check_count=1, violations=(named,))

    def expect(
        self,
        requirement_id: str,
        expected: str,
        actual: str,
        exchanges: Iterable[Exchange],
        *,
        holds: bool,
    ) -> None:
        """Record a check of a requirement.

        Args:
            requirement_id: The requirement that was checked.
            expected: The behaviour that the requirement demands.
            actual: The behaviour of the target.
            exchanges: The exchanges that show it, in their order.
            holds: Whether the requirement holds.

        Raises:
            ViolationError: The requirement does not hold.
        """
        if holds:
            self.passed(requirement_id)
            return
        violation = Violation(requirement_id, expected, actual, tuple(exchanges))
        self.failed(violation)
        raise ViolationError(violation)

    def blocked(self, requirement_ids: Iterable[str], reason: str) -> None:
        """Record why requirements could not be checked."""
        for requirement_id in requirement_ids:
            self._record(requirement_id, blocked_by=(reason,))

    def errored(self, requirement_ids: Iterable[str], error: str) -> None:
        """Record a failure of the suite itself while it checked requirements."""
        for requirement_id in requirement_ids:
            self._record(requirement_id, errors=(error,))

    def was_checked(self, requirement_id: str) -> bool:
        """Whether the requirement was checked at all."""
        return self._observations[requirement_id].check_count > 0

    def observations(self, requirement_id: str, *, selected: bool) -> Observations:
        """Return the observations of a requirement; `selected`: whether the run decides it."""
        return replace(self._observations[requirement_id], selected=selected)

    def _record(
        self,
        requirement_id: str,
        *,
        check_count: int = 0,
        violations: tuple[Violation, ...] = (),
        errors: tuple[str, ...] = (),
        blocked_by: tuple[str, ...] = (),
    ) -> None:
        with self._lock:
            observed = self._observations[requirement_id]
            self._observations[requirement_id] = Observations(
                observed.check_count + check_count,
                observed.violations + violations,
                observed.errors + errors,
                observed.blocked_by + blocked_by,
            )
