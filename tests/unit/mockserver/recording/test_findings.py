"""Each rule finds what it is for, and lets its near misses pass."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.operation import OPERATIONS, RetrySafety
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.catalogue import RULE_IDS, findings
from mockserver.recording.findings.rule import Basis
from openapi import contract, control_contract
from tests.harness.journal_builder import LOST, PATHS, Told

Found = list[tuple[str, tuple[int, ...]]]
DELETE = "deleteAudience"
OTHER = "9" * 24
ONE, TWO = {"name": "One", "type": "on_demand"}, {"name": "Two", "type": "on_demand"}
UNREAD, HURRIED, BROKEN = "CLIENT-RETRY-UNREAD", "CLIENT-RETRY-AFTER", "CLIENT-CONTRACT"
ANEW, REUSED = "CLIENT-START-KEY", "CLIENT-KEY-REUSED"
HAMMERED, LACKING = "CLIENT-GUARD-HAMMERED", "CLIENT-PERMISSION-REPEATED"
CHANGES = [name for name, one in OPERATIONS.items() if one.retry_safety is RetrySafety.UNSUPPORTED]
GUARDED: dict[str, Any] = {"status": 409, "rule": "guard"}


def found(told: Told, *, dropped: bool = False) -> Found:
    return [(one.rule.id, one.exchanges) for one in findings(told.exchanges, dropped=dropped)]


def body_for(operation: str) -> Any:
    return ONE if OPERATIONS[operation].takes_body else None


class TestRetryUnread:
    @pytest.mark.parametrize("operation", CHANGES)
    def test_a_change_is_not_to_be_repeated_blindly(self, operation: str) -> None:
        told = Told()
        told.tell(operation, body=body_for(operation), **LOST)
        told.tell(operation, body=body_for(operation))

        assert found(told) == [(UNREAD, (1, 2))]

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
    def test_every_ending_that_tells_nothing_counts(self, ending: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, **ending)
        told.tell(DELETE, 404)

        assert found(told) == [(UNREAD, (1, 2))]

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
    def test_an_answer_tells_what_happened(self, ending: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, **ending)
        told.tell(DELETE)

        assert found(told) == []

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
    def test_whatever_shows_the_resource_is_a_read_of_it(self, read: str, status: int) -> None:
        told = Told()
        told.tell(DELETE, **LOST)
        told.tell(read, status)
        told.tell(DELETE)

        assert found(told) == []

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
    def test_what_shows_nothing_of_it_is_no_read(self, read: str, more: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, **LOST)
        told.tell(read, **more)
        told.tell(DELETE)

        assert (UNREAD, (1, 3)) in found(told)

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
    def test_a_read_has_to_show_what_was_changed(self, operation: str, read: str, *, tells: bool) -> None:
        told = Told()
        told.tell(operation, body=body_for(operation), **LOST)
        told.tell(read)
        told.tell(operation, body=body_for(operation))

        assert found(told) == ([] if tells else [(UNREAD, (1, 3))])

    def test_a_read_with_another_key_is_a_read(self) -> None:
        told = Told()
        told.tell(DELETE, **LOST)
        told.tell("getAudience", token="sk_test_reader")
        told.tell(DELETE)

        assert found(told) == []

    def test_a_read_that_began_before_the_reply_was_lost_is_none(self) -> None:
        told = Told()
        told.tell(DELETE, began=101.0, ended=103.0, **LOST)
        told.tell("getAudience", began=102.0, ended=103.5)
        told.tell(DELETE, gap=5)

        assert found(told) == [(UNREAD, (1, 3))]

    def test_a_read_before_is_none(self) -> None:
        told = Told()
        told.tell("getAudience")
        told.tell(DELETE, **LOST)
        told.tell(DELETE)

        assert found(told) == [(UNREAD, (2, 3))]

    @pytest.mark.parametrize("more", [{"item": OTHER}, {"group": OTHER}, {"token": "sk_test_two"}])
    def test_another_request_is_no_repetition(self, more: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, **LOST)
        told.tell(DELETE, **more)

        assert found(told) == []

    @pytest.mark.parametrize(
        "first",
        [
            {"body": TWO},
            {"body": None},
            {"body": ONE, "request_size": 99_999},
            {"request_body": b"\xff", "request_size": 1},
        ],
    )
    def test_a_body_that_is_not_known_to_be_the_same_is_another_request(self, first: dict[str, Any]) -> None:
        told = Told()
        told.tell("createAudience", **first, **LOST)
        told.tell("createAudience", body=ONE)

        assert found(told) == []

    def test_the_order_of_members_does_not_make_another_body(self) -> None:
        told = Told()
        told.tell("createAudience", body=ONE, **LOST)
        told.tell("createAudience", body=dict(reversed(ONE.items())))

        assert found(told) == [(UNREAD, (1, 2))]

    def test_requests_side_by_side_repeat_nothing(self) -> None:
        told = Told()
        told.tell(DELETE, began=101.0, ended=101.9, **LOST)
        told.tell(DELETE, began=101.5, ended=102.0)

        assert found(told) == []

    def test_each_blind_retry_is_found_until_one_is_answered(self) -> None:
        told = Told()
        told.tell(DELETE, **LOST)
        told.tell(DELETE, **LOST)
        told.tell(DELETE, 429, rule="rate-limit")
        told.tell(DELETE, 404, rule="resource")
        told.tell(DELETE, 404, rule="resource")

        assert found(told) == [(UNREAD, (1, 2)), (UNREAD, (2, 3)), (UNREAD, (2, 4))]

    def test_a_client_that_gave_up_may_retry_before_the_server_is_done(self) -> None:
        told = Told()
        told.tell(DELETE, began=102.0, ended=102.1, status=404, rule="resource")
        told.tell(DELETE, began=101.0, gone_at=101.5, ended=109.0)

        assert found(told) == [(UNREAD, (2, 1))]

    def test_a_fault_may_cut_it_off_before_the_server_is_done(self) -> None:
        told = Told()
        told.tell(DELETE, began=102.0, ended=102.1, status=404, rule="resource")
        told.tell(DELETE, began=101.0, gone_at=101.5, ended=109.0, status=None, whole=False, cut_off=True)

        assert found(told) == [(UNREAD, (2, 1))]

    def test_unless_it_has_read_in_between(self) -> None:
        told = Told()
        told.tell("getAudience", began=101.6, ended=101.7)
        told.tell(DELETE, began=102.0, ended=102.1)
        told.tell(DELETE, began=101.0, gone_at=101.5, ended=109.0)

        assert found(told) == []

    def test_what_the_journal_has_dropped_may_have_been_that_read(self) -> None:
        told = Told()
        told.tell(DELETE, began=102.0, ended=102.1)
        told.tell(DELETE, began=101.0, gone_at=101.5, ended=109.0)

        assert found(told, dropped=True) == []

    def test_the_sentence_is_that_of_the_page(self) -> None:
        told = Told()
        told.tell(DELETE, **LOST)
        told.tell(DELETE)

        (one,) = findings(told.exchanges)

        assert one.sentence == "not supported; check the current resource state before retrying this request."
        assert (one.page or "").endswith("/audiences/audiences-delete")
        assert one.basis is Basis.DOCUMENTED


class TestStartKey:
    @pytest.mark.parametrize(("first", "second"), [("k1", "k2"), ("k1", None), (None, None), (None, "k2")])
    def test_a_start_is_not_to_be_retried_without_its_key(self, first: str | None, second: str | None) -> None:
        told = Told()
        told.tell("startProspectingJob", body=ONE, idempotency_key=first, **LOST)
        told.tell("startProspectingJob", 202, body=ONE, idempotency_key=second)

        assert found(told) == [(ANEW, (1, 2))]

    def test_with_its_key_it_may_be_retried(self) -> None:
        told = Told()
        told.tell("startProspectingJob", body=ONE, idempotency_key="k1", **LOST)
        told.tell("startProspectingJob", 202, body=ONE, idempotency_key="k1")

        assert found(told) == []

    def test_who_has_listed_the_jobs_knows(self) -> None:
        told = Told()
        told.tell("startProspectingJob", body=ONE, **LOST)
        told.tell("listProspectingJobs")
        told.tell("startProspectingJob", 202, body=ONE)

        assert found(told) == []

    def test_another_start_is_no_retry(self) -> None:
        told = Told()
        told.tell("startProspectingJob", body=ONE, idempotency_key="k1", **LOST)
        told.tell("startProspectingJob", 202, body=TWO, idempotency_key="k2")

        assert found(told) == []

    def test_a_second_start_after_an_answer_is_no_retry(self) -> None:
        told = Told()
        told.tell("startProspectingJob", 202, body=ONE, idempotency_key="k1")
        told.tell("startProspectingJob", 202, body=ONE, idempotency_key="k2")

        assert found(told) == []


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
    def test_one_key_is_not_for_two_bodies(self, first: dict[str, Any], second: dict[str, Any]) -> None:
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
    def test_what_is_no_second_use_is_not_found(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        told = Told()
        told.tell("startProspectingJob", **{"status": 202, "idempotency_key": "k", **first})
        told.tell("startProspectingJob", **{"status": 202, "idempotency_key": "k", **second})

        assert REUSED not in [rule for rule, _ in found(told)]

    def test_no_key_is_no_key(self) -> None:
        told = Told()
        told.tell("startProspectingJob", 202, body=ONE)
        told.tell("startProspectingJob", 202, body=TWO)

        assert found(told) == []


class TestRetryAfter:
    @pytest.mark.parametrize("then", [DELETE, "getAudience", "listAccounts"])
    def test_nothing_is_to_be_sent_with_a_limited_key_before_the_time_is_over(self, then: str) -> None:
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
    def test_a_client_that_waits_or_could_not_know_is_not_found(
        self, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        told = Told()
        told.tell("getAudience", 429, **first)
        told.tell("getAudience", **second)

        assert found(told) == []

    def test_another_connection_has_heard_of_it_a_moment_later(self) -> None:
        told = Told()
        told.tell("getAudience", 429, retry_after=5)
        told.tell("getAudience", gap=0.2, peer=("127.0.0.1", 5001))

        assert found(told) == [(HURRIED, (1, 2))]

    def test_time_that_a_test_lets_pass_in_the_sandbox_is_time(self) -> None:
        told = Told()
        told.tell("getAudience", 429, retry_after=5)
        told.ahead = 5_000
        told.tell("getAudience")

        assert found(told) == []

    def test_other_answers_ask_it_of_the_same_request(self) -> None:
        told = Told()
        told.tell("getAudience", 503, retry_after=5)
        told.tell("listAudiences")
        told.tell("getAudience")

        assert found(told) == [(HURRIED, (1, 3))]

    def test_the_last_answer_counts(self) -> None:
        told = Told()
        told.tell("getAudience", 429, retry_after=60)
        told.tell("getAudience", 429, retry_after=1, gap=60)
        told.tell("getAudience", gap=1)

        assert found(told) == []


class TestContract:
    @pytest.mark.parametrize("rule", ["http", "route", "method", "size", "media-type", "validation", "cursor"])
    def test_each_request_that_no_contract_describes_is_found(self, rule: str) -> None:
        told = Told()
        told.tell("updateAudience", 400, rule=rule)
        told.tell("updateAudience", 400, rule=rule)

        assert found(told) == [(BROKEN, (1,)), (BROKEN, (2,))]

    def test_it_needs_neither_a_valid_key_nor_an_operation(self) -> None:
        told = Told()
        told.tell(None, 404, rule="route", token=None)

        assert found(told) == [(BROKEN, (1,))]

    @pytest.mark.parametrize(
        "rule", [None, "api-key", "account-group", "resource", "plan", "name", "credits", "internal"]
    )
    def test_other_refusals_are_none_of_its_business(self, rule: str | None) -> None:
        told = Told()
        told.tell("updateAudience", 400, rule=rule)

        assert found(told) == []

    def test_an_answer_that_a_fault_has_given_is_not_the_clients_doing(self) -> None:
        told = Told()
        told.tell("updateAudience", 400, faults=["f1"])

        assert found(told) == []

    def test_a_preflight_is_not_the_clients_doing(self) -> None:
        told = Told()
        told.tell(None, 405, rule="method", method="OPTIONS")

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
    def test_another_call_is_not(self, second: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, 403, rule="permission")
        told.tell(**{"operation": DELETE, "status": 403, "rule": "permission", **second})

        assert found(told) == []


class TestGuardHammered:
    def test_the_third_refusal_in_a_row_is_found_and_each_further_one(self) -> None:
        told = Told()
        for _ in range(4):
            told.tell(DELETE, **GUARDED)

        assert found(told) == [(HAMMERED, (1, 2, 3)), (HAMMERED, (2, 3, 4))]

    def test_twice_is_not_yet_hammering(self) -> None:
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
    def test_who_looks_at_the_job_or_the_list_in_between_does_not_hammer(self, look: str, *, looked: bool) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell(look)
        told.tell(DELETE, **GUARDED)

        assert found(told) == ([] if looked else [(HAMMERED, (1, 2, 4))])

    def test_a_look_that_failed_is_none(self) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell("getProspectingJob", 500)
        told.tell(DELETE, **GUARDED)

        assert found(told) == [(HAMMERED, (1, 2, 4))]

    @pytest.mark.parametrize("last", [{"gap": 10.0}, {"item": OTHER}, {"token": "sk_test_two"}, {"rule": "resource"}])
    def test_another_request_or_one_after_a_pause_is_not(self, last: dict[str, Any]) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **{**GUARDED, **last})

        assert found(told) == []

    def test_an_answer_in_between_ends_the_row(self) -> None:
        told = Told()
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, **GUARDED)
        told.tell(DELETE, 404, rule="resource")
        told.tell(DELETE, **GUARDED)

        assert found(told) == []


class TestCatalogue:
    def test_no_exchange_no_finding(self) -> None:
        assert findings([]) == []
        assert findings([], dropped=True) == []

    def test_the_control_plane_names_the_same_rules(self) -> None:
        assert tuple(control_contract()["components"]["schemas"]["ClientRule"]["enum"]) == RULE_IDS

    def test_what_is_known_of_an_operation_is_what_the_contract_says(self) -> None:
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
            name: (one.page, one.permission, one.takes_body, one.scoped) for name, one in OPERATIONS.items()
        }

    def test_what_is_said_about_repeating_is_what_the_contract_says(self) -> None:
        for item in contract()["paths"].values():
            for method, operation in item.items():
                if method not in {"parameters", "get"}:
                    known = OPERATIONS[operation["operationId"]].retry_safety
                    assert known.sentence == operation["x-idempotency"]["sentence"]
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


def told_by(steps: list[tuple[Any, ...]]) -> list[Exchange]:
    told = Told()
    for operation, status, rule, gap, key, retry_after, body in steps:
        kept = rule if status is not None and status >= 400 else None
        told.tell(operation, status, gap=gap, body=body, rule=kept, idempotency_key=key, retry_after=retry_after)
    return told.exchanges


@given(st.lists(STEPS, max_size=30), st.integers(0, 30))
def test_more_exchanges_add_findings_and_take_none_away(steps: list[tuple[Any, ...]], cut: int) -> None:
    exchanges = told_by(steps)
    whole = findings(exchanges)

    assert whole[: len(findings(exchanges[:cut]))] == findings(exchanges[:cut])


@given(st.lists(STEPS, max_size=30), st.integers(0, 30))
def test_a_journal_that_has_dropped_something_finds_nothing_that_the_whole_one_does_not(
    steps: list[tuple[Any, ...]], cut: int
) -> None:
    exchanges = told_by(steps)
    whole = [(one.rule.id, one.exchanges[-1]) for one in findings(exchanges)]
    rest = [(one.rule.id, one.exchanges[-1]) for one in findings(exchanges[cut:], dropped=cut > 0)]

    assert set(rest) <= set(whole)


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.sampled_from([None, 200, 404, 429, 500])), max_size=20))
def test_a_client_that_reads_before_it_repeats_and_waits_when_told_to_is_never_found(
    steps: list[tuple[str, int | None]],
) -> None:
    told = Told()
    for operation, status in steps:
        limited = {"rule": "rate-limit", "retry_after": 7, "status": 429} if status == 429 else {"status": status}
        told.tell(operation, body=body_for(operation), gap=7.0, **limited)
        if told.exchanges[-1].is_ambiguous:
            for read in sorted(OPERATIONS[operation].observed_by):
                told.tell(read)

    assert found(told) == []
