"""README is a promise: its commands are run, and what it lists is what there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.cli import run
from conformance.states import read_states_file
from mockserver import __version__
from mockserver.cli import serve
from mockserver.config import Settings
from mockserver.domain.fault import FaultKind
from mockserver.recording.findings.catalogue import RULE_IDS
from mockserver.service.fault_documents import PRESETS
from mockserver.service.states import STATES
from openapi import contract
from tests.harness.curl_command import curled
from tests.harness.in_thread import served
from tests.mutants.registry import MUTANTS, VARIANTS
from tests.mutants.single.mutants import MUTANTS as SINGLE

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
EXAMPLE = "http://127.0.0.1:8080"


@pytest.fixture
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


def commands(section: str) -> list[str]:
    """The curl commands below a heading, up to the next of its kind."""
    level = section.split(" ", maxsplit=1)[0]
    text = README.split(f"\n{section}\n")[1].split(f"\n{level} ")[0]
    return re.findall(r"^curl .+$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("section", "statuses"),
    [
        ("## Quick start", [200, 404, 409, 200, 200, 200, 201]),
        ("## The control plane", [200, 200, 200, 201, 200, 200, 200, 204, 200, 201, 201, 204, 409, 200]),
    ],
)
def test_the_commands_of_a_section_do_what_it_says(url: str, section: str, statuses: list[int]) -> None:
    answers = [curled(command.replace(EXAMPLE, url)) for command in commands(section)]

    assert [answer.status_code for answer in answers] == statuses


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

    written = re.findall(
        r"^\| `([A-Z]+)` [^|]+\| `([^`]+)` \| (?:`([^`]+)`|any valid key) \| ?([^|]*?) ?\|$", README, re.MULTILINE
    )

    assert set(written) == rows


def test_every_provider_state_is_named() -> None:
    named = set(re.findall("`([^`]+)`", README.split("The provider states:")[1].split("\n\n")[0].replace("\n", " ")))

    assert named == set(STATES)


def test_every_rule_for_clients_is_explained() -> None:
    assert re.findall(r"^\| `(CLIENT-[A-Z-]+)` \|", README, re.MULTILINE) == list(RULE_IDS)


def test_every_kind_of_fault_and_every_preset_is_named() -> None:
    named = set(re.findall("`([a-z-]+)`", README.split("### Faults")[1].split("```")[0]))

    assert {kind.value for kind in FaultKind} | set(PRESETS) <= named


def test_every_option_of_the_server_that_is_named_is_there() -> None:
    known = {option for parameter in serve.params for option in parameter.opts}
    suites = {option for parameter in run.params for option in parameter.opts}

    named = set(re.findall(r"`(--[a-z-]+)", README))
    assert named <= known | suites | {"--help"}


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", README))

    assert {"run", "check", "test", "bench", "schemathesis"} <= named <= targets


def test_the_states_file_that_it_shows_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "states.toml"
    file.write_text(re.findall(r"```toml\n(.+?)```", README, re.DOTALL)[0])

    assert len(read_states_file(file).keys) == 2


def test_it_counts_the_mutants_and_the_variants_that_there_are() -> None:
    words = " ".join(README.split())

    assert f"{len(SINGLE)} mutants of a small implementation" in words
    assert f"{len(MUTANTS)} mutants of the whole server" in words
    assert f"{len(VARIANTS)} legal variants of the server" in words


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    (first, *_) = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert first == __version__
