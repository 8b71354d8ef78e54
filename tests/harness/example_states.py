"""The expectations of an example of provider states, in whatever language it is written."""

import json
from pathlib import Path

from conformance.states import ProviderState
from tests.harness.suite_command import command

UNKNOWN = {ProviderState.CREDITS_EXHAUSTED, ProviderState.PROSPECTING_REQUEST}
"""The states that the examples cannot set up: their stores have neither credits nor jobs to start."""


def assert_states_are_right(url: str) -> None:
    """Assert that `states --check` finds nothing wrong, and no state missing but those that are unknown."""
    done = command("states", "--check", f"{url}/states", "--base-url", url, "--json")

    results = {(row["state"], row["parameter"]): row["result"] for row in json.loads(done.stdout)}
    assert (done.returncode, done.stderr) == (0, "")
    assert {state for (state, _), result in results.items() if result != "ok"} == UNKNOWN


def assert_profile_delete_conforms(url: str, folder: Path) -> None:
    """Assert that the profile `delete` conforms, with states set up by the example alone."""
    report = folder / "report.json"
    options = ("--profile", "delete", "--seed", "1", "--max-examples", "5", "--report-json", str(report))

    done = command("run", "--base-url", url, "--states-url", f"{url}/states", *options)

    assert (done.returncode, json.loads(report.read_text())["verdict"]) == (0, "conformant"), done.stdout
