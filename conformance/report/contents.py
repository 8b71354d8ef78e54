"""What every report is made from."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from enum import StrEnum

from conformance.report.redaction import redacted, redaction
from conformance.results.verdicts import RequirementResult, RunVerdict, Verdict, run_verdict


class Section(StrEnum):
    """Where a requirement stands in a report, what decides the run first; its value is the heading."""

    VIOLATED = "Violated"
    ERROR = "The suite's own faults"
    STALE = "No longer failing"
    UNDECIDED = "Could not be checked"
    WARNING = "Warnings"
    NOT_RUN = "Not checked, and not required"
    EXPECTED = "Expected failures"
    UNEXERCISED = "Never arose"
    PASSED = "Held"


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract that the target was held against; `digest` of its text, so that two reports can be compared."""

    title: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """A run and what it decided.

    `secrets` (secret to variable name) are taken out of everything that the target or a user had a hand in, and not
    kept. `started`: ISO 8601. `duration`: seconds. `selection`: what `-k` said. `notes`: what else a reader must know,
    such as repetitions that shrank, or what stayed behind at the target.
    """

    contract: Contract
    base_url: str
    profile: str
    seed: int
    started: str
    duration: float
    decided: tuple[RequirementResult, ...]
    secrets: InitVar[Mapping[str, str]]
    strict: bool = False
    selection: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self, secrets: Mapping[str, str]) -> None:
        redact = redaction(secrets)
        object.__setattr__(self, "base_url", redact(self.base_url))
        object.__setattr__(self, "decided", tuple(redacted(one, redact) for one in self.decided))
        object.__setattr__(self, "selection", None if self.selection is None else redact(self.selection))
        object.__setattr__(self, "notes", tuple(redact(note) for note in self.notes))

    @property
    def outcome(self) -> RunVerdict:
        """The verdict of the run."""
        return run_verdict(self.decided, strict=self.strict, selection=self.selection is not None)

    def section(self, section: Section) -> tuple[RequirementResult, ...]:
        """The requirements of a section, in the order of the catalogue."""
        return tuple(one for one in self.decided if self.section_of(one) is section)

    def section_of(self, decided: RequirementResult) -> Section:
        """The one section where a requirement stands."""
        if decided.verdict is Verdict.FAIL:
            return Section.VIOLATED if decided.is_binding(strict=self.strict) else Section.WARNING
        if decided.verdict is Verdict.NOT_RUN:
            return Section.UNDECIDED if decided.is_binding(strict=self.strict) else Section.NOT_RUN
        return _SECTION[decided.verdict]


_SECTION = {
    Verdict.ERROR: Section.ERROR,
    Verdict.STALE: Section.STALE,
    Verdict.EXPECTED: Section.EXPECTED,
    Verdict.UNEXERCISED: Section.UNEXERCISED,
    Verdict.PASS: Section.PASSED,
}
