"""Runs of the suite on a hostile target: bounded time, the expected line, and the expected exit status."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.hostile_modes import BROKEN, LIMITED, REDIRECT, SLOW, TOO_MUCH, UNREADABLE, reset, silence
from tests.harness.hostile_target import Mode, Plan, hostile
from tests.harness.suite_command import Finished, command
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served

RUN = ("--profile", "delete", "--max-examples", "2", "--seed", "1", "--max-body", "1000000")
SLOWEST = {silence, reset, BROKEN["endless Early Hints"], *SLOW.values()}
RELAYED = 20
"""The number of requests that are relayed: more than the preflight sends, fewer than a run."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with served(Single()) as url:
        yield url


def run_on(mode: Mode, upstream: str, after: int, *options: str) -> Finished:
    timeout = "1" if mode in SLOWEST else "5"  # a busy machine is slow to respond itself
    with hostile(mode, upstream, Plan(after)) as target:
        addresses = ("--base-url", target.url, "--states-url", f"{upstream}/states", "--timeout", timeout)
        finished = command("run", *addresses, *RUN, *options, timeout=100)
    assert "Traceback" not in finished.stdout + finished.stderr
    return finished


def reported(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (TOO_MUCH["an endless body"], "does not answer HTTP (a body of more than 1000000 bytes)"),
        (TOO_MUCH["a bomb in a bomb"], "does not answer HTTP (a body of more than 1000000 bytes)"),
        (BROKEN["a broken gzip body"], "does not answer HTTP (a compressed body that is broken"),
        (BROKEN["endless Early Hints"], "does not answer HTTP"),
        (SLOW["a dripping header"], "does not answer HTTP (a response without an end, within 3 s)"),
        (REDIRECT, "sends its clients on to /v1/again"),
        (silence, "did not answer within 1 s"),
    ],
)
def test_a_target_that_is_hostile_from_the_start_is_told_in_one_line(mode: Mode, said: str, upstream: str) -> None:
    finished = run_on(mode, upstream, 0)

    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (4, "", 1)
    assert said in finished.stderr


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (TOO_MUCH["a bomb"], "no response (a body of more than 1000000 bytes)"),
        (TOO_MUCH["a length of 999 TB"], "no response (a body of more than 1000000 bytes)"),
        (BROKEN["a broken gzip body"], "no response (a compressed body that is broken"),
        (BROKEN["a body cut short"], "no response (peer closed connection"),
        (SLOW["a dripping body"], "no response (a response without an end, within 3 s)"),
        (SLOW["a dripping header"], "no response (a response without an end, within 3 s)"),
        (UNREADABLE["invalid UTF-8"], "no JSON"),
        (UNREADABLE["JSON nested 100,000 deep"], "nested too deeply"),
        (UNREADABLE["an integer of 6,000 digits"], "no JSON"),
        (REDIRECT, "308"),
    ],
)
def test_a_response_that_no_client_can_take_is_a_violation(mode: Mode, said: str, upstream: str) -> None:
    finished = run_on(mode, upstream, RELAYED)

    assert (finished.returncode, said in finished.stdout) == (1, True), finished.stdout
    assert "nonconformant: Does not conform" in finished.stdout


@pytest.mark.parametrize("mode", [silence, reset])
def test_a_target_that_stops_responding_ends_the_run_undecided(mode: Mode, upstream: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"

    finished = run_on(mode, upstream, RELAYED, "--report-json", str(report))

    rows = reported(report)
    assert finished.returncode == 1
    assert "verdict   inconclusive: Inconclusive. The target went away after " in finished.stdout
    assert rows["verdict"] == "inconclusive"
    assert rows["target"]["notes"][0].startswith("the target went away after ")
    assert not [row for row in rows["requirements"] if row["verdict"] in {"fail", "error"}]
    assert "the target went away" in {row["reason"] for row in rows["requirements"] if row["verdict"] == "not-run"}


@pytest.mark.parametrize("mode", [LIMITED, SLOW["a dripping body"], BROKEN["endless Early Hints"]])
def test_the_deadline_ends_a_run_whatever_the_target_does(mode: Mode, upstream: str) -> None:
    with hostile(mode, upstream, Plan(RELAYED)) as target:
        addresses = ("--base-url", target.url, "--states-url", f"{upstream}/states")
        started = time.monotonic()
        finished = command("run", *addresses, "--profile", "delete", "--timeout", "60", "--deadline", "3", timeout=60)

    assert time.monotonic() - started < 30
    assert finished.returncode == 1
    assert "the deadline of 3 s has passed" in finished.stdout
    assert "inconclusive" in finished.stdout
