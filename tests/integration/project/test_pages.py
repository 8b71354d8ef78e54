"""README and docs are promises: their commands run, and everything that they name exists."""

import importlib.util
import json
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from audience_mock_pytest import pytest_addoption
from conformance.cli import cli as suite
from mockserver.agent_command import mcp
from mockserver.cli import serve
from mockserver.config import Settings
from mockserver.recording.coverage.situations import SITUATIONS
from mockserver.seed_commands import seed
from tests.bench.__main__ import main as bench
from tests.harness.curl_command import curled
from tests.harness.in_thread import served
from tests.harness.pages import ROOT, Page, all_pages
from tests.mutants.combinations import main as combinations
from tests.mutants.matrix import main as matrix
from tests.mutants.side_by_side import main as side_by_side

PAGES = all_pages()
EXAMPLE = "http://127.0.0.1:8080"
STATUSES = {
    "README.md": [200, 404, 409, 200, 200, 200, 201],
    "docs/control-plane.md": [
        *(200, 200, 200, 200),  # the sandbox `default`
        *(201, 200),  # sandboxes
        *(201, 200, 200, 200, 204),  # worlds to take along
        *(200, 200, 200, 200),  # clocks and jobs
        201,  # keys
        *(200, 204),  # limits
        *(201, 201, 200, 204),  # faults
        409,  # preferred examples
        *(200, 200),  # journal
        200,  # findings
        *(200, 200),  # coverage
        *(200, 200),  # provider states
    ],
    "docs/tools.md": [200],
    "docs/provider-states.md": [*(200,) * 15, 501],
}
"""The statuses of the `curl` commands of each page, in their order, on a server that has just been started."""
OF_OTHER_PROGRAMS = {"--build-arg", "--from", "--help", "--publish", "--rm", "--spec", "--tag", "--test", "--url"}
"""Options of click, docker, node, pipx, schemathesis and uvx."""
OF_OTHER_TOOLS = {"--errors", "--filter", "--header", "--hookfiles", "--strict-nullable", "--testBaseURL"}
"""Options of Dredd, Prism, Specmatic and datamodel-code-generator."""
OTHERS = OF_OTHER_PROGRAMS | OF_OTHER_TOOLS
RUN_ELSEWHERE = {"docker", "jq", "node", "npm", "npx", "openapi-python-client", "pip", "pytest", "schemathesis"}
"""tests/system runs their commands, and the tests of the recipes."""


@pytest.fixture
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


def every_page(pages: Iterable[Page] = PAGES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.name)


def options_of(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def options_of_the_plugin() -> set[str]:
    parser = pytest.Parser(_ispytest=True)
    pytest_addoption(parser)
    return {name for group in parser._groups for option in group.options for name in option.names()}  # noqa: SLF001


def test_there_are_pages() -> None:
    assert {"README.md", "docs/control-plane.md", "tests/README.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("name", STATUSES)
def test_the_requests_of_a_page_get_the_statuses_that_it_states(url: str, name: str) -> None:
    responses = [curled(command.replace(EXAMPLE, url)) for command in Page(name).curl_commands()]

    assert [response.status_code for response in responses] == STATUSES[name]


def test_the_page_of_the_control_plane_has_every_situation_with_its_rules() -> None:
    _, _, table = Page("docs/control-plane.md").text.partition("| situation |")
    rows = [row.split("|") for row in table.partition("\n\n")[0].splitlines()[2:]]

    assert [(name.strip(" `"), tuple(re.findall(r"CLIENT-[A-Z-]+", well))) for _, name, _, well, _ in rows] == [
        (situation.id, situation.rules) for situation in SITUATIONS.values()
    ]


def test_no_page_has_a_request_that_is_not_sent() -> None:
    assert {page.name for page in PAGES if page.curl_commands()} == set(STATUSES)


@every_page()
def test_every_relative_link_resolves(page: Page) -> None:
    assert page.broken_links() == []


def test_a_broken_link_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.harness.pages.ROOT", tmp_path)
    (tmp_path / "a.md").write_text(
        "# A\n\n[b](b.md#b-c) [b](b.md#c) [a](#a) [a](#b) [none](none.md) [out](../x) [x](https://x.y)\n"
    )
    (tmp_path / "b.md").write_text("## B: `C`\n")

    assert Page("a.md").broken_links() == ["b.md#c", "#b", "none.md", "../x"]


@every_page()
def test_every_option_exists(page: Page) -> None:
    commands = [
        serve,
        mcp,
        *seed.commands.values(),
        bench,
        matrix,
        combinations,
        side_by_side,
        suite,
        *suite.commands.values(),
    ]

    assert page.options() <= set().union(*map(options_of, commands)) | options_of_the_plugin() | OTHERS


@every_page()
def test_every_make_target_exists(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert page.make_targets() <= targets


@every_page()
def test_every_path_exists(page: Page) -> None:
    assert [path for path in page.paths() if not (ROOT / path).exists()] == []


@every_page([page for page in PAGES if page.commands()])
def test_every_command_is_understood(page: Page) -> None:
    assert [command for command in page.commands() if not is_understood(command)] == []


@pytest.mark.parametrize(
    "command",
    [
        "audience-conformance run --base-url http://x --unknown",
        "audience-conformance explain AUD-NONE",
        "audience-mock serve --unknown",
        "audience-mock mcp --unknown",
        "audience-mock unknown",
        "audience-mock seed export --unknown",
        "audience-mock seed unknown",
        ".venv/bin/python -m tests.nothing",
        ".venv/bin/python -m pytest -q tests/nothing",
        "make nothing",
        "unheard-of",
    ],
)
def test_a_wrong_command_is_noticed(command: str) -> None:
    assert not is_understood(command)


def is_understood(command: str) -> bool:
    """Tell whether a command names a program, options and files that exist; a curl command is run by another test."""
    typed = list(takewhile(lambda word: word != ">", shlex.split(command)))
    words = [word for word in typed if "=" not in word or word.startswith(("-", "http"))]
    words = words[{"uvx": 1, "pipx": 2}.get(words[0], 0) :]
    program, arguments = Path(words[0]).name, words[1:]
    if program == "make":
        return set(arguments) <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    if program == "audience-conformance":
        return is_understood_by_the_suite(arguments)
    if program == "audience-mock":
        return is_understood_by_the_server(arguments)
    if program == "python":
        return is_run_by_python(arguments)
    return program in RUN_ELSEWHERE | {"curl"}


def is_understood_by_the_server(arguments: list[str]) -> bool:
    if arguments[0] == "seed":
        name, *rest = arguments[1:]
        return name in seed.commands and is_parsed(seed.commands[name], rest)
    commands = {"serve": serve, "mcp": mcp}
    return arguments[0] in commands and is_parsed(commands[arguments[0]], arguments[1:])


def is_understood_by_the_suite(arguments: list[str]) -> bool:
    if arguments[0] in {"run", "states"}:
        return is_parsed(suite.commands[arguments[0]], arguments[1:])
    return CliRunner().invoke(suite, arguments).exit_code == 0


def is_parsed(command: click.Command, arguments: list[str]) -> bool:
    try:
        return bool(command.make_context(command.name, arguments))
    except click.ClickException:
        return False


def is_run_by_python(arguments: list[str]) -> bool:
    _, module, *rest = arguments
    if module == "pytest":
        return all((ROOT / word).exists() for word in rest if "/" in word)
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@every_page([page for page in PAGES if page.blocks("json", "toml")])
def test_every_example_of_data_can_be_read(page: Page) -> None:
    for block in page.blocks("json"):
        json.loads(block.text)
    for block in page.blocks("toml"):
        tomllib.loads(block.text)
