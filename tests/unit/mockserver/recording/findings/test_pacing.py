"""The rules about ignored Retry-After headers, guards and missing permissions, with near misses."""

from typing import Any

import pytest

from tests.harness.journal_builder import Told
from tests.harness.journal_findings import DELETE, GUARDED, OTHER, found

HURRIED = "CLIENT-RETRY-AFTER"
HAMMERED, LACKING = "CLIENT-GUARD-HAMMERED", "CLIENT-PERMISSION-REPEATED"


class TestRetryAfter:
    @pytest.mark.parametrize("then", [DELETE, "getAudience", "listAccounts"])
    def test_any_request_with_a_limited_key_before_its_retry_after_is_found(self, then: str) -> None:
        told = Told()
        told.tell(DELETE, 429, rule="rate-limit", retry_after=5)
        told.tell(then, gap=4.9)

        assert found(told) == [(HURRIED, (1, 2))]

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
        told = Told()
        told.tell("getAudience", 429, **first)
        told.tell("getAudience", **second)

        assert found(told) == []

    def test_a_request_on_another_connection_a_moment_later_is_found(self) -> None:
        told = Told()
        told.tell("getAudience", 429, retry_after=5)
        told.tell("getAudience", gap=0.2, peer=("127.0.0.1", 5001))

        assert found(told) == [(HURRIED, (1, 2))]

    def test_time_advanced_in_the_sandbox_counts_as_waiting(self) -> None:
        told = Told()
        told.tell("getAudience", 429, retry_after=5)
        told.ahead = 5_000
        told.tell("getAudience")

        assert found(told) == []

    def test_retry_after_on_other_statuses_binds_only_the_same_request(self) -> None:
        told = Told()
        told.tell("getAudience", 503, retry_after=5)
        told.tell("listAudiences")
        told.tell("getAudience")

        assert found(told) == [(HURRIED, (1, 3))]

    def test_the_last_retry_after_counts(self) -> None:
        told = Told()
        told.tell("getAudience", 429, retry_after=60)
        told.tell("getAudience", 429, retry_after=1, gap=60)
        told.tell("getAudience", gap=1)

        assert found(told) == []


class TestPermissionRepeated:
    def test_a_second_call_without_the_permission_is_found(self) -> None:
        told = Told()
        told.tell(DELETE, 403, rule="permission")
        told.tell("getAudience")
        told.tell(DELETE, 403, rule="permission", item=OTHER)

        assert found(told) == [(LACKING, (1, 3))]

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
        told = Told()
        told.tell(DELETE, 403, rule="permission")
        told.tell(**{"operation": DELETE, "status": 403, "rule": "permission", **second})

        assert found(told) == []


class TestGuardHammered:
    def test_the_third_and_every_further_refusal_in_a_row_is_found(self) -> None:
        told = Told()
        for _ in range(4):
            told.tell(DELETE, **GUARDED)

        assert found(told) == [(HAMMERED, (1, 2, 3)), (HAMMERED, (2, 3, 4))]

    def test_two_refusals_of_the_guard_are_not_found(self) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)

        assert found(told) == []

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
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell(look)
        told.tell(DELETE, **GUARDED)

        assert found(told) == ([] if looked else [(HAMMERED, (1, 2, 4))])

    def test_a_failed_read_in_between_does_not_count(self) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell("getProspectingJob", 500)
        told.tell(DELETE, **GUARDED)

        assert found(told) == [(HAMMERED, (1, 2, 4))]

    @pytest.mark.parametrize("last", [{"gap": 10.0}, {"item": OTHER}, {"token": "sk_test_two"}, {"rule": "resource"}])
    def test_a_different_request_or_a_request_after_a_pause_is_not_found(self, last: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **{**GUARDED, **last})

        assert found(told) == []

    def test_another_response_in_between_ends_the_row_of_refusals(self) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, 404, rule="resource")
        told.tell(DELETE, **GUARDED)

        assert found(told) == []
