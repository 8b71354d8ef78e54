"""The findings of a journal in short form, and requests that several tests of the rules send."""

from typing import Any

from mockserver.domain.operation import OPERATIONS, RetrySafety
from mockserver.recording.findings.catalogue import findings
from tests.harness.journal_builder import JournalBuilder

FoundRules = list[tuple[str, tuple[int, ...]]]
DELETE = "deleteAudience"
OTHER = "9" * 24
ONE, TWO = {"name": "One", "type": "on_demand"}, {"name": "Two", "type": "on_demand"}
CHANGES = [name for name, one in OPERATIONS.items() if one.retry_safety is RetrySafety.UNSUPPORTED]
GUARDED: dict[str, Any] = {"status": 409, "rule": "guard"}


def found_rules(journal: JournalBuilder, *, dropped: bool = False) -> FoundRules:
    return [(finding.rule.id, finding.exchanges) for finding in findings(journal.exchanges, dropped=dropped)]


def body_for(operation: str) -> Any:
    return ONE if OPERATIONS[operation].takes_body else None
