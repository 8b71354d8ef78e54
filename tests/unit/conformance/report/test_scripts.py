import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.report.redaction import Redactor
from conformance.report.scripts import pytest_file, shell
from conformance.report.scripts.expressions import Changed, Setting, Slice, Variable, Writer
from conformance.report.scripts.files import write_scripts
from conformance.report.scripts.plan import Plan, build_plan
from conformance.report.scripts.transcript import comparable
from conformance.results.exchange import Exchange
from conformance.results.violation import Repetition, Violation
from tests.harness.sample_report import HOSTILE, failure, requirement_row

BASE, STATES = "http://target:8080", "http://states:8080/states"
KEY = "ak_5f2c9d1e"
NOTHING_SECRET = Redactor({})
GATE = "Basic aGVs bG8td29y"
SECRETS = Redactor({KEY: "AUDIENCE_API_KEY", GATE: "AUDIENCE_HEADER_1"}, {"x-pin": "4711"})
AUDIENCE = "65c8a2d3b0e1"
PATH = "/v1/accounts/g1/audiences/<2>"
FATES = {4: 404, 5: 200}
"""The statuses of two concurrent deletions, by their numbers."""


def exchange(number: int, method: str, url: str, response: object = None, status: int = 200, **more: Any) -> Exchange:
    body = None if response is None else json.dumps(response).encode()
    headers = (("authorization", f"Bearer {KEY}"),)
    return replace(Exchange(number, method, url, headers, None, status, None, (), body, 5.0), **more)


def state(number: int, name: str, values: dict[str, str], **params: str) -> Exchange:
    content = json.dumps({"state": name, "params": params, "action": "setup"}).encode()
    return exchange(number, "POST", STATES, values, request_headers=(), request_body=content)


KEY_STATE = state(1, "an API key", {"apiKey": KEY, "accountGroupId": "g1"})
READY = state(2, "an audience that is ready", {"accountGroupId": "g1", "audienceId": AUDIENCE}, apiKey=KEY)
DELETION = exchange(3, "DELETE", f"{BASE}/v1/accounts/g1/audiences/{AUDIENCE}", {"success": True})


def plan_of(*own: Exchange, actual: str = "200 {}", redactor: Redactor = NOTHING_SECRET) -> Plan:
    steps = (KEY_STATE, READY, *own)
    repetition = Repetition(steps, frozenset(step.number for step in own), frozenset({1, 2}))
    violation = Violation("AUD-DELETE-GUARD", "409: active", actual, own, "check_guard[queued]", repetition=repetition)
    plan = build_plan(requirement_row(), violation, BASE, redactor)
    assert plan is not None
    return plan


def writer(**values: str) -> Writer:
    found = Writer(SECRETS)
    found.values.update({value: name for name, value in values.items()})
    return found


def test_a_value_of_a_response_is_a_variable_wherever_it_occurs() -> None:
    known = writer(KEY_1=KEY, GROUP_1="g1", AUDIENCE_1="a/ 1-long")

    assert known.url("/v1/accounts/g1/audiences/a%2F%201-long?of=g1&not=g12") == (
        "/v1/accounts/",
        Variable("GROUP_1"),
        "/audiences/",
        Variable("AUDIENCE_1", "uri"),
        "?of=",
        Variable("GROUP_1"),
        "&not=g12",
    )
    assert known.header("authorization", f"Bearer {KEY}") == ("Bearer ", Variable("KEY_1"))
    assert known.document('{"id": "g1", "name": "g1 x"}') == ('{"id": "', Variable("GROUP_1"), '", "name": "g1 x"}')


def test_a_near_miss_is_made_of_the_value() -> None:
    known = writer(KEY_1=KEY)

    assert known.header("authorization", f"Bearer {KEY}x") == ("Bearer ", Variable("KEY_1"), "x")
    assert known.header("authorization", f"Bearer {KEY[:-1]}") == ("Bearer ", Slice("KEY_1", 0, 10))
    assert known.header("authorization", f"Bearer {KEY[1:]}") == ("Bearer ", Slice("KEY_1", 1, None))
    assert known.header("authorization", f"Bearer {KEY[:3]}a{KEY[4:]}") == ("Bearer ", Changed("KEY_1", 3, "a", "b"))
    assert known.header("authorization", f"Bearer {KEY.swapcase()}") == ("Bearer ", Variable("KEY_1", "swapped"))
    escaped = "".join(f"%{ord(character):02X}" for character in KEY)
    assert known.url(f"/{escaped}") == ("/", Variable("KEY_1", "escaped"))


def test_a_secret_that_no_response_gave_is_a_setting() -> None:
    assert writer().header("authorization", f"Bearer {KEY}") == ("Bearer ", Setting("AUDIENCE_API_KEY"))


def test_a_header_that_was_given_is_a_setting_as_a_whole_short_ones_too() -> None:
    assert writer().header("x-gate", GATE) == (Setting("AUDIENCE_HEADER_1"),)
    assert writer().header("x-pin", "4711") == (Setting("AUDIENCE_HEADER_X_PIN"),)
    assert writer().header("x-other", "4711") == ("4711",)


def test_two_transcripts_of_the_same_are_equal_whatever_the_identifiers() -> None:
    one = [["/a/id-100", {"id": "id-100", "at": "2027-01-31T10:00:00Z", "trace": "t-55555"}]]
    other = [["/a/id-200", {"id": "id-200", "at": "2028-01-31T10:00:00Z", "trace": "t-66666"}]]
    wrong = [["/a/id-200", {"id": "id-201", "at": "2028-01-31T10:00:00Z", "trace": "t-66666"}]]

    assert comparable(one, ["id-100"]) == comparable(other, ["id-200"]) != comparable(wrong, ["id-200"])


def test_a_word_of_a_path_is_no_near_miss_of_an_identifier() -> None:
    url = writer(AUDIENCE_1="audience-1").url("/v1/accounts/g1/audiences/audience-2")

    assert url == ("/v1/accounts/g1/audiences/", Changed("AUDIENCE_1", 9, "2", "1"))


def test_equal_identifiers_are_no_transcript_of_distinct_ones() -> None:
    assert comparable([["trace-1", "trace-1"]], []) != comparable([["trace-1", "trace-2"]], [])


def test_the_status_decides_where_the_expected_text_names_another() -> None:
    assert plan_of(DELETION).by_status
    assert not plan_of(DELETION, actual="409 without an error").by_status


def test_the_scripts_have_no_value_of_the_run_and_name_the_check() -> None:
    for text in (shell.render(plan_of(DELETION)), pytest_file.render(plan_of(DELETION), "test_it")):
        assert KEY not in text
        assert AUDIENCE not in text
        assert "check_guard[queued]" in text


def test_overlapping_requests_are_sent_concurrently_and_repeated() -> None:
    one = replace(DELETION, started=100.0)
    other = replace(DELETION, number=4, started=100.001)

    plan = plan_of(one, other)

    assert [len(group) for group in plan.groups] == [1, 1, 2]
    assert plan.attempts > 1
    assert "may need repetition" in shell.render(plan)
    assert "\n  wait\n" in shell.render(plan)
    assert "replay.concurrently([" in pytest_file.render(plan, "test_it")


def concurrent(**seen: Any) -> Plan | None:
    update = replace(DELETION, method="PATCH", request_body=b'{"name": "new"}', started=100.0)
    deletions = [replace(DELETION, number=number, status=status, started=100.001) for number, status in FATES.items()]
    read = replace(DELETION, number=6, method="GET", started=101.0)
    violation = plan_of(update, *deletions, read, actual="none").violation
    return build_plan(requirement_row(), replace(violation, **seen), BASE, NOTHING_SECRET)


def test_concurrent_requests_are_compared_by_their_statuses_each_with_its_like() -> None:
    plan = concurrent()

    assert plan is not None
    assert plan.recorded == [["200"], ["200", "404"], [PATH, "", "200", {"success": True}]]
    assert "{ together 3; together 4 5; transcript 6; }" in shell.render(plan)
    entries = "[replay.together(3), replay.together(4, 5), replay.transcript(6)]"
    assert f"comparable({entries}" in pytest_file.render(plan, "test_it")


def test_only_decisive_bodies_are_compared() -> None:
    plan = concurrent(decisive=frozenset({3, 5}))

    assert plan is not None
    gone, done = ([PATH, "", status, {"success": True}] for status in ("404", "200"))
    assert plan.recorded == [[PATH, {"name": "new"}, "200", {"success": True}], {"alike": [done, gone]}, ["200"]]
    assert "{ transcript 3; alike 4 5; together 6; }" in shell.render(plan)
    entries = "[replay.transcript(3), replay.alike(4, 5), replay.together(6)]"
    assert f"comparable({entries}" in pytest_file.render(plan, "test_it")


def test_a_violation_that_only_the_order_of_time_shows_has_no_script() -> None:
    assert concurrent(is_repeatable=False) is None


def test_requests_that_are_alike_may_exchange_their_responses() -> None:
    one, other = (["/a", "", status, {"id": f"id-{status}", "name": status}] for status in ("200", "404"))
    last = ["/a/id-404"]

    assert comparable([{"alike": [one, other]}, last], []) == comparable([{"alike": [other, one]}, last], [])
    assert comparable([one, other, last], []) != comparable([other, one, last], [])


def test_a_wait_of_the_check_is_repeated() -> None:
    one = replace(DELETION, started=100.0)
    later = replace(DELETION, number=4, started=102.1)

    assert "\n  sleep 3\n" in shell.render(plan_of(one, later))
    assert "replay.pause(2.1)" in pytest_file.render(plan_of(one, later), "test_it")


def test_an_idempotency_key_is_fresh_in_each_attempt() -> None:
    key = "07b33fc9-0f60-4978-a404-b81a437c2046"
    plan = plan_of(replace(DELETION, request_headers=(*DELETION.request_headers, ("idempotency-key", key))))

    assert "FRESH_1=$(fresh)" in shell.render(plan)
    assert key not in shell.render(plan) + pytest_file.render(plan, "test_it")


def hostile_plan() -> Plan:
    raw = HOSTILE.encode("utf-8", "surrogatepass")
    hostile = f"$(touch pwned) `touch pwned` '\"; touch pwned\n{HOSTILE.replace(chr(0xD800), '')}"
    asked = replace(
        DELETION,
        url=f"{DELETION.url}?$(touch pwned)",
        request_headers=(("x-odd", hostile.replace("\n", " ").replace("\0", "")),),
        request_body=hostile.replace("\0", "").encode(),
        response_body=json.dumps({"id": hostile}).encode(),
    )
    plan = plan_of(asked, replace(asked, number=4, request_body=raw), actual=hostile)
    return replace(plan, requirement=requirement_row(text=hostile))


def test_a_hostile_target_writes_no_code_into_a_pytest_file() -> None:
    tree = compile(pytest_file.render(hostile_plan(), "test_it"), "it", "exec")

    assert "pwned" not in tree.co_names


@pytest.mark.skipif(shutil.which("jq") is None, reason="a script needs jq")
def test_a_hostile_target_writes_no_command_into_a_script(tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    script.write_text(shell.render(hostile_plan()), encoding="utf-8")

    run = subprocess.run(  # noqa: S603  (ours)
        ["/bin/sh", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "AUDIENCE_STATES_URL": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (run.returncode, "the state was not set up" in run.stderr) == (2, True), run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["script.sh"]


def test_two_files_are_written_for_each_distinct_violation(tmp_path: Path) -> None:
    violation = plan_of(DELETION).violation
    other = replace(violation, actual="404")
    same = replace(violation, actual="200 {}")

    count = write_scripts(tmp_path / "new", [failure(violation, other, same, id="AUD-X")], BASE, NOTHING_SECRET)

    assert count == 2
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "AUD-X-1.sh",
        "AUD-X-2.sh",
        "test_aud_x_1.py",
        "test_aud_x_2.py",
    ]


def test_a_single_response_violates_with_every_status_that_is_not_expected() -> None:
    plan = plan_of(DELETION)

    assert plan.allowed == ("409",)
    assert "replay.statuses((3,))[0] not in ('409',)" in pytest_file.render(plan, "test_it")
    assert "case $(statuses 3) in 409) absent" in shell.render(plan)
