"""The rules about broken contracts and reused idempotency keys, with near misses."""

from typing import Any

import pytest

from tests.harness.journal_builder import LOST, JournalBuilder
from tests.harness.journal_findings import ONE, OTHER, TWO, found_rules

BROKEN, REUSED = "CLIENT-CONTRACT", "CLIENT-KEY-REUSED"


class TestKeyReused:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"status": 202}, {"status": 409, "rule": "idempotency-key"}),
            ({"status": 202}, {"status": 202, "token": "sk_test_two"}),
            (LOST, {"status": 202}),
            ({"status": 500, "rule": "internal"}, {"status": 202}),
        ],
    )
    def test_a_key_reused_with_another_body_is_found(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", body=ONE, idempotency_key="k", **first)
        journal.add("startProspectingJob", body=TWO, idempotency_key="k", **second)

        assert found_rules(journal) == [(REUSED, (1, 2))]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"body": ONE}, {"body": ONE}),
            ({"body": ONE}, {"body": TWO, "idempotency_key": "other"}),
            ({"body": ONE}, {"body": TWO, "group": OTHER}),
            ({"body": ONE, "status": 400, "rule": "validation"}, {"body": TWO}),
            ({"body": ONE, "status": 402, "rule": "credits"}, {"body": TWO}),
            ({"body": ONE}, {"body": TWO, "status": 429, "rule": "rate-limit"}),
            ({"body": ONE}, {"body": TWO, "gap": 24 * 3600.0}),
            ({"body": ONE, "request_size": 99_999}, {"body": TWO}),
            ({"body": None}, {"body": TWO}),
        ],
    )
    def test_a_request_that_is_no_second_use_of_a_key_is_not_found(
        self, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", **{"status": 202, "idempotency_key": "k", **first})
        journal.add("startProspectingJob", **{"status": 202, "idempotency_key": "k", **second})

        assert REUSED not in [rule for rule, _ in found_rules(journal)]

    def test_starts_without_a_key_reuse_no_key(self) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", 202, body=ONE)
        journal.add("startProspectingJob", 202, body=TWO)

        assert found_rules(journal) == []


class TestContract:
    @pytest.mark.parametrize("rule", ["http", "route", "method", "size", "media-type", "validation", "cursor"])
    def test_every_request_that_breaks_the_contract_is_found(self, rule: str) -> None:
        journal = JournalBuilder()
        journal.add("updateAudience", 400, rule=rule)
        journal.add("updateAudience", 400, rule=rule)

        assert found_rules(journal) == [(BROKEN, (1,)), (BROKEN, (2,))]

    def test_a_broken_request_without_an_operation_is_found(self) -> None:
        journal = JournalBuilder()
        journal.add(None, 404, rule="route")

        assert found_rules(journal) == [(BROKEN, (1,))]

    @pytest.mark.parametrize("rule", ["http", "route"])
    def test_a_broken_request_of_nobody_is_not_found(self, rule: str) -> None:
        journal = JournalBuilder()
        journal.add(None, 404, rule=rule, token=None)

        assert found_rules(journal) == []

    @pytest.mark.parametrize(
        "rule", [None, "api-key", "account-group", "resource", "plan", "name", "credits", "internal"]
    )
    def test_a_request_refused_for_another_reason_is_not_found(self, rule: str | None) -> None:
        journal = JournalBuilder()
        journal.add("updateAudience", 400, rule=rule)

        assert found_rules(journal) == []

    def test_a_response_of_a_fault_is_not_found(self) -> None:
        journal = JournalBuilder()
        journal.add("updateAudience", 400, faults=["f1"])

        assert found_rules(journal) == []

    def test_a_preflight_request_is_not_found(self) -> None:
        journal = JournalBuilder()
        journal.add(None, 405, rule="method", method="OPTIONS")

        assert found_rules(journal) == []
