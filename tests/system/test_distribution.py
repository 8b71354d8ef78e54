"""The source distribution and the wheel: built, checked, installed into an environment of their own, and used there."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from audience_mock_launcher import PACKAGES
from tests.system.installed import distributions, environment_in, release_tools, run, succeeded

AGENT = """
import sys
import anyio, httpx2
from mcp import Client, StdioServerParameters

async def main():
    async with Client(StdioServerParameters(command=sys.argv[1], args=["mcp"])) as client:
        async def call(tool, **arguments):
            return (await client.call_tool(tool, arguments)).structured_content
        rule = await call("explain", identifier="CLIENT-CONTRACT")
        requirement = await call("explain", identifier="AUD-DELETE-GUARD")
        made = await call("create_sandbox")
        path = f"/v1/accounts/{made['accountGroups'][0]['id']}/audiences"
        response = httpx2.post(
            made["url"] + path,
            headers={"Authorization": f"Bearer {made['keys'][0]['key']}"},
            json={"name": "A", "type": "on_demand"},
        )
        print(rule["kind"], requirement["level"], response.status_code)

anyio.run(main)
"""
TOP_LEVEL = (*PACKAGES, "audience_mock_launcher.py", "audience_mock_pytest")
DATA = (
    "openapi/audiences.yaml",
    "openapi/audiences.typed.json",
    "openapi/control.yaml",
    "mockserver/seed.schema.json",
    "mockserver/default.yaml",
    "mockserver/control/console/index.html",
    "mockserver/control/console/main.js",
    "mockserver/control/console/panels/sandboxes.js",
    "mockserver/control/guide/llms.txt",
    "mockserver/control/guide/control-plane.md",
    "mockserver/control/guide/recipes/pytest.md",
    "conformance/report/page.css",
    "conformance/report/scripts/prelude.sh",
)
FIRST_TESTS = """
import pytest

def test_an_audience_is_created(audience_sandbox):
    assert audience_sandbox.api.post("/audiences", json={"name": "A", "type": "on_demand"}).status_code == 201

@pytest.mark.audience_sandbox(clock="manual", verify=True)
def test_at_first_there_is_no_audience(audience_sandbox):
    assert audience_sandbox.api.get("/audiences").json()["data"]["items"] == []

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_coroutine_has_a_sandbox(async_audience_sandbox):
    assert (await async_audience_sandbox.api.get("/audiences")).is_success
"""


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release_tools(tmp_path_factory.mktemp("tools"))


@pytest.fixture(scope="module")
def built(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that was built from it."""
    return distributions(tools, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def programs(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment into which the wheel is installed without any extra."""
    return environment_in(tmp_path_factory.mktemp("server"), str(built[1]))


@pytest.fixture(scope="module")
def suite_programs(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_in(tmp_path_factory.mktemp("suite"), f"{built[1]}[suite]")


@contextmanager
def running(programs: Path, folder: Path, **variables: str) -> Iterator[str]:
    """A server, started in a folder; the value is its address."""
    environment = {**os.environ, **variables}  # noqa: TID251  (a child's, not ours)
    command = [programs / "audience-mock", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (ours)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def test_the_distributions_are_valid(built: tuple[Path, Path], tools: Path) -> None:
    succeeded(tools / "twine", "check", "--strict", *built)
    succeeded(tools / "check-wheel-contents", "--toplevel", ",".join(TOP_LEVEL), built[1])


def test_the_wheel_holds_data_and_types_but_no_tests(built: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(built[1]).namelist()

    assert {*DATA, *(f"{package}/py.typed" for package in PACKAGES)} <= set(names)
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {*TOP_LEVEL}


def test_a_wheel_can_be_built_from_the_source_distribution_alone(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}

    plugin = "audience_mock_pytest/__init__.py"
    assert {"pyproject.toml", "audience_mock_launcher.py", plugin, "LICENSE", *DATA} <= files


def test_the_server_runs_from_another_folder_without_any_extra(programs: Path, tmp_path: Path) -> None:
    with running(programs, tmp_path) as url:
        audiences = f"{url}/v1/accounts/a00000000000000000000001/audiences"
        response = httpx.get(audiences, headers={"Authorization": "Bearer sk_test_all_permissions"})
        assert response.status_code == 200
        assert httpx.get(f"{url}/_mock/docs").status_code == 200
        assert httpx.get(f"{url}/_mock/console/panels/sandboxes.js").status_code == 200
        assert httpx.get(f"{url}/llms.txt").status_code == 200
        assert httpx.get(f"{url}/_mock/guide/recipes/pytest.md").status_code == 200


def test_the_tools_for_agents_need_their_extra_alone(built: tuple[Path, Path], tmp_path: Path) -> None:
    programs = environment_in(tmp_path / "agents", f"{built[1]}[mcp]")

    explained = succeeded(programs / "python", "-c", AGENT, programs / "audience-mock", cwd=tmp_path)

    assert explained == "rule MUST 201\n"


def test_the_other_command_and_databases_name_the_extra_that_they_lack(programs: Path, tmp_path: Path) -> None:
    suite = run(programs / "audience-conformance", "list", cwd=tmp_path)
    database = run(programs / "audience-mock", "serve", "--port", "0", "--store", "sqlite:///a.db", cwd=tmp_path)

    assert (suite.returncode, database.returncode) == (4, 2)
    assert "pip install 'audience-mock[suite]'" in suite.stderr
    assert "pip install 'audience-mock[sql]'" in database.stderr


@pytest.mark.parametrize("name", PACKAGES)
def test_both_run_in_a_folder_with_a_package_of_the_same_name(
    name: str, programs: Path, suite_programs: Path, tmp_path: Path
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    with running(programs, tmp_path, PYTHONPATH=".") as url:
        target = ("--base-url", url, "--states-url", f"{url}/_mock/provider-states")
        chosen = ("--workers", "2", "--seed", "1", "-k", "check_a_populated_audience_is_protected", "--quiet")

        output = succeeded(
            suite_programs / "audience-conformance", "run", *target, *chosen, cwd=tmp_path, PYTHONPATH="."
        )

    assert "verdict" in output


@pytest.mark.parametrize("version", ["8.4.2", "9.2.0"])
def test_a_project_of_its_own_uses_the_fixtures(version: str, built: tuple[Path, Path], tmp_path: Path) -> None:
    programs = tmp_path / "environment"
    venv.create(programs, with_pip=True)
    wanted = (f"{built[1]}[pytest]", f"pytest=={version}", "pytest-xdist")
    succeeded(programs / "bin/python", "-m", "pip", "install", "--quiet", *wanted)
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_mine.py").write_text(FIRST_TESTS)

    met = ("--audience-coverage-require", "createAudience:201")
    assert "3 passed" in succeeded(programs / "bin/pytest", "-q", "-W", "error", *met, cwd=project)
    assert "3 passed" in succeeded(programs / "bin/pytest", "-q", "-n", "2", *met, cwd=project)


def test_the_types_are_found_by_a_type_checker(suite_programs: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from openapi import contract\nreveal_type(contract())\n")
    checked = [sys.executable, "-m", "mypy", "--python-executable", str(suite_programs / "python"), "mine.py"]

    assert 'Revealed type is "dict[str, Any]"' in succeeded(*checked, cwd=tmp_path).replace("builtins.", "")
