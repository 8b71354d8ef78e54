"""The rules about broken contracts and reused idempotency keys, with near misses."""

from typing import Any

import pytest

from tests.harness.journal_builder import LOST, Told
from tests.harness.journal_findings import ONE, OTHER, TWO, found

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
        told = Told()
        told.tell("startProspectingJob", body=ONE, idempotency_key="k", **first)
        told.tell("startProspectingJob", body=TWO, idempotency_key="k", **second)

        assert found(told) == [(REUSED, (1, 2))]

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
        told = Told()
        told.tell("startProspectingJob", **{"status": 202, "idempotency_key": "k", **first})
        told.tell("startProspectingJob", **{"status": 202, "idempotency_key": "k", **second})

        assert REUSED not in [rule for rule, _ in found(told)]

    def test_starts_without_a_key_reuse_no_key(self) -> None:
        told = Told()
        told.tell("startProspectingJob", 202, body=ONE)
        told.tell("startProspectingJob", 202, body=TWO)

        assert found(told) == []


class TestContract:
    @pytest.mark.parametrize("rule", ["http", "route", "method", "size", "media-type", "validation", "cursor"])
    def test_every_request_that_breaks_the_contract_is_found(self, rule: str) -> None:
        told = Told()
        told.tell("updateAudience", 400, rule=rule)
        told.tell("updateAudience", 400, rule=rule)

        assert found(told) == [(BROKEN, (1,)), (BROKEN, (2,))]

    def test_a_broken_request_without_key_and_operation_is_found(self) -> None:
        told = Told()
        told.tell(None, 404, rule="route", token=None)

        assert found(told) == [(BROKEN, (1,))]

    @pytest.mark.parametrize(
        "rule", [None, "api-key", "account-group", "resource", "plan", "name", "credits", "internal"]
    )
    def test_a_request_refused_for_another_reason_is_not_found(self, rule: str | None) -> None:
        told = Told()
        told.tell("updateAudience", 400, rule=rule)

        assert found(told) == []

    def test_a_response_of_a_fault_is_not_found(self) -> None:
        told = Told()
        told.tell("updateAudience", 400, faults=["f1"])

        assert found(told) == []

    def test_a_preflight_request_is_not_found(self) -> None:
        told = Told()
        told.tell(None, 405, rule="method", method="OPTIONS")

        assert found(told) == []
