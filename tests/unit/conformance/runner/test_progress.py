from types import SimpleNamespace
from typing import Any

import pytest

from conformance.catalogue.requirements import load_catalogue
from conformance.runner.progress import Progress

GUARD = "check_delete.py::check_a_populated_audience_is_protected[queued-completed]"
DELETED = "check_delete.py::check_a_ready_audience_is_deleted"


def recorded_progress(*, live: bool) -> tuple[Progress, list[str]]:
    written: list[str] = []
    return Progress(load_catalogue(), written.append, live=live), written


def report(nodeid: str, outcome: str, when: str = "call") -> Any:
    return SimpleNamespace(nodeid=nodeid, outcome=outcome, when=when, passed=outcome == "passed")


def test_without_a_terminal_each_check_that_ends_is_a_plain_line() -> None:
    progress, written = recorded_progress(live=False)

    progress.pytest_runtest_logstart(GUARD)
    progress.pytest_runtest_logreport(report(GUARD, "passed", "setup"))
    progress.pytest_runtest_logreport(report(GUARD, "passed"))
    progress.pytest_runtest_logreport(report(DELETED, "failed"))
    progress.pytest_runtest_logreport(report("x::test_no_state", "skipped"))

    assert written == [
        "ok      check_a_populated_audience_is_protected[queued-completed]\n",
        "not ok  check_a_ready_audience_is_deleted\n",
        "not run test_no_state\n",
    ]


def test_on_a_terminal_one_line_tells_how_far_it_is_and_what_is_running() -> None:
    progress, written = recorded_progress(live=True)
    progress.pytest_xdist_node_collection_finished([GUARD, DELETED, "a", "b"])

    progress.pytest_runtest_logreport(report("a", "passed"))
    progress.pytest_runtest_logreport(report("b", "skipped"))
    progress.pytest_runtest_logstart(GUARD)

    assert progress.line().startswith("0:00  1 ok, 0 not ok, 1 not run, 2 left  AUD-DELETE-")
    assert progress.line().endswith(": check_a_populated_audience_is_protected[queued-completed]")
    assert all(text.startswith("\r") and "\n" not in text for text in written)


def test_on_a_terminal_a_failure_stays_and_the_line_is_cleared_at_the_end() -> None:
    progress, written = recorded_progress(live=True)

    progress.pytest_runtest_logreport(report(DELETED, "failed"))
    progress.pytest_sessionfinish()
    progress.pytest_runtest_logstart(GUARD)

    assert "\r\x1b[Knot ok  check_a_ready_audience_is_deleted\n" in written
    assert written[-1] == "\r\x1b[K"


@pytest.mark.parametrize("outcomes", [["passed", "failed"], ["failed", "passed"]])
def test_a_check_of_several_workers_counts_once_and_by_the_worst(outcomes: list[str]) -> None:
    progress, _ = recorded_progress(live=True)

    for outcome in outcomes:
        progress.pytest_runtest_logreport(report(DELETED, outcome))

    assert "0 ok, 1 not ok" in progress.line()
