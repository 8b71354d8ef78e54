"""The sources of provider states without a states URL, on a real socket."""

import json
import subprocess
from pathlib import Path

import httpx

from tests.harness.prepared_states import prepared
from tests.harness.subprocess_server import served as our_server
from tests.harness.suite_command import command
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served

FEW = ("--seed", "1", "--max-examples", "3", "--profile", "delete")


def test_a_states_file_is_used_as_far_as_it_reaches(tmp_path: Path) -> None:
    target, report = Single(), tmp_path / "report.json"
    file = prepared(target, tmp_path, ready=30)
    with served(target) as url:
        done = command("run", "--base-url", url, "--states-file", str(file), "--report-json", str(report), *FEW)

    found = json.loads(report.read_text())
    verdicts = {row["id"]: row["verdict"] for row in found["requirements"]}
    assert (done.returncode, found["verdict"]) == (1, "inconclusive"), done.stdout + done.stderr
    assert [verdicts[f"AUD-DELETE-{fact}"] for fact in ("DONE", "ONLY", "SCOPE", "GUARD")] == [*["pass"] * 3, "not-run"]
    assert any("repetitions shrank from 3 to 1" in note for note in found["target"]["notes"])
    assert "prepared-key" not in report.read_text() + done.stdout


def test_a_key_alone_reaches_what_the_public_api_can_do_and_leaves_nothing_behind(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with our_server(subprocess.DEVNULL) as url:
        key = {"Authorization": "Bearer sk_test_all_permissions"}
        before = everything(url, key)
        done = command(
            "run", "--base-url", url, "--api-key", "sk_test_all_permissions", "--report-json", str(report), *FEW
        )
        after = everything(url, key)

    found = json.loads(report.read_text())
    verdicts = {row["id"]: row["verdict"] for row in found["requirements"]}
    assert (done.returncode, found["verdict"]) == (1, "inconclusive"), done.stdout + done.stderr
    assert [verdicts[f"AUD-DELETE-{fact}"] for fact in ("DONE", "EFFECT", "GUARD")] == ["pass", "pass", "not-run"]
    assert "fail" not in verdicts.values()
    assert before == after
    assert "sk_test_all_permissions" not in report.read_text() + done.stdout


def everything(url: str, key: dict[str, str]) -> list[object]:
    """Return all audiences that a key sees."""
    groups = [one["id"] for one in httpx.get(f"{url}/v1/accounts", headers=key).json()["data"]["items"]]
    return [
        httpx.get(f"{url}/v1/accounts/{group}/audiences/navigation", headers=key).json()["data"] for group in groups
    ]
