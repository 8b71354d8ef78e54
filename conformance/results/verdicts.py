"""The verdict on each requirement, and the verdict on the run that follows from them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.catalogue.requirements import Level, Requirement
from conformance.results.expected_failures import ExpectedFailure
from conformance.results.observations import Observations
from conformance.results.violation import Violation


class Verdict(StrEnum):
    """The verdict on one requirement; `error` is a failure of the suite itself, never held against the target."""

    PASS = "pass"  # noqa: S105 - no password, the verdict
    FAIL = "fail"
    EXPECTED = "expected"
    STALE = "stale"
    NOT_RUN = "not-run"
    UNEXERCISED = "unexercised"
    ERROR = "error"


class RunVerdict(StrEnum):
    """The verdict on a whole run: the first that applies, in this order."""

    NONCONFORMANT = "nonconformant"
    ERROR = "error"
    STALE = "stale"
    INCONCLUSIVE = "inconclusive"
    PARTIAL = "partial"
    CONFORMANT_EXCEPT = "conformant-except"
    CONFORMANT = "conformant"

    @property
    def exit_status(self) -> int:
        """The exit status of `run`: 1 (as pytest's) speaks against the target, 3 is an error of the suite itself."""
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


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """A requirement, its observations, and the verdict on it.

    Attributes:
        observations: The violation to show first, with the fewest exchanges of its check, stands first.
        reason: A text that explains the verdict.
        page_not_run: Whether the whole page was not run, because the target lacks the method that is inferred for it.
    """

    requirement: Requirement
    observations: Observations
    verdict: Verdict
    reason: str
    page_not_run: bool = False

    def is_binding(self, *, strict: bool) -> bool:
        """Whether the run depends on the requirement: a MUST; with `--strict` a SHOULD as well."""
        level = self.requirement.level
        is_decidable = self.observations.selected and not self.page_not_run
        return is_decidable and (level is Level.MUST or (strict and level is Level.SHOULD))


def decide(
    requirement: Requirement,
    observed: Observations,
    expected: Sequence[ExpectedFailure] = (),
    page_not_run: str | None = None,
) -> RequirementResult:
    """Return the result of a requirement.

    Args:
        requirement: The row of the catalogue.
        observed: The observations of the whole run.
        expected: The entries of the expected-failures file for the requirement, without those that are over.
        page_not_run: The reason why the whole page was not run, if it was not. It blocks nothing.
    """
    if page_not_run is not None and observed.selected:
        observed = Observations(blocked_by=(page_not_run,))
    found = len(observed.violations)
    violations = tuple(sorted(observed.violations, key=_length))
    observed = replace(observed, violations=violations, check_count=max(observed.check_count, found))
    if expected and observed.selected and (others := _not_covered(violations, expected)):
        observed, expected = replace(observed, violations=others), ()  # these are held against the target alone
    verdict, reason = _observed_verdict(observed, conditional=requirement.conditional)
    if len(observed.violations) < found:
        reason = f"{reason}; {found - len(observed.violations)} more are expected failures"
    if expected and observed.selected:
        verdict, reason = _listed_verdict(verdict, reason, expected)
    return RequirementResult(requirement, observed, verdict, reason, page_not_run is not None)


def run_verdict(
    results: Sequence[RequirementResult], *, strict: bool = False, selection: bool = False, cut_short: bool = False
) -> RunVerdict:
    """Return the verdict on a run: the first that applies.

    Requirements that were not selected take no part. A run in which none was selected is inconclusive.

    Args:
        results: The result of each requirement.
        strict: Whether a SHOULD counts as a MUST.
        selection: Whether `-k` selected some of the checks.
        cut_short: Whether the target went away before the end.
    """
    selected = {result.verdict for result in results if result.observations.selected}
    binding = {result.verdict for result in results if result.is_binding(strict=strict)}
    conditions = (
        (RunVerdict.NONCONFORMANT, Verdict.FAIL in binding),
        (RunVerdict.ERROR, Verdict.ERROR in selected),
        (RunVerdict.STALE, Verdict.STALE in selected),
        (RunVerdict.INCONCLUSIVE, cut_short or Verdict.NOT_RUN in binding or not selected),
        (RunVerdict.PARTIAL, selection or not all(result.observations.selected for result in results)),
        (RunVerdict.CONFORMANT_EXCEPT, Verdict.EXPECTED in selected),
    )
    return next((verdict for verdict, applies in conditions if applies), RunVerdict.CONFORMANT)


def counts(results: Iterable[RequirementResult]) -> Mapping[Verdict, int]:
    """Return the number of requirements with each verdict, zeros included."""
    counted = Counter(result.verdict for result in results)
    return {verdict: counted[verdict] for verdict in Verdict}


def _observed_verdict(observed: Observations, *, conditional: bool) -> tuple[Verdict, str]:
    if not observed.selected:
        return Verdict.NOT_RUN, "not selected"
    if observed.violations:
        first = observed.violations[0]
        frequency = f"in {len(observed.violations)} of {observed.check_count} checks"
        remark = f"; {first.remark}" if first.remark else ""
        return Verdict.FAIL, f"expected {first.expected}; actual {first.actual} ({frequency}){remark}"
    obstacles = "; ".join(observed.blocked_by)
    if observed.errors:
        return Verdict.ERROR, "; ".join(observed.errors)
    if observed.check_count:
        passed = f"checked {observed.check_count} time{'' if observed.check_count == 1 else 's'}"
        return Verdict.PASS, f"{passed}; not checked: {obstacles}" if obstacles else passed
    if conditional:
        return Verdict.UNEXERCISED, obstacles or "not exercised"
    return Verdict.NOT_RUN, obstacles or "no check of it was completed"


def _not_covered(violations: Iterable[Violation], expected: Iterable[ExpectedFailure]) -> tuple[Violation, ...]:
    entries = tuple(expected)
    return tuple(violation for violation in violations if not any(entry.covers(violation.check) for entry in entries))


def _listed_verdict(verdict: Verdict, reason: str, expected: Sequence[ExpectedFailure]) -> tuple[Verdict, str]:
    explanation = "; ".join(entry.explanation for entry in expected)
    is_excused = verdict is Verdict.NOT_RUN and any(entry.check is None for entry in expected)
    if verdict is Verdict.FAIL or is_excused:
        return Verdict.EXPECTED, f"{explanation} ({verdict}: {reason})"
    if verdict is Verdict.PASS:
        return Verdict.STALE, f"listed as expected to fail ({explanation}), but it passes: {reason}"
    return verdict, reason


def _length(violation: Violation) -> tuple[bool, int]:
    return not violation.exchanges, violation.length
