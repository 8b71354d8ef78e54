"""Environment variables for the options of `audience-mock serve`."""

import re
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mockserver.cli import serve
from mockserver.domain.limit import RateLimit


def given(monkeypatch: pytest.MonkeyPatch, *options: str, **variables: str) -> dict[str, Any]:
    """Return the options that the command line understands in an environment."""
    for name, value in variables.items():
        monkeypatch.setenv(f"AUDIENCE_MOCK_{name}", value)
    return serve.make_context("serve", list(options)).params


@pytest.mark.parametrize("option", [option for option in serve.params if isinstance(option, click.Option)])
def test_the_help_shows_a_variable_named_after_each_option(option: click.Option) -> None:
    shown = re.sub(r"\s+", " ", CliRunner().invoke(serve, ["--help"]).output)
    name = option.opts[0].removeprefix("--").replace("-", "_").upper()

    assert f"env var: AUDIENCE_MOCK_{name}" in shown


@pytest.mark.parametrize(
    ("variable", "text", "parameter", "value"),
    [
        ("PORT", "9000", "port", 9000),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104  (nothing is bound)
        ("STORE", "sqlite:///state.db", "store", "sqlite:///state.db"),
        ("JOB_DURATION", "2m", "job_duration", 120_000),
        ("RATE_LIMIT", "5/s", "rate_limit", RateLimit.parse("5/s")),
        ("ALLOWED_HOST", "mock mock:8080", "allowed_hosts", ("mock", "mock:8080")),
        ("CORS_ORIGIN", "http://localhost:3000 https://app.example", "cors_origins", None),
        ("PORT", "", "port", 8080),
    ],
)
def test_a_variable_gives_an_option(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, parameter: str, value: object
) -> None:
    found = given(monkeypatch, **{variable: text})[parameter]

    assert found == (tuple(text.split()) if value is None else value)


def test_the_command_line_overrides_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, "--port", "1", PORT="2")["port"] == 1


def test_an_error_message_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(click.BadParameter) as caught:
        given(monkeypatch, PORT="tcp://10.0.0.1:8080")

    assert "AUDIENCE_MOCK_PORT" in caught.value.format_message()
