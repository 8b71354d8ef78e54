"""What was seen of each requirement in a run, as it is seen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.results.verdicts import Exchange, Observations, Violation


class ViolationError(AssertionError):
    """A requirement was seen to be broken; it is in the ledger already."""

    def __init__(self, finding: Violation) -> None:
        super().__init__(f"{finding.requirement_id}: expected {finding.expected}; came back {finding.actual}")
        self.violation = finding


@dataclass
class _Entry:
    times: int = 0
    findings: list[Violation] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


class Ledger:
    """One entry for each requirement. A violation that was seen once stays, whatever is seen later."""

    def __init__(self) -> None:
        self._entries: defaultdict[str, _Entry] = defaultdict(_Entry)

    def passed(self, requirement_id: str) -> None:
        """It was checked, and held."""
        self._entries[requirement_id].times += 1

    def failed(self, finding: Violation) -> None:
        """It was checked, and did not hold."""
        entry = self._entries[finding.requirement_id]
        entry.times += 1
        entry.findings.append(finding)

    def expect(
        self,
        requirement_id: str,
        expected: str,
        came_back: str,
        exchanges: Iterable[Exchange],
        *,
        holds: bool,
    ) -> None:
        """Note whether it holds; ViolationError where it does not."""
        if holds:
            self.passed(requirement_id)
            return
        finding = Violation(requirement_id, expected, came_back, tuple(exchanges))
        self.failed(finding)
        raise ViolationError(finding)

    def blocked(self, requirement_ids: Iterable[str], why: str) -> None:
        """They could not be checked."""
        for requirement_id in requirement_ids:
            self._entries[requirement_id].obstacles.append(why)

    def errored(self, requirement_ids: Iterable[str], what: str) -> None:
        """The suite itself failed while it checked them."""
        for requirement_id in requirement_ids:
            self._entries[requirement_id].faults.append(what)

    def was_checked(self, requirement_id: str) -> bool:
        """Whether it was checked at all."""
        return self._entries[requirement_id].times > 0

    def observations(self, requirement_id: str, *, selected: bool) -> Observations:
        """All that was seen of one."""
        entry = self._entries[requirement_id]
        return Observations(
            entry.times, tuple(entry.findings), tuple(entry.faults), tuple(entry.obstacles), selected=selected
        )
