"""The wording that all reports for people share."""

import re

from conformance.catalogue.requirements import Level
from conformance.report.contents import Report, Section
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.verdicts import RunVerdict, Verdict, counts
from conformance.results.violation import Violation

DIGEST_SHOWN = 12
"""The characters of the contract's digest that are shown."""

_SHOWN = 3
_IDENTIFIER = re.compile(r"(?=[\w-]*\d)[\w-]{5,}")  # too long for a status, with a digit

HEADLINE = {
    RunVerdict.NONCONFORMANT: "Does not conform",
    RunVerdict.ERROR: "Undecided: the suite itself failed",
    RunVerdict.STALE: "Expected failures are out of date",
    RunVerdict.INCONCLUSIVE: "Inconclusive",
    RunVerdict.PARTIAL: "Partial: only a selection was checked",
    RunVerdict.CONFORMANT_EXCEPT: "Conforms, except for expected failures",
    RunVerdict.CONFORMANT: "Conforms",
}

MEANING = {
    Section.VIOLATED: "The target violates these documented sentences.",
    Section.ERROR: "A check of the suite failed with an error. This says nothing about the target; please report it.",
    Section.STALE: "Listed as expected failures, but they pass: remove them from the list.",
    Section.UNDECIDED: "Required, but the situation could not be set up. Not a pass.",
    Section.WARNING: "Violated, but not required: they do not decide the run.",
    Section.NOT_RUN: "Not checked; the run does not depend on them.",
    Section.EXPECTED: "Listed as expected failures, each with its reason.",
    Section.UNEXERCISED: "Responses that no sentence obliges the target to give, and that it did not give in this run.",
    Section.PASSED: "Checked, and no violation found.",
}


def heading(report: Report) -> str:
    """Return the title of a report: the API, the target, and the verdict with its number."""
    return f"{report.contract.title} at {report.base_url}: {headline(report)}"


def headline(report: Report) -> str:
    """Return the verdict with its number, to go on a sentence."""
    verdict = HEADLINE[report.outcome]
    if report.outcome is RunVerdict.NONCONFORMANT:
        binding = [result for result in report.results if result.is_binding(strict=report.strict)]
        required = "MUST or SHOULD" if report.strict else "MUST"
        verdict = f"does not conform: {len(report.section(Section.VIOLATED))} of {len(binding)} {required}"
    return f"{verdict[:1].lower()}{verdict[1:]}"


def versions(report: Report) -> str:
    """Return the versions of the suite and of the contract, with the digest of the contract."""
    suite = f"audience-conformance {report.suite_version}, " if report.suite_version else ""
    return (
        f"{suite}contract {report.contract.title} {report.contract.version} ({report.contract.digest[:DIGEST_SHOWN]})"
    )


def failing_checks(observed: Observations) -> list[str]:
    """Return the names of the checks that saw a violation, with their parameters."""
    return sorted({violation.check for violation in observed.violations if violation.check})


def summary(report: Report) -> str:
    """Return the verdict on the run in one sentence, with the numbers that decide it."""
    required = "MUST or SHOULD" if report.strict else "MUST"
    binding = [result for result in report.results if result.is_binding(strict=report.strict)]
    of_all = f"of {len(binding)} {required} requirement{_plural(len(binding))}"
    violated, undecided = len(report.section(Section.VIOLATED)), len(report.section(Section.UNDECIDED))
    passed = sum(result.verdict is Verdict.PASS for result in binding)
    unexercised = _unexercised(len(binding) - passed)
    not_checked = f"{undecided} {of_all} could not be checked."
    why = f"{_capital(report.ended)}:" if report.ended else "No violation found, but"
    sentences = {
        RunVerdict.NONCONFORMANT: f"{violated} {of_all} {'is' if violated == 1 else 'are'} violated.",
        RunVerdict.ERROR: "Some checks failed with an error of the suite, not of the target.",
        RunVerdict.STALE: "Some expected failures pass: remove them from the list.",
        RunVerdict.INCONCLUSIVE: f"{why} {not_checked}",
        RunVerdict.PARTIAL: f"No violation found in the selection: {report.selection or 'not everything'}.",
        RunVerdict.CONFORMANT_EXCEPT: "No violation found, apart from the expected failures.",
        RunVerdict.CONFORMANT: f"No violation found: {passed} {of_all} passed{unexercised}.",
    }
    return sentences[report.outcome]


def tally(report: Report) -> str:
    """Return the counts on one line: without zeros, failures also by level."""
    numbers = counts(report.results)
    return ", ".join(f"{number} {_verdict(report, verdict)}" for verdict, number in numbers.items() if number)


def frequency(observed: Observations) -> str:
    """Return the number of checks of a requirement, and the number of violations among them."""
    checks = f"{observed.check_count} check{_plural(observed.check_count)}"
    return f"violated in {len(observed.violations)} of {checks}" if observed.violations else checks


def shown_violations(observed: Observations) -> tuple[Violation, ...]:
    """Return the shortest violations; among those that differ in identifiers only, the first."""
    distinct: dict[tuple[str, str], Violation] = {}
    for violation in observed.violations:
        texts = (_IDENTIFIER.sub("#", violation.expected), _IDENTIFIER.sub("#", violation.actual))
        distinct.setdefault(texts, violation)
    return tuple(distinct.values())[:_SHOWN]


def response_summary(exchange: Exchange) -> str:
    """Return the response to a request in short: status, media type, and duration in milliseconds."""
    duration = f"({exchange.elapsed_ms:.0f} ms)"
    if exchange.status is None:
        return f"no response: {exchange.no_response or 'unknown'} {duration}"
    media_types = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    return " ".join([str(exchange.status), *media_types[:1], duration])


def _verdict(report: Report, verdict: Verdict) -> str:
    if verdict is not Verdict.FAIL:
        return verdict
    failed = [result.requirement.level for result in report.results if result.verdict is verdict]
    levels = ", ".join(f"{failed.count(level)} {level}" for level in Level if level in failed)
    return f"{verdict} ({levels})"


def _unexercised(number: int) -> str:
    return f", {number} not exercised" if number else ""


def _plural(number: int) -> str:
    return "" if number == 1 else "s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
