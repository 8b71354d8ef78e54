"""Keys that lack permissions: what needs a missing one is not run, and nothing is held against the target."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.catalogue.permissions import ALL_PERMISSIONS
from tests.harness.sampling import PROVE
from tests.harness.suite_command import command, run_with_report
from tests.mutants.server.mutated import Whole, served

READ, WRITE, PROSPECTS, JOBS = "audiences:read", "audiences:write", "prospects:read", "prospecting:read"
FOUR_KEYS = [(READ, PROSPECTS, JOBS), (READ, WRITE), (WRITE,), (READ, WRITE, PROSPECTS, JOBS)]
"""The permissions of four keys of real users, the first of which only reads."""

EVERY_KEY = [chosen for size in range(6) for chosen in combinations(sorted(ALL_PERMISSIONS), size)]
ALLOWED: tuple[tuple[str, ...], ...] = ((), ("--allow-leftovers", "--allow-credits")) if PROVE else ((),)
FEW = ("--seed", "5", "--max-examples", "1")
CENTRAL = "check_whatever_a_client_does or check_odd or is_done or sequences"


def key_with(url: str, permissions: tuple[str, ...]) -> str:
    """Return a key with some permissions, in an account group of its own."""
    document = {"state": "an API key", "params": {"permissions": permissions}, "action": "setup"}
    return str(httpx.post(f"{url}/_mock/provider-states", json=document).json()["apiKey"])


def accusations(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the requirements that a run found broken, or could not judge by a mistake of its own."""
    bad = [row for row in report["requirements"] if row["verdict"] in {"fail", "error"}]
    return [(row["id"], row["reason"]) for row in bad]


@pytest.mark.parametrize("permissions", EVERY_KEY if PROVE else FOUR_KEYS, ids=",".join)
@pytest.mark.parametrize("allowed", ALLOWED, ids=len)
def test_a_key_that_lacks_a_permission_accuses_nobody(
    permissions: tuple[str, ...], allowed: tuple[str, ...], tmp_path: Path
) -> None:
    selection = () if PROVE else ("-k", CENTRAL)
    with served(Whole()) as url:
        key = key_with(url, permissions)
        status, report = run_with_report(tmp_path, "--base-url", url, "--api-key", key, *FEW, *allowed, *selection)

    assert (status, report["verdict"], accusations(report)) == (1, "inconclusive", [])


@pytest.mark.parametrize("permissions", FOUR_KEYS, ids=",".join)
def test_the_profile_delete_is_not_run_without_the_permission(permissions: tuple[str, ...], tmp_path: Path) -> None:
    with served(Whole()) as url:
        key = key_with(url, permissions)
        options = ("--base-url", url, "--api-key", key, "--profile", "delete", *FEW)
        status, report = run_with_report(tmp_path, *options)

    rows = {row["id"]: row for row in report["requirements"]}
    odd = rows["AUD-DELETE-ODD"]
    assert (status, accusations(report)) == (1, [])
    assert odd["verdict"] == ("pass" if WRITE in permissions else "not-run")
    assert WRITE in permissions or "the key lacks the permission audiences:write" in odd["reason"]


def test_a_key_of_a_states_file_that_lacks_a_permission_accuses_nobody(tmp_path: Path) -> None:
    with served(Whole()) as url:
        document = {"state": "an API key", "params": {"permissions": [READ]}, "action": "setup"}
        values = httpx.post(f"{url}/_mock/provider-states", json=document).json()
        file = tmp_path / "states.toml"
        file.write_text('[[state."an API key"]]\n' + "\n".join(f'{name} = "{value}"' for name, value in values.items()))
        options = ("--base-url", url, "--states-file", str(file), "--profile", "delete", *FEW)
        status, report = run_with_report(tmp_path, *options)

    assert (status, accusations(report)) == (1, [])


class ForgetsPermissions(Whole):
    """A server that takes every key for one that may only read."""

    async def respond(self, asked: Any) -> Any:
        return self.refuse(403, "FORBIDDEN") if asked.operation == "AUD-DELETE" else await self.serve(asked)


def test_a_403_for_a_key_that_the_states_url_has_given_the_permission_is_a_violation(tmp_path: Path) -> None:
    with served(ForgetsPermissions()) as url:
        states = ("--states-url", f"{url}/_mock/provider-states", "--profile", "delete", *FEW)
        status, report = run_with_report(tmp_path, "--base-url", url, *states)

    assert status == 1
    assert "AUD-DELETE-DONE" in dict(accusations(report))


def test_the_suite_says_what_it_learnt_of_no_key_that_the_target_refuses() -> None:
    with served(Whole()) as url:
        run = command("run", "--base-url", url, "--api-key", "sk_test_revoked", *FEW)

    assert (run.returncode, run.stdout) == (4, "")
    assert "does not accept the API key (401)" in run.stderr
    assert json.dumps(run.stderr).count("\\n") == 1
