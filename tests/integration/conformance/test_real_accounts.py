"""Accounts that are kept: after a run everything is as it was before, but for what the report lists."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.sampling import PROVE
from tests.harness.shared_account import SharedAccount
from tests.harness.suite_command import command, run_with_report
from tests.mutants.server.mutated import Whole, served
from tests.mutants.server.variants.identifiers import CountedInEachAccountGroup

KEY = "sk_test_all_permissions"
FEW = ("--seed", "7", "--max-examples", "90" if PROVE else "2")
PROFILES = ("delete", "audiences", "full")
ALLOWED: dict[str, tuple[str, ...]] = {"nothing": (), "everything": ("--allow-leftovers", "--allow-credits")}
SOME = [("delete", "nothing"), ("full", "nothing")]
RUNS = [*product(PROFILES, ALLOWED)] if PROVE else SOME
LEFT_BEHIND = {("audiences", "everything"): {"folder"}, ("full", "everything"): {"folder", "job"}}
LISTED = re.compile(r"stays behind: (?:the|what the) (folder|job|audience) (\S+) of")


def listed(report: dict[str, Any]) -> dict[str, str]:
    """Return the kind of each resource that a report lists as left behind, by its identifier."""
    notes = "\n".join(report["target"]["notes"])
    return {identifier: kind for kind, identifier in LISTED.findall(notes)}


def accusations(report: dict[str, Any], *levels: str) -> list[tuple[str, str]]:
    """Return the requirements of some levels that a run found broken, and all that it could not judge by a mistake."""
    rows = report["requirements"]
    bad = [row for row in rows if row["verdict"] == "error" or (row["verdict"] == "fail" and row["level"] in levels)]
    return [(row["id"], row["reason"]) for row in bad]


def left_behind(target: SharedAccount, before: dict[str, Any]) -> dict[str, str]:
    """Return what a run has left behind, by outer identifier; AssertionError where it has changed anything else."""
    after = dict(target.records())
    theirs = {**before, **target.made}
    assert {identifier: after.get(identifier) for identifier in theirs} == theirs
    new = {identifier: record for identifier, record in after.items() if identifier not in theirs}
    imported = {record.audience_id for record in new.values() if hasattr(record, "audience_id")}
    kinds = {identifier: type(record).__name__.lower() for identifier, record in new.items()}
    return {target.shown(identifier): kind for identifier, kind in kinds.items() if identifier not in imported}


@pytest.mark.parametrize(("profile", "allowed"), RUNS)
def test_an_account_of_others_on_a_counting_server_is_as_it_was(profile: str, allowed: str, tmp_path: Path) -> None:
    target = SharedAccount()
    with served(target) as url:
        before = dict(target.records())
        options = ("--base-url", url, "--api-key", KEY, "--profile", profile, *FEW, *ALLOWED[allowed])
        _, report = run_with_report(tmp_path, *options, timeout=600)
        left = left_behind(target, before)

    verdicts = {row["id"]: row["verdict"] for row in report["requirements"]}
    assert left == listed(report)
    assert set(left.values()) == LEFT_BEHIND.get((profile, allowed), set())
    assert accusations(report, "MUST") == []  # others work here at the same time, which a SHOULD may be broken by
    assert verdicts["AUD-DELETE-DONE"] == "pass"


def test_no_long_name_reaches_an_account_that_is_kept(tmp_path: Path) -> None:
    target = SharedAccount()
    with served(target) as url:
        options = ("--profile", "audiences", *FEW, "-k", "doubtful_body or generated", "--allow-leftovers")
        run_with_report(tmp_path, "--base-url", url, "--api-key", KEY, *options)

    assert any(b"a" * 300 in asked.content for asked in target.sent)
    assert [asked for asked in target.sent if len(asked.content) > 5_000] == []


class OfTwoGroups(CountedInEachAccountGroup):
    """A server whose audiences and folders have the same numbers in each account group."""


def test_numbers_that_another_account_group_has_as_well_hit_nothing_there(tmp_path: Path) -> None:
    target = OfTwoGroups()
    with served(target) as url, httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}) as client:
        first, second = (group["id"] for group in client.get("/v1/accounts").json()["data"]["items"])
        for group in (first, second):
            for number in range(5):
                body = {"name": f"mine {number}", "type": "on_demand"}
                client.post(f"/v1/accounts/{group}/audiences", json=body).raise_for_status()
        before = [contents(client, group) for group in (first, second)]
        options = ("--api-key", KEY, "--account-group", second, "--profile", "audiences", *FEW)
        _, report = run_with_report(tmp_path, "--base-url", url, *options)
        after = [contents(client, group) for group in (first, second)]

    assert after == before
    assert listed(report) == {}
    assert accusations(report, "MUST", "SHOULD") == []
    assert f"in the account group {second}" in "\n".join(report["target"]["notes"])


def contents(client: httpx.Client, group: str) -> object:
    """Return all that the navigation shows of an account group."""
    return client.get(f"/v1/accounts/{group}/audiences/navigation").json()["data"]


class KeepsAudiences(Whole):
    """A server that calls every second audience deleted, and keeps it."""

    def __init__(self) -> None:
        self.deletions = 0

    async def respond(self, asked: Any) -> Any:
        if asked.operation != "AUD-DELETE" or not self.world.audiences.get(asked.target):
            return await self.serve(asked)
        self.deletions += 1
        if self.deletions % 2:
            return await self.serve(asked)
        return self.refuse(200, "")


def test_an_audience_that_was_called_deleted_and_is_still_there_is_listed(tmp_path: Path) -> None:
    target = KeepsAudiences()
    with served(target) as url:
        before = {*ids(target)}
        options = ("--base-url", url, "--api-key", KEY, "--profile", "delete", *FEW)
        _, report = run_with_report(tmp_path, *options)
        left = {*ids(target)} - before

    assert left
    assert left == {*listed(report)}


def ids(target: Whole) -> list[str]:
    """Return the identifiers of all audiences."""
    return [audience.id for group in target.world.account_groups for audience in target.audiences(group)]


# What is told before the first write.


def test_the_things_that_a_run_would_make_are_told_and_nothing_is_written() -> None:
    target = SharedAccount()
    with served(target) as url:
        run = command("run", "--base-url", url, "--api-key", KEY, "--profile", "audiences", "--dry-run")

    lines = run.stdout.splitlines()
    assert (run.returncode, run.stderr) == (0, "")
    assert re.fullmatch(r"In the account group \S+ this run makes", lines[0])
    assert re.fullmatch(r"  at most \d+ audiences, and deletes them again,", lines[1])
    assert lines[2:] == ["  no folder,", "  no job.", "It changes and deletes nothing that it has not made."]
    with_key = [asked for asked in target.sent if any(name == b"authorization" for name, _ in asked.headers)]
    assert {asked.method for asked in with_key} == {"GET"}


def test_the_things_that_remain_are_told_where_they_are_allowed() -> None:
    with served(Whole()) as url:
        run = command("run", "--base-url", url, "--api-key", KEY, "--dry-run", *ALLOWED["everything"])

    assert re.search(r"^  at most \d+ folders, which remain,$", run.stdout, re.MULTILINE)
    assert re.search(r"^  at most \d+ jobs, which cost credits\.$", run.stdout, re.MULTILINE)


def test_the_same_is_told_before_the_first_write_of_a_run() -> None:
    with served(Whole()) as url:
        options = ("--base-url", url, "--api-key", KEY, "--profile", "delete", *FEW, "-k", "is_deleted")
        dry, run = (command("run", *options, *further) for further in (("--dry-run",), ()))

    assert dry.stdout.startswith("In the account group")
    assert run.stdout.startswith(dry.stdout)


def test_a_dry_run_with_a_states_file_names_its_account_groups(tmp_path: Path) -> None:
    file = tmp_path / "states.toml"
    keys = [f'[[state."an API key"]]\napiKey = "{KEY}"\naccountGroupId = "{group}"' for group in ("g1", "g2")]
    file.write_text("\n".join(keys))
    with served(Whole()) as url:
        options = ("--base-url", url, "--states-file", str(file), "--profile", "delete")
        run = command("run", *options, AUDIENCE_CONFORMANCE_DRY_RUN="1")

    assert (run.returncode, run.stdout.splitlines()[0]) == (0, "In the account groups g1, g2 this run makes")


def test_an_account_group_is_named_by_a_variable_too() -> None:
    with served(Whole()) as url:
        options = ("--base-url", url, "--api-key", KEY, "--dry-run")
        run = command("run", *options, AUDIENCE_CONFORMANCE_ACCOUNT_GROUP="a00000000000000000000001")

    assert run.stdout.startswith("In the account group a00000000000000000000001 this run makes\n")
