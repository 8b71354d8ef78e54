"""Environment variables for the options of `audience-conformance run` and `states`."""

import re
from typing import Any

import click
import pytest
from click.testing import CliRunner

from conformance.cli import run
from conformance.states_check.command import states

OPTIONS = [
    (command, option)
    for command in (run, states)
    for option in command.params
    if isinstance(option, click.Option) and option.name != "api_key"
]


def given(monkeypatch: pytest.MonkeyPatch, *options: str, **variables: str) -> dict[str, Any]:
    """Return the options that `run` understands in an environment."""
    for name, value in {"BASE_URL": "http://x", **variables}.items():
        monkeypatch.setenv(f"AUDIENCE_CONFORMANCE_{name}", value)
    return run.make_context("run", list(options)).params


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_the_help_shows_the_variable_of_each_option(command: click.Command, option: click.Option) -> None:
    shown = re.sub(r"\s+", " ", CliRunner().invoke(command, ["--help"]).output)

    assert f"env var: {option.envvar}" in shown


@pytest.mark.parametrize(
    ("variable", "text", "parameter", "value"),
    [
        ("BASE_URL", "http://y", "base_url", "http://y"),
        ("SEED", "7", "seed", 7),
        ("STRICT", "1", "strict", True),
        ("HEADER", "X-One: a b\nX-Two: c\n", "headers_given", ("X-One: a b", "X-Two: c")),
        ("STATES_HEADER", "Authorization: Bearer t", "states_headers", ("Authorization: Bearer t",)),
        ("SELECTION", "guard and not delete", "selection", "guard and not delete"),
        ("LF", "true", "last_failed", True),
        ("ALLOW_LEFTOVERS", "0", "allow_leftovers", False),
    ],
)
def test_a_variable_gives_an_option(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, parameter: str, value: object
) -> None:
    assert given(monkeypatch, **{variable: text})[parameter] == value


def test_the_command_line_overrides_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, "--seed", "1", SEED="2")["seed"] == 1


def test_an_api_key_of_the_environment_is_left_to_the_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIENCE_API_KEY", "of-the-environment")

    assert given(monkeypatch)["api_key"] is None


def test_the_states_are_printed_where_a_variable_names_a_target() -> None:
    environment = {"AUDIENCE_CONFORMANCE_BASE_URL": "http://x", "AUDIENCE_CONFORMANCE_HEADER": "A: b"}

    result = CliRunner().invoke(states, [], env=environment)

    assert result.exit_code == 0
    assert "an API key" in result.output
