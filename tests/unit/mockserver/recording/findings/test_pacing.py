"""The rules about ignored Retry-After headers, guards and missing permissions, with near misses."""

from typing import Any

import pytest

from tests.harness.journal_builder import JournalBuilder
from tests.harness.journal_findings import DELETE, GUARDED, OTHER, found_rules

HURRIED = "CLIENT-RETRY-AFTER"
HAMMERED, LACKING = "CLIENT-GUARD-HAMMERED", "CLIENT-PERMISSION-REPEATED"


class TestRetryAfter:
    @pytest.mark.parametrize("then", [DELETE, "getAudience", "listAccounts"])
    def test_any_request_with_a_limited_key_before_its_retry_after_is_found(self, then: str) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 429, rule="rate-limit", retry_after=5)
        journal.add(then, gap=4.9)

        assert found_rules(journal) == [(HURRIED, (1, 2))]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"retry_after": 5}, {"gap": 5.0}),
            ({"retry_after": 5}, {"gap": 1.0, "token": "sk_test_two"}),
            ({"retry_after": 0}, {"gap": 0.0}),
            ({}, {"gap": 0.0}),
            ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, {"gap": 0.0}),
            ({"retry_after": 5, "whole": False}, {"gap": 1.0}),
            ({"retry_after": 5}, {"gap": 0.05, "peer": ("127.0.0.1", 5001)}),
            ({"retry_after": 5}, {"gap": -0.005}),
        ],
    )
    def test_a_client_that_waits_or_could_not_know_of_the_limit_is_not_found(
        self, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, **first)
        journal.add("getAudience", **second)

        assert found_rules(journal) == []

    def test_a_request_on_another_connection_a_moment_later_is_found(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, retry_after=5)
        journal.add("getAudience", gap=0.2, peer=("127.0.0.1", 5001))

        assert found_rules(journal) == [(HURRIED, (1, 2))]

    def test_time_advanced_in_the_sandbox_counts_as_waiting(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, retry_after=5)
        journal.ahead = 5_000
        journal.add("getAudience")

        assert found_rules(journal) == []

    def test_retry_after_on_other_statuses_binds_only_the_same_request(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 503, retry_after=5)
        journal.add("listAudiences")
        journal.add("getAudience")

        assert found_rules(journal) == [(HURRIED, (1, 3))]

    def test_the_last_retry_after_counts(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, retry_after=60)
        journal.add("getAudience", 429, retry_after=1, gap=60)
        journal.add("getAudience", gap=1)

        assert found_rules(journal) == []


class TestPermissionRepeated:
    def test_a_second_call_without_the_permission_is_found(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 403, rule="permission")
        journal.add("getAudience")
        journal.add(DELETE, 403, rule="permission", item=OTHER)

        assert found_rules(journal) == [(LACKING, (1, 3))]

    @pytest.mark.parametrize(
        "second",
        [
            {"operation": "updateAudience"},
            {"token": "sk_test_two"},
            {"rule": "account-group"},
            {"rule": None, "status": 200},
            {"gap": 0.01, "peer": ("127.0.0.1", 5001)},
        ],
    )
    def test_a_call_that_may_be_permitted_is_not_found(self, second: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 403, rule="permission")
        journal.add(**{"operation": DELETE, "status": 403, "rule": "permission", **second})

        assert found_rules(journal) == []


class TestGuardHammered:
    def test_the_third_and_every_further_refusal_in_a_row_is_found(self) -> None:
        journal = JournalBuilder()
        for _ in range(4):
            journal.add(DELETE, **GUARDED)

        assert found_rules(journal) == [(HAMMERED, (1, 2, 3)), (HAMMERED, (2, 3, 4))]

    def test_two_refusals_of_the_guard_are_not_found(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, **GUARDED)

        assert found_rules(journal) == []

    @pytest.mark.parametrize(
        ("look", "looked"),
        [
            ("getProspectingJob", True),
            ("listProspectingJobs", True),
            ("listAudiences", True),
            ("getAudienceNavigation", True),
            ("listAccounts", False),
        ],
    )
    def test_a_client_that_reads_the_job_or_the_list_in_between_is_not_found(self, look: str, *, looked: bool) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, **GUARDED)
        journal.add(look)
        journal.add(DELETE, **GUARDED)

        assert found_rules(journal) == ([] if looked else [(HAMMERED, (1, 2, 4))])

    def test_a_failed_read_in_between_does_not_count(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, **GUARDED)
        journal.add("getProspectingJob", 500)
        journal.add(DELETE, **GUARDED)

        assert found_rules(journal) == [(HAMMERED, (1, 2, 4))]

    @pytest.mark.parametrize("last", [{"gap": 10.0}, {"item": OTHER}, {"token": "sk_test_two"}, {"rule": "resource"}])
    def test_a_different_request_or_a_request_after_a_pause_is_not_found(self, last: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, **{**GUARDED, **last})

        assert found_rules(journal) == []

    def test_another_response_in_between_ends_the_row_of_refusals(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, **GUARDED)
        journal.add(DELETE, 404, rule="resource")
        journal.add(DELETE, **GUARDED)

        assert found_rules(journal) == []
