"""The CI job to copy: its commands and their options exist."""

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from conformance.cli import cli as suite

ROOT = Path(__file__).parents[3]
JOB: dict[str, Any] = yaml.safe_load((ROOT / "examples/ci/github-actions.yml").read_text())["jobs"]["conformance"]
RUN = {step["name"]: step["run"] for step in JOB["steps"] if "run" in step}


def test_the_suite_has_every_option_of_the_job() -> None:
    program, command, *options = shlex.split(RUN["Run the suite"].replace("$", ""))

    context = suite.commands[command].make_context(command, options)

    assert program == "audience-conformance"
    assert context.params["report_html"] == Path("report.html")


def test_the_report_is_an_artefact_even_if_the_run_fails() -> None:
    (upload,) = [step for step in JOB["steps"] if step.get("uses", "").startswith("actions/upload-artifact@")]

    assert (upload["with"]["path"], upload["if"]) == ("report.*", "always()")


def test_the_suite_talks_to_the_service_with_its_token() -> None:
    service = JOB["services"]["mock"]
    (published_port,) = service["ports"]
    (port,) = re.findall(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert published_port == f"{port}:{port}"
    assert JOB["env"]["TARGET"] == f"http://localhost:{port}"
    assert JOB["env"]["STATES"] == f"http://localhost:{port}/_mock/provider-states"
    assert service["env"] == {"AUDIENCE_MOCK_ADMIN_TOKEN": JOB["env"]["ADMIN_TOKEN"]}
    assert "/_mock/health" in RUN["Wait until the mock is ready"]
