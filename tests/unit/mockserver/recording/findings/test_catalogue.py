"""The catalogue of rules, held against the contracts, and properties of all findings."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.operation import OPERATIONS, RetrySafety
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.catalogue import RULE_IDS, findings
from openapi import contract, control_contract
from tests.harness.journal_builder import PATHS, JournalBuilder
from tests.harness.journal_findings import CHANGES, body_for, found_rules

ONE, TWO = {"name": "One", "type": "on_demand"}, {"name": "Two", "type": "on_demand"}


class TestCatalogue:
    def test_an_empty_journal_has_no_findings(self) -> None:
        assert findings([]) == []
        assert findings([], dropped=True) == []

    def test_the_contract_of_the_control_plane_lists_the_same_rules(self) -> None:
        assert tuple(control_contract()["components"]["schemas"]["ClientRule"]["enum"]) == RULE_IDS

    def test_the_table_of_operations_agrees_with_the_contract(self) -> None:
        described = {
            operation["operationId"]: (
                operation["x-source"]["page"],
                operation["x-required-permission"],
                "requestBody" in operation,
                "{accountGroupId}" in path,
            )
            for path, item in contract()["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        }

        assert described == {
            name: (spec.page, spec.permission, spec.takes_body, spec.scoped) for name, spec in OPERATIONS.items()
        }

    def test_the_retry_safety_of_operations_agrees_with_the_contract(self) -> None:
        for item in contract()["paths"].values():
            for method, operation in item.items():
                if method not in {"parameters", "get"}:
                    safety = OPERATIONS[operation["operationId"]].retry_safety
                    assert safety.sentence == operation["x-idempotency"]["sentence"]
                elif method == "get":
                    assert OPERATIONS[operation["operationId"]].retry_safety is RetrySafety.FREE


STEPS = st.tuples(
    st.sampled_from(sorted(PATHS)),
    st.sampled_from([None, 200, 202, 400, 403, 404, 409, 429, 500]),
    st.sampled_from([None, "guard", "permission", "validation", "rate-limit"]),
    st.sampled_from([0.0, 0.05, 1.0, 20.0]),
    st.sampled_from([None, "k1", "k2"]),
    st.sampled_from([None, 3]),
    st.sampled_from([None, ONE, TWO]),
)


def exchanges_of(steps: list[tuple[Any, ...]]) -> list[Exchange]:
    journal = JournalBuilder()
    for operation, status, rule, gap, key, retry_after, body in steps:
        effective_rule = rule if status is not None and status >= 400 else None
        journal.add(
            operation, status, gap=gap, body=body, rule=effective_rule, idempotency_key=key, retry_after=retry_after
        )
    return journal.exchanges


@given(st.lists(STEPS, max_size=30), st.integers(0, 30))
def test_more_exchanges_only_add_findings(steps: list[tuple[Any, ...]], cut: int) -> None:
    exchanges = exchanges_of(steps)
    whole = findings(exchanges)

    assert whole[: len(findings(exchanges[:cut]))] == findings(exchanges[:cut])


@given(st.lists(STEPS, max_size=30), st.integers(0, 30))
def test_a_journal_with_dropped_exchanges_has_no_additional_findings(steps: list[tuple[Any, ...]], cut: int) -> None:
    exchanges = exchanges_of(steps)
    whole = [(finding.rule.id, finding.exchanges[-1]) for finding in findings(exchanges)]
    rest = [(finding.rule.id, finding.exchanges[-1]) for finding in findings(exchanges[cut:], dropped=cut > 0)]

    assert set(rest) <= set(whole)


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.sampled_from([None, 200, 404, 429, 500])), max_size=20))
def test_a_client_that_reads_before_retries_and_obeys_retry_after_has_no_findings(
    steps: list[tuple[str, int | None]],
) -> None:
    journal = JournalBuilder()
    for operation, status in steps:
        limited = {"rule": "rate-limit", "retry_after": 7, "status": 429} if status == 429 else {"status": status}
        journal.add(operation, body=body_for(operation), gap=7.0, **limited)
        if journal.exchanges[-1].is_ambiguous:
            for read in sorted(OPERATIONS[operation].observed_by):
                journal.add(read)

    assert found_rules(journal) == []
