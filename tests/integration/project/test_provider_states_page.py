"""The page of the provider states: its tables are those of the document, and its states file is complete."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import httpx

from conformance.states.interface import Parameter, state_descriptions
from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.pages import ROOT, Page
from tests.harness.suite_command import command

PAGE = Page("docs/provider-states.md")
FILE = ROOT / "examples" / "provider-states" / "delete.toml"
DESCRIPTIONS = state_descriptions()


def rows(columns: int) -> list[tuple[str, ...]]:
    """Return the rows of the table of states with so many columns that stands first."""
    tables = PAGE.section("The states").split("\n\n")
    found = [table for table in tables if table.startswith("| state |")]
    return [tuple(cell.strip() for cell in row.split("|")[1:-1]) for row in found[columns].splitlines()[2:]]


def in_words(parameter: Parameter) -> set[str]:
    """Return what the page has to print in code of a parameter."""
    default = {parameter.default} if parameter.default in parameter.choices else set[str | None]()
    choices = () if parameter.type == "array" else parameter.choices
    return {parameter.name, *choices, *(value for value in default if value)}


def test_the_first_table_has_the_parameters_and_values_of_the_document() -> None:
    table = {state.strip("`"): (parameters, values) for state, parameters, values in rows(0)}

    assert list(table) == list(DESCRIPTIONS)
    for state, (parameters, values) in table.items():
        described = DESCRIPTIONS[state]
        assert set(re.findall(r"`([^`]+)`", parameters)) == set().union(*map(in_words, described.parameters)), state
        assert re.findall(r"`([^`]+)`", values) == list(described.values), state
        assert parameters.count("(required)") == sum(parameter.required for parameter in described.parameters), state


def test_the_second_table_has_every_state() -> None:
    assert [state.strip("`") for state, _, _ in rows(1)] == list(DESCRIPTIONS)


def test_every_state_has_a_curl_command() -> None:
    commands = " ".join(PAGE.curl_commands())

    assert [state for state in DESCRIPTIONS if f'"state": "{state}"' not in commands] == []


def test_the_file_that_the_page_prints_is_the_example() -> None:
    (block,) = PAGE.blocks("toml")

    assert block.text == FILE.read_text()


def seed_of(states: dict[str, Any]) -> dict[str, Any]:
    """Return a seed with everything that a states file lists."""
    keys = [
        {
            "key": entry["apiKey"],
            "accountGroupIds": [entry["accountGroupId"]],
            "revoked": entry.get("status") == "revoked",
            **({"permissions": entry["permissions"]} if "permissions" in entry else {}),
        }
        for entry in states["an API key"]
    ]
    groups = {entry["accountGroupId"]: list[dict[str, Any]]() for entry in states["an API key"]}
    for entry in states["an audience being populated"]:
        job = {"id": entry["jobId"], "pace": "manual", "status": entry["jobStatus"]}
        groups[entry["accountGroupId"]].append({"id": entry["audienceId"], "name": "Founders", "job": job})
    return {"keys": keys, "accountGroups": [{"id": id_, "name": "G", "audiences": of} for id_, of in groups.items()]}


def test_the_states_file_is_complete_for_the_profile_delete(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ("--profile", "delete", "--seed", "1", "--states-file", str(FILE), "--report-json", str(report))

    with served(Settings()) as (url, _):
        seed = seed_of(tomllib.loads(FILE.read_text())["state"])
        httpx.post(f"{url}/_mock/sandboxes", json={"seed": seed}).raise_for_status()
        done = command("run", "--base-url", url, *options)

    found = json.loads(report.read_text())
    open_ids = {row["id"] for row in found["requirements"] if row["verdict"] != "pass" and row["level"] == "MUST"}
    assert (done.returncode, found["verdict"]) == (0, "conformant"), done.stdout
    assert open_ids <= {"AUD-DELETE-ROW-429", "AUD-DELETE-ROW-500"}
