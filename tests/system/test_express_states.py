"""The starting point of the provider states for Express: with a small store it passes the check, and `delete`."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.states import ProviderState
from tests.harness.pages import ROOT
from tests.harness.suite_command import command

HERE = Path(__file__).parent / "express"
INSTALL = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the implementation."""
    folder = tmp_path_factory.mktemp("express")
    for file in (*HERE.iterdir(), ROOT / "examples" / "provider-states" / "express.mjs"):
        shutil.copy(file, folder)
    subprocess.run(INSTALL, cwd=folder, check=True, timeout=280)  # noqa: S603  (ours)
    with subprocess.Popen(["node", "target.mjs"], cwd=folder, stdout=subprocess.PIPE, text=True) as target:  # noqa: S607  (in the path)
        assert target.stdout is not None
        yield target.stdout.readline().strip()
        target.terminate()


def test_the_states_of_the_example_are_right(url: str) -> None:
    done = command("states", "--check", f"{url}/states", "--base-url", url, "--json")

    results = {(row["state"], row["parameter"]): row["result"] for row in json.loads(done.stdout)}
    assert (done.returncode, done.stderr) == (0, "")
    assert {state for (state, _), result in results.items() if result != "ok"} == {
        ProviderState.CREDITS_EXHAUSTED,
        ProviderState.PROSPECTING_REQUEST,
    }


def test_the_example_is_enough_for_the_profile_delete(url: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ("--profile", "delete", "--seed", "1", "--max-examples", "5", "--report-json", str(report))

    done = command("run", "--base-url", url, "--states-url", f"{url}/states", *options)

    assert (done.returncode, json.loads(report.read_text())["verdict"]) == (0, "conformant"), done.stdout
