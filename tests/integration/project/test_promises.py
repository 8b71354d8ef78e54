"""The lists of the pages against the code: operations, states, rules, faults, requirements, mutants, versions."""

import hashlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.report import text_report
from conformance.report.contents import Contract, Report
from conformance.report.redaction import Redactor
from conformance.results import expected_failures
from conformance.results.observations import Observations
from conformance.results.verdicts import RunVerdict, decide
from conformance.states import read_states_file
from mockserver import __version__
from mockserver.cli import serve
from mockserver.config import Settings
from mockserver.domain.fault import FaultKind
from mockserver.recording.findings.catalogue import RULE_IDS
from mockserver.service.fault_documents import PRESETS
from mockserver.service.states import STATES
from openapi import contract, contract_text
from tests.harness.in_thread import served
from tests.harness.pages import ROOT, Page
from tests.mutants.registry import MUTANTS, VARIANTS
from tests.mutants.single.registry import MUTANTS as SINGLE

README = Page("README.md")
CONTROL_PLANE = Page("docs/control-plane.md")
CONFORMANCE = Page("docs/conformance.md")
EXAMPLE = "http://127.0.0.1:8080"


def first_column(table: str) -> list[str]:
    """Return what stands in code at the beginning of each row of a table."""
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def test_readme_is_short() -> None:
    assert len(README.text.splitlines()) <= 200


@pytest.fixture
def banner() -> Iterator[list[str]]:
    """The lines that a server prints when it is ready."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:  # noqa: S603  (ours)
        yield list(takewhile(lambda line: not line.startswith("Stop with"), server.stdout or []))
        server.terminate()


def test_make_run_prints_what_readme_shows(banner: list[str]) -> None:
    command, *shown = README.blocks("console")[0].text.splitlines()
    url = banner[0].split()[-1]
    printed = [line.replace(url, EXAMPLE).rstrip() for line in banner]

    assert command == "$ make run"
    assert [line for line in shown if line.strip() != "..." and line not in printed] == []


NEVER_CAUSED = ("-ROW-502", "AUD-CREATE-ROW-422")
"""The ends of the ids of the rows that no request or state brings about on our server."""


def test_the_run_that_readme_shows_ends_as_a_run_on_our_server_does() -> None:
    shown = README.blocks("console")[1].text.split("\n...\n")[1].splitlines()
    (seed,) = re.findall(r"seed (\d+),", "\n".join(shown))
    (seconds,) = re.findall(r"([\d.]+) s$", "\n".join(shown), re.MULTILINE)
    info, digest = contract()["info"], hashlib.sha256(contract_text().encode()).hexdigest()
    results = tuple(
        decide(requirement, Observations(0 if requirement.id.endswith(NEVER_CAUSED) else 1))
        for requirement in load_catalogue().for_profile(Profile.FULL)
    )

    report = Report(
        contract=Contract(info["title"], info["version"], digest),
        base_url=EXAMPLE,
        profile="full",
        seed=int(seed),
        started="",
        duration=float(seconds),
        results=results,
        redactor=Redactor({}),
    )

    assert shown == text_report.render(report).splitlines()[-4:]


def test_the_table_of_operations_is_that_of_the_contract() -> None:
    guard = {"refuse": "409", "hide": "left out", "none": ""}
    rows = {
        (
            method.upper(),
            path.removeprefix("/v1/accounts/{accountGroupId}"),
            operation["x-required-permission"] or "",
            guard[operation["x-guard"]["effect"]],
        )
        for path, item in contract()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }

    shown = re.findall(
        r"^\| `([A-Z]+)` [^|]+\| `([^`]+)` \| (?:`([^`]+)`|any valid key) \| ?([^|]*?) ?\|$", README.text, re.MULTILINE
    )

    assert Counter(shown) == Counter(rows)


def test_every_provider_state_is_explained() -> None:
    assert first_column(CONTROL_PLANE.section("Provider states")) == list(STATES)


def test_every_provider_state_takes_the_parameters_and_returns_the_values_of_its_row() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]+) \| ?([^|]*?) ?\|$", CONTROL_PLANE.section("Provider states"), re.MULTILINE
    )
    known: dict[str, Any] = {"outcome": "completed", "times": 1, "prospects": 3, "source": "url_upload"}
    known |= {"status": "active", "jobStatus": "queued", "permissions": ["audiences:read"]}

    with served(Settings()) as (url, _):
        for state, parameters, values in rows:
            params = {name: known[name] for name in re.findall(r"(?:^|, )`(\w+)`", parameters) if name in known}
            response = httpx.post(f"{url}/_mock/provider-states", json={"state": state, "params": params})

            assert response.status_code == 200, (state, response.text)
            assert set(response.json()) == set(re.findall(r"`(\w+)`", values)), state
            known |= response.json()

    assert len(rows) == len(STATES)


def test_every_rule_for_clients_is_explained() -> None:
    assert first_column(CONTROL_PLANE.section("Findings")) == list(RULE_IDS)


def test_every_kind_of_fault_and_every_preset_is_explained() -> None:
    assert first_column(CONTROL_PLANE.section("Faults")) == [*(kind.value for kind in FaultKind), *PRESETS]


def test_every_option_of_the_server_is_listed() -> None:
    listed = re.findall(r"`(--[a-z-]+)`", CONTROL_PLANE.section("Options of the server"))

    assert Counter(listed) == Counter(option for parameter in serve.params for option in parameter.opts)


def test_every_profile_is_explained_with_the_number_of_its_requirements() -> None:
    rows = re.findall(r"^\| `(\w+)`[^|]*\| (\d+) \|", CONFORMANCE.section("Profiles"), re.MULTILINE)

    assert rows == [(profile.value, str(len(load_catalogue().for_profile(profile)))) for profile in Profile]


def test_the_exit_statuses_are_those_of_the_verdicts() -> None:
    shown = set(re.findall(r"^\| (\d) \|", CONFORMANCE.section("Verdicts and exit status"), re.MULTILINE))

    assert {str(verdict.exit_status) for verdict in RunVerdict} | {"2", "4", "5"} == shown


def test_the_states_file_can_be_read(tmp_path: Path) -> None:
    example, _ = CONFORMANCE.blocks("toml")
    file = tmp_path / "states.toml"
    file.write_text(example.text)

    assert len(read_states_file(file).keys) == 2


def test_the_file_of_expected_failures_can_be_read() -> None:
    _, example = CONFORMANCE.blocks("toml")
    catalogue = load_catalogue()
    checks = {check for row in catalogue.values() for check in row.checks}

    (failure,) = expected_failures.read(example.text, set(catalogue), checks)

    assert (failure.url, str(failure.until)) == ("https://issues.example.com/123", "2027-01-31")


def test_the_mutants_and_the_variants_are_counted() -> None:
    words = CONFORMANCE.words

    assert f"{len(SINGLE)} mutants of a small implementation" in words
    assert f"{len(MUTANTS)} mutants of the whole server" in words
    assert f"{len(VARIANTS)} legal variants of the server" in words


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    (first, *_) = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert first == __version__
