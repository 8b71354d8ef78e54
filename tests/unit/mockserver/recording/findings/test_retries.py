"""The rules about blind retries of changes and of job starts, with near misses."""

from typing import Any

import pytest

from mockserver.recording.findings.catalogue import findings
from mockserver.recording.findings.rule import Basis
from tests.harness.journal_builder import LOST, JournalBuilder
from tests.harness.journal_findings import CHANGES, DELETE, GUARDED, ONE, OTHER, TWO, body_for, found_rules

UNREAD, ANEW = "CLIENT-RETRY-UNREAD", "CLIENT-START-KEY"


class TestRetryUnread:
    @pytest.mark.parametrize("operation", CHANGES)
    def test_a_blind_retry_of_a_change_is_found(self, operation: str) -> None:
        journal = JournalBuilder()
        journal.add(operation, body=body_for(operation), **LOST)
        journal.add(operation, body=body_for(operation))

        assert found_rules(journal) == [(UNREAD, (1, 2))]

    @pytest.mark.parametrize(
        "ending",
        [
            LOST,
            {"status": 500},
            {"status": 502},
            {"status": 503},
            {"status": 200, "whole": False},
            {"status": 200, "gone_at": 101.001, "ended": 101.01},
        ],
    )
    def test_a_retry_after_any_ambiguous_ending_is_found(self, ending: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **ending)
        journal.add(DELETE, 404)

        assert found_rules(journal) == [(UNREAD, (1, 2))]

    @pytest.mark.parametrize(
        "ending",
        [
            {"status": 200},
            {"status": 404, "rule": "resource"},
            GUARDED,
            {"status": 429, "rule": "rate-limit"},
            {"status": 401, "rule": "api-key"},
            {"status": 409, "rule": "guard", "whole": False},
        ],
    )
    def test_a_retry_after_a_definite_response_is_not_found(self, ending: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **ending)
        journal.add(DELETE)

        assert found_rules(journal) == []

    @pytest.mark.parametrize(
        ("read", "status"),
        [
            ("getAudience", 200),
            ("getAudience", 404),
            ("getAudience", 409),
            ("listAudienceProspects", 404),
            ("listAudiences", 200),
            ("getAudienceNavigation", 200),
        ],
    )
    def test_any_response_that_shows_the_resource_counts_as_a_read(self, read: str, status: int) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(read, status)
        journal.add(DELETE)

        assert found_rules(journal) == []

    @pytest.mark.parametrize(
        ("read", "more"),
        [
            ("getAudience", {"status": 500}),
            ("getAudience", LOST),
            ("getAudience", {"status": 200, "whole": False}),
            ("getAudience", {"status": 403}),
            ("getAudience", {"status": 429}),
            ("getAudience", {"item": OTHER}),
            ("getAudience", {"group": OTHER}),
            ("listAudiences", {"status": 400}),
            ("listAudiences", {"group": OTHER}),
            ("getProspectingJob", {}),
            ("listAccounts", {}),
            ("updateAudience", {"body": ONE}),
        ],
    )
    def test_a_response_that_does_not_show_the_resource_is_no_read(self, read: str, more: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(read, **more)
        journal.add(DELETE)

        assert (UNREAD, (1, 3)) in found_rules(journal)

    @pytest.mark.parametrize(
        ("operation", "read", "tells"),
        [
            ("createAudience", "listAudiences", True),
            ("createAudience", "getAudience", False),
            ("createAudienceFolder", "getAudienceNavigation", True),
            ("createAudienceFolder", "listAudiences", False),
            ("renameAudienceFolder", "getAudienceNavigation", True),
            ("updateAudience", "listAudienceProspects", False),
            ("moveAudienceToFolder", "getAudience", True),
            ("cancelProspectingJob", "getProspectingJob", True),
            ("cancelProspectingJob", "listProspectingJobs", True),
            ("cancelProspectingJob", "listAudiences", False),
        ],
    )
    def test_a_read_counts_only_if_it_shows_the_changed_resource(
        self, operation: str, read: str, *, tells: bool
    ) -> None:
        journal = JournalBuilder()
        journal.add(operation, body=body_for(operation), **LOST)
        journal.add(read)
        journal.add(operation, body=body_for(operation))

        assert found_rules(journal) == ([] if tells else [(UNREAD, (1, 3))])

    def test_a_read_with_another_key_counts(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add("getAudience", token="sk_test_reader")
        journal.add(DELETE)

        assert found_rules(journal) == []

    def test_a_read_that_began_before_the_reply_was_lost_does_not_count(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, began=101.0, ended=103.0, **LOST)
        journal.add("getAudience", began=102.0, ended=103.5)
        journal.add(DELETE, gap=5)

        assert found_rules(journal) == [(UNREAD, (1, 3))]

    def test_a_read_before_the_lost_request_does_not_count(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience")
        journal.add(DELETE, **LOST)
        journal.add(DELETE)

        assert found_rules(journal) == [(UNREAD, (2, 3))]

    @pytest.mark.parametrize("more", [{"item": OTHER}, {"group": OTHER}, {"token": "sk_test_two"}])
    def test_a_request_for_another_resource_or_with_another_key_is_no_retry(self, more: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(DELETE, **more)

        assert found_rules(journal) == []

    @pytest.mark.parametrize(
        "first",
        [
            {"body": TWO},
            {"body": None},
            {"body": ONE, "request_size": 99_999},
            {"request_body": b"\xff", "request_size": 1},
        ],
    )
    def test_a_request_with_a_body_not_known_to_be_equal_is_no_retry(self, first: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add("createAudience", **first, **LOST)
        journal.add("createAudience", body=ONE)

        assert found_rules(journal) == []

    def test_bodies_that_differ_in_member_order_are_equal(self) -> None:
        journal = JournalBuilder()
        journal.add("createAudience", body=ONE, **LOST)
        journal.add("createAudience", body=dict(reversed(ONE.items())))

        assert found_rules(journal) == [(UNREAD, (1, 2))]

    def test_concurrent_requests_are_no_retries(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, began=101.0, ended=101.9, **LOST)
        journal.add(DELETE, began=101.5, ended=102.0)

        assert found_rules(journal) == []

    def test_every_blind_retry_is_found_until_a_definite_response(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(DELETE, **LOST)
        journal.add(DELETE, 429, rule="rate-limit")
        journal.add(DELETE, 404, rule="resource")
        journal.add(DELETE, 404, rule="resource")

        assert found_rules(journal) == [(UNREAD, (1, 2)), (UNREAD, (2, 3)), (UNREAD, (2, 4))]

    def test_a_retry_is_found_while_the_server_still_works_on_an_abandoned_request(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, began=102.0, ended=102.1, status=404, rule="resource")
        journal.add(DELETE, began=101.0, gone_at=101.5, ended=109.0)

        assert found_rules(journal) == [(UNREAD, (2, 1))]

    def test_a_retry_is_found_while_the_server_still_works_on_a_request_cut_off_by_a_fault(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, began=102.0, ended=102.1, status=404, rule="resource")
        journal.add(DELETE, began=101.0, gone_at=101.5, ended=109.0, status=None, whole=False, cut_off=True)

        assert found_rules(journal) == [(UNREAD, (2, 1))]

    def test_a_retry_of_an_abandoned_request_after_a_read_is_not_found(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", began=101.6, ended=101.7)
        journal.add(DELETE, began=102.0, ended=102.1)
        journal.add(DELETE, began=101.0, gone_at=101.5, ended=109.0)

        assert found_rules(journal) == []

    def test_a_retry_is_not_found_if_the_journal_may_have_dropped_a_read(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, began=102.0, ended=102.1)
        journal.add(DELETE, began=101.0, gone_at=101.5, ended=109.0)

        assert found_rules(journal, dropped=True) == []

    def test_a_finding_quotes_the_sentence_of_the_documentation_page(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(DELETE)

        (finding,) = findings(journal.exchanges)

        assert finding.sentence == "not supported; check the current resource state before retrying this request."
        assert (finding.page or "").endswith("/audiences/audiences-delete")
        assert finding.basis is Basis.DOCUMENTED


class TestStartKey:
    @pytest.mark.parametrize(("first", "second"), [("k1", "k2"), ("k1", None), (None, None), (None, "k2")])
    def test_a_start_retried_without_its_key_is_found(self, first: str | None, second: str | None) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", body=ONE, idempotency_key=first, **LOST)
        journal.add("startProspectingJob", 202, body=ONE, idempotency_key=second)

        assert found_rules(journal) == [(ANEW, (1, 2))]

    def test_a_start_retried_with_its_key_is_not_found(self) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", body=ONE, idempotency_key="k1", **LOST)
        journal.add("startProspectingJob", 202, body=ONE, idempotency_key="k1")

        assert found_rules(journal) == []

    def test_a_start_retried_after_listing_the_jobs_is_not_found(self) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", body=ONE, **LOST)
        journal.add("listProspectingJobs")
        journal.add("startProspectingJob", 202, body=ONE)

        assert found_rules(journal) == []

    def test_a_start_of_another_job_is_no_retry(self) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", body=ONE, idempotency_key="k1", **LOST)
        journal.add("startProspectingJob", 202, body=TWO, idempotency_key="k2")

        assert found_rules(journal) == []

    def test_a_second_start_after_a_definite_response_is_no_retry(self) -> None:
        journal = JournalBuilder()
        journal.add("startProspectingJob", 202, body=ONE, idempotency_key="k1")
        journal.add("startProspectingJob", 202, body=ONE, idempotency_key="k2")

        assert found_rules(journal) == []
