"""Reports made of sample results, for the tests of every report format."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.catalogue.requirements import Level, Profile, Requirement
from conformance.report.contents import Contract, Report
from conformance.report.redaction import Redactor
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.verdicts import RequirementResult, Verdict
from conformance.results.violation import Violation

KEY = "ak_live+5f2c"
SECRETS = {KEY: "AUDIENCE_API_KEY", f"{KEY}x": "AUDIENCE_NEAR_MISS"}
SOURCE = "https://vendor.example/docs/audiences-delete"
URL = "http://target:8080/v1/accounts/1/audiences/2"
HEADERS = (("host", "target:8080"), ("accept", "*/*"), ("authorization", f"Bearer {KEY}"))
EXCHANGE = Exchange(7, "DELETE", URL, HEADERS, None, 200, None, (("content-type", "text/x"),), b'{"a": 1}', 4.2)
VIOLATION = Violation("AUD-DELETE-GUARD", "status 409 with a code", "status 200 with a code", (EXCHANGE,))

Render = Callable[[Report], str]


def requirement_row(requirement_id: str = "AUD-DELETE-GUARD", level: Level = Level.MUST, **changed: Any) -> Requirement:
    """A row of the catalogue."""
    row = Requirement(
        id=requirement_id,
        level=level,
        profile=Profile.DELETE,
        text=f"Sentence of {requirement_id}.",
        source=SOURCE,
        operation="deleteAudience",
        conditional=False,
        checks=("check_something",),
        excluded=None,
    )
    return replace(row, **changed)


def result_of(
    verdict: Verdict = Verdict.FAIL,
    level: Level = Level.MUST,
    *violations: Violation,
    reason: str | None = None,
    selected: bool = True,
    **changed: Any,
) -> RequirementResult:
    """A requirement with a verdict; `changed`: members of its row."""
    requirement_id = changed.pop("id", f"AUD-{verdict.upper()}-{level}")
    return RequirementResult(
        requirement_row(requirement_id, level, **changed),
        Observations(90, violations, selected=selected),
        verdict,
        f"reason of {requirement_id}" if reason is None else reason,
    )


def failure(*violations: Violation, **changed: Any) -> RequirementResult:
    """A violated MUST."""
    return result_of(Verdict.FAIL, Level.MUST, *violations, **changed)


def with_exchange(**changed: Any) -> RequirementResult:
    """A violated MUST, with the one exchange changed."""
    return failure(replace(VIOLATION, exchanges=(replace(EXCHANGE, **changed),)))


FAILED = failure(VIOLATION)
EVERYTHING = (FAILED, *(result_of(verdict, level) for verdict in Verdict for level in Level))


def report_of(*results: RequirementResult, **changed: Any) -> Report:
    """A report of these results; `changed`: its other members."""
    members = {"contract": Contract("Audiences", "1.0.0", "9f2a6c1e77d0aa"), "base_url": "http://target:8080"}
    members |= {"profile": "full", "seed": 20261, "started": "2026-11-23T21:26:17Z", "duration": 23.4}
    return Report(**{**members, "results": results, "redactor": Redactor(SECRETS), **changed})


HOSTILE = (
    "</pre></mark><script>alert(1)</script>]]>\n````\n# pwned\nverdict   conformant\n\x1b[31m\x00\u202e\x9b @all \ud800"
)


def hostile_report() -> Report:
    """A report in which the target and the user sent control characters and markup wherever they could."""
    raw = HOSTILE.encode("utf-8", "surrogatepass")
    exchange = replace(EXCHANGE, url=f"{URL}?{HOSTILE}", response_body=raw)
    exchange = replace(exchange, request_headers=((HOSTILE, HOSTILE),), response_headers=(("content-type", HOSTILE),))
    lost = replace(exchange, status=None, no_response=HOSTILE, request_body=raw)
    full = Violation("AUD-DELETE-GUARD", f"409 {HOSTILE}", f"200 {HOSTILE}", (exchange, lost))
    bare = Violation("AUD-DELETE-GUARD", "409", HOSTILE, (exchange,))
    others = [result_of(verdict, level, reason=HOSTILE) for verdict in Verdict for level in Level]
    failed = failure(full, bare, reason=HOSTILE)
    return report_of(failed, *others, base_url=HOSTILE, notes=(HOSTILE,), selection=HOSTILE)
