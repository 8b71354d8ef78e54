"""What was seen of a requirement, and what follows from it: its verdict, and the outcome of the run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from conformance.catalogue.requirements import Level

Headers = tuple[tuple[str, str], ...]


class Verdict(StrEnum):
    """What was decided about one requirement; `error` is the suite's own fault, never held against the target."""

    PASS = "pass"  # noqa: S105 - no password, the verdict
    FAIL = "fail"
    EXPECTED = "expected"
    STALE = "stale"
    NOT_RUN = "not-run"
    UNEXERCISED = "unexercised"
    ERROR = "error"


class RunVerdict(StrEnum):
    """The verdict of a whole run, in the order in which the first that applies is taken."""

    NONCONFORMANT = "nonconformant"
    ERROR = "error"
    STALE = "stale"
    INCONCLUSIVE = "inconclusive"
    PARTIAL = "partial"
    CONFORMANT_EXCEPT = "conformant-except"
    CONFORMANT = "conformant"

    @property
    def exit_status(self) -> int:
        """The exit status of `run`: pytest's 1 for what speaks against the target, 3 for the suite's own fault."""
        return _EXIT_STATUS[self]


_EXIT_STATUS = {
    RunVerdict.NONCONFORMANT: 1,
    RunVerdict.ERROR: 3,
    RunVerdict.STALE: 1,
    RunVerdict.INCONCLUSIVE: 1,
    RunVerdict.PARTIAL: 0,
    RunVerdict.CONFORMANT_EXCEPT: 0,
    RunVerdict.CONFORMANT: 0,
}


SUCCESS = frozenset(range(200, 300))
"""The statuses by which an exchange says that what was asked was done."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was sent, and its response; without one, `status` is None and `no_response` says why."""

    number: int
    method: str
    url: str
    request_headers: Headers
    request_body: bytes | None
    status: int | None
    no_response: str | None
    response_headers: Headers
    response_body: bytes | None
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation: what was expected, what came back, and the exchanges that show it, in order."""

    requirement_id: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Observations:
    """What checks saw of one requirement.

    `times`: how often it was checked. `findings`: the violations among them. `faults`: of the suite, where a check
    broke. `obstacles`: why something could not be checked. `selected` is False where `-k` left out every check of it.
    """

    check_count: int = 0
    violations: tuple[Violation, ...] = ()
    errors: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    selected: bool = True


class Requirement(Protocol):
    """What a verdict needs to know of a row of the catalogue; `conditional` ones may be left unexercised."""

    @property
    def id(self) -> str: ...  # noqa: D102 - the row's own words
    @property
    def level(self) -> Level: ...  # noqa: D102 - the same
    @property
    def text(self) -> str: ...  # noqa: D102 - the same
    @property
    def source(self) -> str: ...  # noqa: D102 - the same
    @property
    def profile(self) -> str: ...  # noqa: D102 - the same
    @property
    def conditional(self) -> bool: ...  # noqa: D102 - the same


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """A requirement with its verdict. `times`: how often it was checked; `findings`: the shortest to show first."""

    id: str
    level: Level
    text: str
    source: str
    profile: str
    verdict: Verdict
    reason: str
    violations: tuple[Violation, ...] = ()
    check_count: int = 0
    selected: bool = True

    def is_binding(self, *, strict: bool) -> bool:
        """Whether the run depends on it: a MUST; with `--strict` a SHOULD as well."""
        return self.selected and (self.level is Level.MUST or (strict and self.level is Level.SHOULD))


def merge_observations(seen: Iterable[Observations]) -> Observations:
    """What several checks, or several workers, saw of one requirement; of no check at all: not selected."""
    everything = tuple(seen)
    return Observations(
        check_count=sum(one.check_count for one in everything),
        violations=tuple(finding for one in everything for finding in one.violations),
        errors=tuple(dict.fromkeys(fault for one in everything for fault in one.errors)),
        blocked_by=tuple(dict.fromkeys(obstacle for one in everything for obstacle in one.blocked_by)),
        selected=any(one.selected for one in everything),
    )


def decide(requirement: Requirement, observed: Observations, expected: str | None = None) -> RequirementResult:
    """The verdict of a requirement; `expected` is the reason that the expected-failures file gives, if it lists it."""
    findings = tuple(sorted(observed.violations, key=_length))
    verdict, reason = _seen(observed, findings, conditional=requirement.conditional)
    if expected is not None and observed.selected:
        verdict, reason = _listed(verdict, reason, expected)
    return RequirementResult(
        id=requirement.id,
        level=requirement.level,
        text=requirement.text,
        source=requirement.source,
        profile=requirement.profile,
        verdict=verdict,
        reason=reason,
        violations=findings,
        check_count=max(observed.check_count, len(findings)),
        selected=observed.selected,
    )


def run_verdict(decided: Sequence[RequirementResult], *, strict: bool = False, selection: bool = False) -> RunVerdict:
    """The verdict of a run, the first that applies. `selection`: `-k` chose among the checks.

    What was not selected takes no part; where nothing was, nothing is shown, and that is never conformance.
    """
    selected = {one.verdict for one in decided if one.selected}
    binding = {one.verdict for one in decided if one.is_binding(strict=strict)}
    applies = (
        (RunVerdict.NONCONFORMANT, Verdict.FAIL in binding),
        (RunVerdict.ERROR, Verdict.ERROR in selected),
        (RunVerdict.STALE, Verdict.STALE in selected),
        (RunVerdict.INCONCLUSIVE, Verdict.NOT_RUN in binding or not selected),
        (RunVerdict.PARTIAL, selection or not all(one.selected for one in decided)),
        (RunVerdict.CONFORMANT_EXCEPT, Verdict.EXPECTED in selected),
    )
    return next((one for one, does in applies if does), RunVerdict.CONFORMANT)


def counts(decided: Iterable[RequirementResult]) -> Mapping[Verdict, int]:
    """How many requirements have each verdict, zeros included."""
    counted = Counter(one.verdict for one in decided)
    return {verdict: counted[verdict] for verdict in Verdict}


def _seen(observed: Observations, findings: Sequence[Violation], *, conditional: bool) -> tuple[Verdict, str]:
    if not observed.selected:
        return Verdict.NOT_RUN, "not selected"
    if findings:
        times = max(observed.check_count, len(findings))
        seen = f"in {len(findings)} of {times} checks"
        return Verdict.FAIL, f"expected {findings[0].expected}; came back {findings[0].actual} ({seen})"
    obstacles = "; ".join(observed.blocked_by)
    if observed.errors:
        return Verdict.ERROR, "; ".join(observed.errors)
    if observed.check_count:
        passed = f"checked {observed.check_count} time{'' if observed.check_count == 1 else 's'}"
        return Verdict.PASS, f"{passed}; not checked: {obstacles}" if obstacles else passed
    if conditional:
        return Verdict.UNEXERCISED, obstacles or "it never arose"
    return Verdict.NOT_RUN, obstacles or "no check of it came to its end"


def _listed(verdict: Verdict, reason: str, expected: str) -> tuple[Verdict, str]:
    if verdict in (Verdict.FAIL, Verdict.NOT_RUN):
        return Verdict.EXPECTED, f"{expected} ({verdict}: {reason})"
    if verdict is Verdict.PASS:
        return Verdict.STALE, f"listed as expected to fail ({expected}), but it passes: {reason}"
    return verdict, reason


def _length(finding: Violation) -> tuple[bool, int]:
    return not finding.exchanges, len(finding.exchanges)
