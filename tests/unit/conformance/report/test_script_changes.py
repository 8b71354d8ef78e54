"""The changes between two responses, in a pytest file and in a shell script."""

import json
import shutil
import subprocess
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from conformance.report.redaction import Redactor
from conformance.report.scripts import pytest_file, shell
from conformance.report.scripts.changes import change_text, changed_places, response_changes
from conformance.report.scripts.plan import Plan, build_plan
from conformance.results.exchange import Exchange
from conformance.results.violation import Repetition, Violation
from tests.harness.sample_report import requirement_row

BASE = "http://target:8080"
PRELUDE = resources.files("conformance.report.scripts").joinpath("prelude.sh").read_text()
ONE, OTHER = {"id": "one", "name": "One"}, {"id": "other", "name": "Other"}
CASES: list[tuple[Any, Any, list[Any]]] = [
    ({"traceId": "1", "data": {}}, {"traceId": "2", "data": {}}, []),
    (
        {"items": [ONE, OTHER]},
        {"items": [OTHER, ONE]},
        [[["body", "items", "order"], ["one", "other"], ["other", "one"]]],
    ),
    (
        {"items": [ONE, OTHER]},
        {"items": [OTHER]},
        [
            [["body", "items", "one", "id"], "one", "(not shown)"],
            [["body", "items", "one", "name"], "One", "(not shown)"],
        ],
    ),
    ({"items": [{**ONE, "n": None}]}, {"items": [{**ONE, "n": "x"}]}, [[["body", "items", "one", "n"], None, "x"]]),
    ([{"jobId": "j", "a": 1}], [{"jobId": "j", "a": True}], [[["body", "j", "a"], 1, True]]),
    ([{"id": None, "a": 1}, "x"], [{"id": None, "a": 2}, "y"], [[["body", 0, "a"], 1, 2], [["body", 1], "x", "y"]]),
    ("<html>", {"a": []}, [[["body"], "<html>", "(not shown)"]]),
]


@pytest.mark.parametrize(("earlier", "later", "expected"), CASES)
def test_changes_are_told_by_place_with_the_identifiers_of_items(earlier: Any, later: Any, expected: Any) -> None:
    found = response_changes(["200", earlier], ["200", later])

    assert json.dumps(found) == json.dumps(expected)


@pytest.mark.skipif(shutil.which("jq") is None, reason="a script needs jq")
@pytest.mark.parametrize(("earlier", "later", "expected"), CASES)
def test_a_shell_script_finds_the_same_changes(earlier: Any, later: Any, expected: Any, tmp_path: Path) -> None:
    for number, body in (("1", earlier), ("2", later)):
        texts = {"url": "", "sent": "", "status": "200", "body": body if isinstance(body, str) else json.dumps(body)}
        for name, text in texts.items():
            (tmp_path / f"{number}.{name}").write_text(text)
    environment = {"PATH": "/usr/bin:/bin", "work": str(tmp_path), "AUDIENCE_BASE_URL": ""}

    words = ["/bin/sh", "-c", f"{PRELUDE}\nchanges 1 2\nchanged_places 1 2\nshown_changes 1 2 1 2"]
    run = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603  (ours)

    found, places, shown = run.stdout.split("\n", 2)
    assert (json.loads(found), run.stderr) == (expected, "")
    assert json.loads(places) == changed_places(expected)
    assert shown.strip() == "; ".join(map(change_text, expected * 2))


def test_a_change_of_the_status_is_told() -> None:
    (change,) = response_changes(["200", ""], ["404", ""])

    assert change_text(change) == 'status: "200" -> "404"'


def exchange(number: int, method: str, path: str, document: object) -> Exchange:
    url, body = f"{BASE}/v1/accounts/g1/audiences{path}", json.dumps(document).encode()
    return Exchange(number, method, url, (), None, 200, None, (), body, 5.0)


BEFORE, WRITE, AFTER = exchange(1, "GET", "", [ONE]), exchange(2, "DELETE", "/x", {}), exchange(3, "GET", "", [])


def plan_of(*pairs: tuple[int, int], **more: Any) -> Plan:
    own = (BEFORE, WRITE, AFTER)
    repetition = Repetition(own, frozenset({1, 2, 3}), frozenset(), pairs)
    violation = Violation("AUD-DELETE-ONLY", "still a", "b", own, "check_only", repetition=repetition)
    plan = build_plan(requirement_row(), replace(violation, **more), BASE, Redactor({}))
    assert plan is not None
    return plan


def test_the_change_decides_and_stands_in_the_last_line() -> None:
    plan = plan_of((1, 3))

    assert "{ transcript 2; changed_places 1 3; } | same" in shell.render(plan)
    assert '"$(shown_changes 1 3)"' in shell.render(plan)
    assert "comparable([replay.transcript(2), replay.changed_places(1, 3)], [])" in pytest_file.render(plan, "test_it")
    assert "replay.shown_changes((1, 3))" in pytest_file.render(plan, "test_it")
    compile(pytest_file.render(plan, "test_it"), "it", "exec")


def test_a_violation_that_statuses_decide_needs_no_change() -> None:
    plan = plan_of((1, 3), expected="404", actual="200 {}")

    assert (plan.by_status, plan.pairs) == (True, ())
