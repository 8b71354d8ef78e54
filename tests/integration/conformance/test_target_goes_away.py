"""A target that goes away in mid-run, for good or for a moment, with its states or without them."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness.hostile_modes import reset, silence
from tests.harness.hostile_target import HostileTarget, Mode, Plan, hostile
from tests.harness.suite_command import Finished, command
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served

RUN = ("--profile", "delete", "--max-examples", "2", "--seed", "1")


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with served(Single()) as url:
        yield url


@contextmanager
def mortal(upstream: str, requests: int) -> Iterator[HostileTarget]:
    """Run a target that goes away after some requests."""
    targets: list[HostileTarget] = []

    def go_away(_connection: socket.socket, _head: bytes) -> None:
        targets[0].stop()

    with hostile(go_away, upstream, Plan(requests)) as target:
        targets.append(target)
        yield target


def run_on(folder: Path, url: str, states_url: str, *options: str) -> tuple[Finished, dict[str, Any]]:
    report = folder / "report.json"
    addresses = ("--base-url", url, "--states-url", f"{states_url}/states", "--report-json", str(report))
    finished = command("run", *addresses, *RUN, *options, timeout=100)
    assert "Traceback" not in finished.stdout + finished.stderr
    return finished, json.loads(report.read_text())


def verdicts(report: dict[str, Any]) -> set[str]:
    return {row["verdict"] for row in report["requirements"]}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_target_that_goes_away_ends_the_run_with_what_was_decided(
    workers: str, upstream: str, tmp_path: Path
) -> None:
    with mortal(upstream, 60) as target:
        finished, report = run_on(tmp_path, target.url, upstream, "--timeout", "1", "--workers", workers)

    assert (finished.returncode, report["verdict"]) == (1, "inconclusive")
    assert "verdict   inconclusive: Inconclusive. The target went away after " in finished.stdout
    assert report["target"]["notes"][0].startswith("the target went away after ")
    assert verdicts(report) >= {"pass", "not-run"}
    assert not verdicts(report) & {"fail", "error"}


def test_a_target_that_goes_away_with_its_states_is_no_fault_of_the_suite(upstream: str, tmp_path: Path) -> None:
    with mortal(upstream, 150) as target:
        finished, report = run_on(tmp_path, target.url, target.url, "--timeout", "1")

    assert (finished.returncode, report["verdict"]) == (1, "inconclusive")
    assert report["target"]["notes"][0].startswith("the target went away after ")
    assert not verdicts(report) & {"fail", "error"}
    assert any("more states, since nothing answered" in note for note in report["target"]["notes"])


@pytest.mark.parametrize(("mode", "seconds"), [(reset, 0.6), (silence, 5)])
def test_a_target_that_comes_back_is_told_of_and_breaks_nothing(
    mode: Mode, seconds: float, upstream: str, tmp_path: Path
) -> None:
    with hostile(mode, upstream, Plan(60, seconds)) as target:
        _, report = run_on(tmp_path, target.url, upstream, "--timeout", "4")

    assert not verdicts(report) & {"fail", "error"}
    assert "pass" in verdicts(report)
    assert any(note.startswith("the target did not respond from ") for note in report["target"]["notes"])


def test_a_target_that_drops_every_deletion_with_a_key_is_in_violation(upstream: str, tmp_path: Path) -> None:
    plan = Plan(20, concerns=lambda head: b"authorization: bearer" in head.lower())
    with hostile(reset, upstream, plan) as target:
        finished, report = run_on(tmp_path, target.url, upstream, "--timeout", "2")

    failed = {row["id"] for row in report["requirements"] if row["verdict"] == "fail"}
    assert (finished.returncode, report["verdict"]) == (1, "nonconformant")
    assert failed >= {"AUD-DELETE-FOUND", "AUD-DELETE-ROW-OTHER"}


def test_states_that_go_away_leave_undecided_what_needed_them(upstream: str, tmp_path: Path) -> None:
    with mortal(upstream, 100) as states:
        finished, report = run_on(tmp_path, upstream, states.url, "--timeout", "1")

    assert (finished.returncode, report["verdict"]) == (1, "inconclusive")
    assert verdicts(report) >= {"pass", "not-run"}
    assert not verdicts(report) & {"fail", "error"}
    assert "went away" not in finished.stdout
