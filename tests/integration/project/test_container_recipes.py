"""The recipe of docs/recipes/containers.md for pytest: it runs as it stands, on a stand-in for a container runtime."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.container_runtime import IMAGE, Runtime, container_runtime
from tests.harness.pages import ROOT, Page

PAGE = Page("docs/recipes/containers.md")
PLUGINS = ("-p", "audience_mock_pytest", "-p", "no:cacheprovider")


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    with container_runtime() as runtime:
        yield runtime


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for block in PAGE.blocks("python"):
        (tmp_path / block.text.partition("\n")[0].removeprefix("# ")).write_text(block.text)
    return tmp_path


def run(folder: Path, runtime: Runtime, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AUDIENCE_MOCK_")}  # noqa: TID251  (a child's, not ours)
    environment = {**outside, **runtime.variables(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    command = [sys.executable, "-m", "pytest", *PLUGINS, *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=90)  # noqa: S603  (ours)


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "workers"])
def test_a_run_has_one_container_which_is_gone_at_its_end(
    folder: Path, runtime: Runtime, options: tuple[str, ...]
) -> None:
    result = run(folder, runtime, *options)

    assert (result.returncode, "2 passed" in result.stdout) == (0, True), result.stdout + result.stderr
    assert runtime.containers == {}
    (container,) = runtime.removed
    assert container.created["Image"] == IMAGE
    assert list(container.created["ExposedPorts"]) == [f"{exposed()}/tcp"]
    assert set(container.variables) == {"AUDIENCE_MOCK_ADMIN_TOKEN"}


def exposed() -> str:
    """The port that the image serves on."""
    (port,) = re.findall(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return str(port)


def test_a_server_that_is_named_takes_the_place_of_the_container(folder: Path, runtime: Runtime) -> None:
    result = run(folder, runtime, AUDIENCE_MOCK_URL="http://127.0.0.1:1")

    assert (result.returncode, "http://127.0.0.1:1 does not respond" in result.stdout) == (1, True), result.stdout
    assert (runtime.containers, runtime.removed) == ({}, [])


def test_a_container_whose_server_is_never_ready_is_removed(folder: Path, runtime: Runtime) -> None:
    conftest = folder / "conftest.py"
    conftest.write_text(conftest.read_text().replace("/_mock/health", "/_mock/none"))

    result = run(folder, runtime, TC_MAX_TRIES="1", TC_POOLING_INTERVAL="0.1")

    assert result.returncode != 0
    assert (runtime.containers, len(runtime.removed)) == ({}, 1)


def test_the_page_names_the_port_and_the_variables_of_the_image() -> None:
    assert f"| port | {exposed()}," in PAGE.text
    assert set(re.findall(r"AUDIENCE_MOCK_[A-Z_]+", PAGE.text)) == {
        *("AUDIENCE_MOCK_ADMIN_TOKEN", "AUDIENCE_MOCK_ALLOWED_HOST", "AUDIENCE_MOCK_JOB_DURATION", "AUDIENCE_MOCK_URL"),
    }
