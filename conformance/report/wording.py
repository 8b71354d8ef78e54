"""The words that every report for people uses."""

import re

from conformance.catalogue.requirements import Level
from conformance.report.contents import Report, Section
from conformance.results.verdicts import Exchange, RequirementResult, RunVerdict, Verdict, Violation, counts

_SHOWN = 3
_IDENTIFIER = re.compile(r"(?=[\w-]*\d)[\w-]{5,}")  # long enough to be no status, and with a digit in it

HEADLINE = {
    RunVerdict.NONCONFORMANT: "Does not conform",
    RunVerdict.ERROR: "Not decided: the suite itself failed",
    RunVerdict.STALE: "Expected failures are out of date",
    RunVerdict.INCONCLUSIVE: "Inconclusive",
    RunVerdict.PARTIAL: "Partial: only a selection was checked",
    RunVerdict.CONFORMANT_EXCEPT: "Conforms, except for expected failures",
    RunVerdict.CONFORMANT: "Conforms",
}

MEANING = {
    Section.VIOLATED: "The target does not do what these documented sentences say.",
    Section.ERROR: "A check broke. This says nothing about the target; please report it.",
    Section.STALE: "Listed as expected failures, but they pass: take them off the list.",
    Section.UNDECIDED: "Required, but the situation could not be brought about. Not a pass.",
    Section.WARNING: "Violated, but not required: they do not decide the run.",
    Section.NOT_RUN: "Not checked in this run, which does not depend on them.",
    Section.EXPECTED: "They are on the list of expected failures, each with its reason.",
    Section.UNEXERCISED: "Answers that no sentence obliges the target to give, and that it never gave.",
    Section.PASSED: "Checked, and no violation seen.",
}


def summary(report: Report) -> str:
    """The outcome in one sentence, from the numbers that decide it."""
    required = "MUST or SHOULD" if report.strict else "MUST"
    binding = [one for one in report.decided if one.is_binding(strict=report.strict)]
    of = f"of {len(binding)} {required} requirement{_s(len(binding))}"
    violated, undecided = len(report.section(Section.VIOLATED)), len(report.section(Section.UNDECIDED))
    held = sum(one.verdict is Verdict.PASS for one in binding)
    sentences = {
        RunVerdict.NONCONFORMANT: f"{violated} {of} {'is' if violated == 1 else 'are'} violated.",
        RunVerdict.ERROR: "Some checks broke; the target is not to blame for it.",
        RunVerdict.STALE: "Some expected failures pass: take them off the list.",
        RunVerdict.INCONCLUSIVE: f"No violation seen, but {undecided} {of} could not be checked.",
        RunVerdict.PARTIAL: f"No violation seen in what was selected: {report.selection or 'not everything'}.",
        RunVerdict.CONFORMANT_EXCEPT: "No violation seen, apart from the expected failures.",
        RunVerdict.CONFORMANT: f"No violation seen: {held} {of} checked and held{_rest(len(binding) - held)}.",
    }
    return sentences[report.outcome]


def tally(report: Report) -> str:
    """The counts on one line: zeros left out, failures also by level."""
    counted = counts(report.decided)
    return ", ".join(f"{number} {_verdict(report, verdict)}" for verdict, number in counted.items() if number)


def repetition(decided: RequirementResult) -> str:
    """In how many of the checks of a requirement it was found violated."""
    checks = f"{decided.check_count} check{_s(decided.check_count)}"
    return f"violated in {len(decided.violations)} of {checks}" if decided.violations else checks


def shown(decided: RequirementResult) -> tuple[Violation, ...]:
    """The findings to show: the shortest, and of those that say the same but for identifiers, one."""
    distinct: dict[tuple[str, str], Violation] = {}
    for finding in decided.violations:
        said = (_IDENTIFIER.sub("#", finding.expected), _IDENTIFIER.sub("#", finding.actual))
        distinct.setdefault(said, finding)
    return tuple(distinct.values())[:_SHOWN]


def answer(exchange: Exchange) -> str:
    """What became of a request, in short: status, media type, and how long it took."""
    took = f"({exchange.elapsed_ms:.0f} ms)"
    if exchange.status is None:
        return f"no response: {exchange.no_response or 'unknown'} {took}"
    media = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    return " ".join([str(exchange.status), *media[:1], took])


def _verdict(report: Report, verdict: Verdict) -> str:
    if verdict is not Verdict.FAIL:
        return verdict
    failed = [one.level for one in report.decided if one.verdict is verdict]
    levels = ", ".join(f"{failed.count(level)} {level}" for level in Level if level in failed)
    return f"{verdict} ({levels})"


def _rest(number: int) -> str:
    return f", {number} never arose" if number else ""


def _s(number: int) -> str:
    return "" if number == 1 else "s"
