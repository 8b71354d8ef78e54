"""The CI jobs to copy: their commands, options, variables and addresses exist, and nothing they use can change."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.cli import cli as suite
from mockserver.cli import cli as server

ROOT = Path(__file__).parents[3]
JOBS: dict[str, Any] = yaml.safe_load((ROOT / "examples/ci/github-actions.yml").read_text())["jobs"]
CONTAINER, PIP, OWN = (JOBS[name] for name in ("client-and-container", "client-without-docker", "own-server"))


def commands(job: dict[str, Any]) -> dict[str, str]:
    """Return the command of each step that has a name."""
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def variables_of(command: Any) -> set[str]:
    return {str(option.envvar) for option in command.params if getattr(option, "envvar", None)}


def test_the_suite_has_every_option_and_every_variable_of_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    program, command, *options = shlex.split(commands(OWN)["Run the suite"])
    for name, value in OWN["env"].items():
        monkeypatch.setenv(name, value)

    context = suite.commands[command].make_context(command, options)

    assert program == "audience-conformance"
    assert context.params["report_html"] == Path("report.html")
    assert set(OWN["env"]) <= variables_of(suite.commands[command])


def test_the_server_has_every_option_and_every_variable_of_the_jobs() -> None:
    program, command, *options = shlex.split(commands(PIP)["Start the mock"].partition(" > ")[0])

    assert program == "audience-mock"
    server.commands[command].make_context(command, options)
    assert set(CONTAINER["services"]["mock"]["env"]) <= variables_of(server.commands[command])


def test_the_report_is_shown_and_kept_even_if_the_run_fails_and_only_if_there_is_one() -> None:
    (upload,) = [step for step in OWN["steps"] if step.get("uses", "").startswith("actions/upload-artifact@")]
    (shown,) = [step for step in OWN["steps"] if step.get("name") == "Show the report"]

    assert (upload["with"]["path"], upload["if"]) == ("report.*", "always()")
    assert upload["with"]["if-no-files-found"] == "ignore"
    assert shown["if"] == "always() && hashFiles('report.md') != ''"


def test_the_client_talks_to_the_service_with_its_token() -> None:
    service = CONTAINER["services"]["mock"]
    (published_port,) = service["ports"]
    (port,) = re.findall(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert published_port == f"{port}:{port}"
    assert CONTAINER["env"]["AUDIENCE_MOCK_URL"] == f"http://localhost:{port}"
    assert CONTAINER["env"]["AUDIENCE_MOCK_ADMIN_TOKEN"] == service["env"]["AUDIENCE_MOCK_ADMIN_TOKEN"]


def test_every_action_is_pinned_to_a_commit() -> None:
    used = [step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step]

    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []


def test_the_package_of_the_image_is_built_by_a_pinned_setuptools() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    (command,) = re.findall(r"^RUN (.+)$", lines, re.MULTILINE)
    variables = dict(word.split("=") for word in shlex.split(command) if word.startswith("PIP_"))
    pinned = (ROOT / "constraints.txt").read_text().splitlines()

    assert variables == {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
    assert [line for line in pinned if re.fullmatch(r"setuptools==[\d.]+", line)] != []


def test_the_base_of_the_image_is_pinned_to_a_digest() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert [base for base in bases if re.fullmatch(r"[\w./:-]+@sha256:[0-9a-f]{64}", base)] == bases != []
