"""The situations in journals: met, handled well, or with a finding; each with near misses."""

from typing import Any

import pytest

from mockserver.recording.coverage.counts import Counts
from mockserver.recording.coverage.examination import examine
from mockserver.recording.coverage.situations import GUARDED
from tests.harness.journal_builder import LOST, JournalBuilder
from tests.harness.journal_findings import CHANGES, DELETE, ONE, OTHER, TWO, body_for

REFUSED: dict[str, Any] = {"status": 409, "rule": "guard"}
START = "startProspectingJob"
MORE = b'{"data":{"items":[],"nextCursor":"abc","hasMore":true}}'
END = b'{"data":{"items":[],"nextCursor":null,"hasMore":false}}'


def counts(journal: JournalBuilder, *, dropped: int = 0, examined: int = 0) -> Counts:
    return examine(journal.exchanges, dropped=dropped, examined=examined)


class TestGuard:
    @pytest.mark.parametrize("operation", GUARDED)
    def test_a_client_that_waits_until_the_audience_is_ready_does_well(self, operation: str) -> None:
        journal = JournalBuilder()
        journal.add(operation, **REFUSED)
        journal.add("getProspectingJob")
        journal.add(operation, **REFUSED)
        journal.add("getProspectingJob")
        journal.add(operation)

        assert counts(journal) == {"guard.met": 1, "guard.well": 1}

    @pytest.mark.parametrize("last", [{"item": OTHER}, {"status": 404, "rule": "resource"}, {"group": "e" * 24}, LOST])
    def test_another_audience_or_another_outcome_does_not_tell_that_the_client_waited(
        self, last: dict[str, Any]
    ) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", **REFUSED)
        journal.add("getAudience", **last)

        assert (counts(journal)["guard.met"], counts(journal).get("guard.well", 0)) == (1, 0)

    def test_a_client_that_hammers_does_not_do_well(self) -> None:
        journal = JournalBuilder()
        for _ in range(3):
            journal.add(DELETE, **REFUSED)
        journal.add(DELETE)

        assert counts(journal) == {"guard.met": 1, "guard.findings": 1}

    def test_each_wait_is_met_anew(self) -> None:
        journal = JournalBuilder()
        for _ in range(2):
            journal.add("getAudience", **REFUSED)
            journal.add("getAudience")

        assert counts(journal) == {"guard.met": 2, "guard.well": 2}

    def test_a_refusal_that_did_not_arrive_is_not_met(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 409, rule="guard", whole=False)

        assert "guard.met" not in counts(journal)


class TestLostReply:
    @pytest.mark.parametrize("operation", CHANGES)
    def test_a_client_that_reads_the_list_or_the_job_does_well(self, operation: str) -> None:
        journal = JournalBuilder()
        journal.add(operation, body=body_for(operation), **LOST)
        for read in ("listAudiences", "getAudienceNavigation", "getProspectingJob"):
            journal.add(read)

        assert counts(journal) == {"lost-reply.met": 1, "lost-reply.well": 1}

    @pytest.mark.parametrize(
        ("read", "status"), [("getAudience", 404), ("getAudience", 200), ("listAudienceProspects", 409)]
    )
    def test_a_client_that_reads_the_resource_does_well(self, read: str, status: int) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 500, rule="fault")
        journal.add(read, status)

        assert counts(journal)["lost-reply.well"] == 1

    @pytest.mark.parametrize(
        ("read", "more"),
        [
            ("getAudience", {"status": 500, "rule": "fault"}),
            ("getAudience", {"item": OTHER}),
            ("listAudiences", {"group": "e" * 24}),
            ("listProspectingJobs", {}),
            ("getAudience", {"gap": -0.005}),
        ],
    )
    def test_a_read_that_does_not_show_the_effect_is_not_enough(self, read: str, more: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(read, **more)

        assert (counts(journal)["lost-reply.met"], counts(journal).get("lost-reply.well", 0)) == (1, 0)

    def test_a_client_that_repeats_the_change_unread_does_not_do_well(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST)
        journal.add(DELETE, 404, rule="resource")
        journal.add("getAudience", 404, rule="resource")

        assert counts(journal) == {"lost-reply.met": 1, "lost-reply.findings": 1}

    def test_a_job_start_that_is_repeated_with_its_key_is_handled_well_and_a_replay(self) -> None:
        journal = JournalBuilder()
        journal.add(START, body=ONE, idempotency_key="k", **LOST)
        journal.add(START, 202, body=ONE, idempotency_key="k")

        assert counts(journal) == {"lost-reply.met": 1, "lost-reply.well": 1, "replay.met": 1, "replay.well": 1}

    def test_a_job_start_without_the_key_is_a_finding(self) -> None:
        journal = JournalBuilder()
        journal.add(START, body=ONE, idempotency_key="k", **LOST)
        journal.add(START, 202, body=ONE)

        assert counts(journal) == {"lost-reply.met": 1, "lost-reply.findings": 1}

    def test_a_refused_change_is_not_lost(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 404, rule="resource", whole=False)

        assert "lost-reply.met" not in counts(journal)


class TestRetryAfter:
    def test_a_client_that_waits_does_well(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 429, rule="rate-limit", retry_after=5)
        journal.add("getAudience", gap=5.0)

        assert counts(journal) == {"retry-after.met": 1, "retry-after.well": 1}

    def test_a_clock_that_was_moved_counts_as_a_wait(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, rule="rate-limit", retry_after=5)
        journal.ahead = 5_000
        journal.add("getAudience", gap=0.2)

        assert counts(journal)["retry-after.well"] == 1

    def test_a_client_that_hurries_does_not_do_well_even_if_it_waits_later(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, rule="rate-limit", retry_after=5)
        journal.add("getAudience", 429, rule="rate-limit", retry_after=4)
        journal.add("getAudience", gap=5.0)

        assert counts(journal) == {"retry-after.met": 2, "retry-after.findings": 1}

    def test_a_request_that_was_in_flight_tells_nothing(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 429, rule="rate-limit", retry_after=5)
        journal.add("getAudience", gap=0.05, peer=("127.0.0.1", 5001))
        journal.add("getAudience", gap=6.0)

        assert counts(journal) == {"retry-after.met": 1, "retry-after.well": 1}

    def test_a_wait_of_another_status_is_for_the_same_request_only(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 503, rule="fault", retry_after=5)
        journal.add("listAudiences")

        assert counts(journal) == {"retry-after.met": 1, "server-error.met": 1}


class TestReads:
    @pytest.mark.parametrize("failure", [LOST, {"status": 502, "rule": "fault"}, {"whole": False}])
    def test_a_read_that_is_sent_again_is_handled_well(self, failure: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", **failure)
        journal.add("getAudience")

        assert counts(journal) == {"server-error.met": 1, "server-error.well": 1}

    @pytest.mark.parametrize("second", [{"item": OTHER}, {"status": 500, "rule": "fault"}, {"query": b"limit=1"}])
    def test_another_read_or_another_failure_is_not_the_same_read(self, second: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", 500, rule="fault")
        journal.add("getAudience", **second)

        assert counts(journal) == {"server-error.met": 1}

    def test_a_list_that_is_followed_to_its_last_page_is_handled_well(self) -> None:
        journal = JournalBuilder()
        journal.add("listAudiences", response_body=MORE)
        journal.add("listAudiences", query=b"cursor=abc", response_body=MORE)
        journal.add("listAudiences", query=b"limit=2&cursor=abc", response_body=END)

        assert counts(journal) == {"last-page.met": 1, "last-page.well": 1}

    def test_the_end_of_a_long_page_tells_its_next_cursor(self) -> None:
        journal = JournalBuilder()
        journal.add("listAudienceProspects", response_body=b'{"data":{"items":[', response_tail=MORE)

        assert counts(journal) == {"last-page.met": 1}

    @pytest.mark.parametrize(
        "second",
        [
            {"query": b"cursor=abc", "response_body": MORE},
            {"query": b"limit=1", "response_body": END},
            {"query": b"cursor=abc", "response_body": b"{}"},
        ],
    )
    def test_a_list_that_is_not_followed_to_its_end_is_only_met(self, second: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add("listProspectingJobs", response_body=MORE)
        journal.add("listProspectingJobs", **second)

        assert counts(journal) == {"last-page.met": 1}

    def test_a_list_of_one_page_and_a_name_like_a_cursor_are_no_situation(self) -> None:
        journal = JournalBuilder()
        journal.add("listAudiences", response_body=END)
        journal.add("listAudiences", response_body=b'{"items":[{"name":"\\"nextCursor\\":\\"abc\\""}]}')

        assert counts(journal) == {}


class TestJobs:
    @pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
    def test_the_end_of_a_job_is_met_once(self, status: str) -> None:
        journal = JournalBuilder()
        for each in ("queued", "running", status, status):
            journal.add("getProspectingJob", response_body=b'{"data":{"status":"%b"}}' % each.encode())

        assert counts(journal) == {f"job-{status}.met": 1, f"job-{status}.well": 1}

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"data":null}', b'{"data":{"status":["failed"]}}', b"\xff"])
    def test_a_body_that_is_none_of_a_job_is_no_situation(self, body: bytes) -> None:
        journal = JournalBuilder()
        journal.add("getProspectingJob", response_body=body)

        assert counts(journal) == {}

    @pytest.mark.parametrize(
        "second", [{"idempotency_key": "other"}, {"idempotency_key": "k", "body": TWO}, {"body": ONE}]
    )
    def test_a_start_with_another_key_or_body_is_no_replay(self, second: dict[str, Any]) -> None:
        journal = JournalBuilder()
        journal.add(START, 202, body=ONE, idempotency_key="k")
        journal.add(START, 202, **{"body": ONE, **second})

        assert counts(journal).get("replay.met", 0) == 0


class TestKeys:
    def test_a_key_that_lacks_a_permission_is_met_and_its_repetition_is_a_finding(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 403, rule="permission")
        journal.add("getAudience", 403, rule="permission")
        journal.add("getAudience", 403, rule="permission")

        assert counts(journal) == {"permission.met": 3, "permission.well": 1, "permission.findings": 1}

    def test_a_key_of_the_sandbox_that_is_refused_was_revoked(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, 401, rule="api-key")
        journal.add(DELETE, 401, rule="api-key", token=None)

        assert counts(journal) == {"key-revoked.met": 1, "key-revoked.well": 1}


class TestExaminations:
    def test_an_exchange_that_was_examined_before_does_not_count_again(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience", **REFUSED)

        first = counts(journal)
        journal.add("getAudience")

        assert first == {"guard.met": 1}
        assert counts(journal, examined=1) == {"guard.well": 1}
        assert counts(journal, examined=2) == {}

    def test_exchanges_that_were_dropped_unexamined_are_told(self) -> None:
        journal = JournalBuilder()
        journal.add("getAudience")

        assert counts(journal, dropped=7, examined=5) == {"unexamined": 2}
        assert counts(journal, dropped=7, examined=7) == {}

    def test_a_request_that_the_user_agent_has_repeated_is_nobodys(self) -> None:
        journal = JournalBuilder()
        journal.add(DELETE, **LOST, resent=True)
        journal.add(None, 404, rule="route")

        assert counts(journal) == {}
