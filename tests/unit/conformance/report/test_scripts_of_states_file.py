"""The scripts of a run with a states file: what was prepared by hand is named by variables."""

import json
from typing import Any

from conformance.report.redaction import Redactor
from conformance.report.scripts import pytest_file, shell
from conformance.report.scripts.plan import Plan, build_plan
from conformance.report.scripts.prepared import Prepared, prepared_by
from conformance.results.exchange import Exchange
from conformance.results.violation import Repetition, Violation
from conformance.results.worker_result import WorkerResult, deleted_ids, merge
from conformance.states.states_file import ListedKey, StatesFile
from tests.harness.sample_report import requirement_row

BASE = "http://target:8080"
KEY = "ak_5f2c9d1e"
FILE = StatesFile(
    keys=[ListedKey(KEY, "g1"), ListedKey("ak_reading", "g1", frozenset({"audiences:read"}))],
    ready=[{"accountGroupId": "g1", "audienceId": "7", "prospects": 3}],
    populated=[{"accountGroupId": "g1", "audienceId": "audience-1", "jobId": "job-1", "jobStatus": "queued"}],
)


def request(number: int, method: str, path: str, status: int = 200) -> Exchange:
    headers = (("authorization", f"Bearer {KEY}"),)
    url, body = f"{BASE}/v1/accounts/g1/{path}", json.dumps({"data": {}}).encode()
    return Exchange(number, method, url, headers, None, status, None, (), body, 5.0)


DELETION = request(1, "DELETE", "audiences/audience-1")


def plan_of(*own: Exchange, expected: str = "409: active", **more: Any) -> Plan:
    repetition = Repetition(own, frozenset(exchange.number for exchange in own), frozenset())
    violation = Violation("AUD-DELETE-GUARD", expected, "200 {}", own, "check_guard", repetition=repetition)
    plan = build_plan(
        requirement_row(), violation, BASE, Redactor({KEY: "AUDIENCE_API_KEY_1"}), prepared_by(FILE, **more)
    )
    assert plan is not None
    return plan


def test_a_resource_that_is_there_still_is_the_default_of_its_variable() -> None:
    plan = plan_of(request(1, "GET", "audiences/audience-1"), deleted=frozenset())

    assert "AUDIENCE_PREPARED_1=${AUDIENCE_PREPARED_1:-audience-1}" in shell.render(plan)
    assert '/audiences/$AUDIENCE_PREPARED_1"' in shell.render(plan)
    assert "'/v1/accounts/g1/audiences/' + AUDIENCE_PREPARED_1" in pytest_file.render(plan, "test_it")


def test_a_deleted_resource_is_described_and_has_no_default() -> None:
    plan = plan_of(DELETION, deleted=deleted_ids([DELETION]))

    described = "an audience being populated, jobStatus queued, in the account group g1"
    assert f"${{AUDIENCE_PREPARED_1:?set it in the environment: {described}, another one" in shell.render(plan)
    assert "AUDIENCE_PREPARED_1:-" not in shell.render(plan)
    assert f"os.environ['AUDIENCE_PREPARED_1']  # {described}" in pytest_file.render(plan, "test_it")


def test_a_key_is_described_by_its_account_group() -> None:
    plan = plan_of(DELETION, deleted=frozenset())

    assert "${AUDIENCE_API_KEY_1:?set it in the environment: a key of the account group g1, which" in shell.render(plan)
    assert KEY not in shell.render(plan) + pytest_file.render(plan, "test_it")


def test_the_first_request_shows_whether_a_resource_is_there() -> None:
    plan = plan_of(DELETION, request(2, "DELETE", "audiences/audience-1"), deleted=frozenset())

    assert shell.render(plan).count("  there AUDIENCE_PREPARED_1 1\n") == 1
    assert "  there AUDIENCE_PREPARED_1 2" not in shell.render(plan)
    assert pytest_file.render(plan, "test_it").count("replay.there('AUDIENCE_PREPARED_1', 1)") == 1


def test_a_404_that_is_expected_or_that_was_seen_is_no_missing_resource() -> None:
    expected = plan_of(DELETION, expected="404", deleted=frozenset())
    was_seen = plan_of(request(1, "DELETE", "audiences/audience-1", 404), deleted=frozenset())

    assert all("\n  there " not in shell.render(plan) for plan in (expected, was_seen))


def test_a_short_identifier_is_a_word_of_its_own() -> None:
    assert [one.identifier for one in prepared_by(FILE, frozenset()).needed_by([request(1, "GET", "audiences/7")])] == [
        "7"
    ]
    assert Prepared(resources={"7": ""}).needed_by([request(1, "GET", "audiences/a7b")]) == ()


def test_deletions_of_all_workers_count() -> None:
    refused = request(2, "DELETE", "audiences/audience-2", 409)
    deleted = [deleted_ids([DELETION, refused]), deleted_ids([request(3, "DELETE", "audiences/a%2Fb/")])]

    assert merge([WorkerResult({}, deleted=ids) for ids in deleted]).deleted == {"audience-1", "a/b"}
