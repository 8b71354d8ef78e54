"""The contents of every report."""

import re
import shlex
from dataclasses import InitVar, dataclass
from enum import StrEnum

from conformance.report.redaction import Redactor
from conformance.results.verdicts import RequirementResult, RunVerdict, Verdict, run_verdict


class Section(StrEnum):
    """The sections of a report, the deciding ones first; the value is the heading."""

    VIOLATED = "Violated"
    ERROR = "Errors of the suite"
    STALE = "No longer failing"
    UNDECIDED = "Undecided"
    WARNING = "Warnings"
    NOT_RUN = "Not checked and not required"
    EXPECTED = "Expected failures"
    UNEXERCISED = "Not exercised"
    PASSED = "Passed"


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract that the target was checked against; the `digest` (SHA-256) of its text makes reports comparable."""

    title: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """A run and its results, without secrets.

    Attributes:
        started: The time at which the run started, in ISO 8601.
        duration: In seconds.
        results: In the order of the catalogue.
        redactor: Redacts every text that the target or a user may have influenced. It is not kept.
        strict: Whether a SHOULD counts as a MUST.
        selection: The expression of `-k`.
        suite_version: The version of the suite.
        command: The command line of the run, without `-k` and `--seed`, and without secrets.
        notes: Other facts for the reader, such as fewer repetitions, or leftovers at the target.
        ended: The reason why the run ended early, where the target went away.
    """

    contract: Contract
    base_url: str
    profile: str
    seed: int
    started: str
    duration: float
    results: tuple[RequirementResult, ...]
    redactor: InitVar[Redactor]
    strict: bool = False
    selection: str | None = None
    notes: tuple[str, ...] = ()
    ended: str | None = None
    suite_version: str = ""
    command: str = ""

    def __post_init__(self, redactor: Redactor) -> None:
        object.__setattr__(self, "base_url", redactor.text(self.base_url))
        object.__setattr__(self, "results", tuple(map(redactor.result, self.results)))
        object.__setattr__(self, "selection", None if self.selection is None else redactor.text(self.selection))
        object.__setattr__(self, "command", redactor.text(self.command))
        object.__setattr__(self, "notes", tuple(map(redactor.text, self.notes)))

    @property
    def outcome(self) -> RunVerdict:
        """The verdict on the run."""
        return run_verdict(
            self.results,
            strict=self.strict,
            selection=self.selection is not None,
            cut_short=self.ended is not None,
        )

    def rerun(self, result: RequirementResult) -> str:
        """Return the command that runs the checks again that saw a requirement violated; empty where none is known."""
        names = dict.fromkeys(violation.check for violation in result.observations.violations if violation.check)
        if len(names) > _MOST_NAMES or not all(map(_SELECTABLE.fullmatch, names)):
            names = dict.fromkeys(name.split("[")[0] for name in names)
        if not names or not self.command:
            return ""
        return f"{self.command} --seed {self.seed} -k {shlex.quote(' or '.join(names))}"

    def section(self, section: Section) -> tuple[RequirementResult, ...]:
        """Return the results of a section, in the order of the catalogue."""
        return tuple(result for result in self.results if self.section_of(result) is section)

    def section_of(self, result: RequirementResult) -> Section:
        """Return the section of a result."""
        if result.verdict is Verdict.FAIL:
            return Section.VIOLATED if result.is_binding(strict=self.strict) else Section.WARNING
        if result.verdict is Verdict.NOT_RUN:
            return Section.UNDECIDED if result.is_binding(strict=self.strict) else Section.NOT_RUN
        return _SECTION[result.verdict]


_MOST_NAMES = 4
_SELECTABLE = re.compile(r"[\w:+.\[\]/-]+", re.ASCII)  # the names that an expression of `-k` may contain

_SECTION = {
    Verdict.ERROR: Section.ERROR,
    Verdict.STALE: Section.STALE,
    Verdict.EXPECTED: Section.EXPECTED,
    Verdict.UNEXERCISED: Section.UNEXERCISED,
    Verdict.PASS: Section.PASSED,
}
