"""The commands without the packages of an extra, and beside packages of the same names."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audience_mock_launcher import PACKAGES

SUITE = ("hypothesis", "pytest", "xdist", "schemathesis", "openapi_core", "jsonschema_path")
AGENTS = ("mcp", "pydantic")
SQL = ("sqlalchemy", "asyncpg", "msgspec")
LAUNCH = """
import sys
for name in {absent}:
    sys.modules[name] = None
import audience_mock_launcher
sys.argv = {words}
audience_mock_launcher.{command}()
"""


OF_THE_CLIENT = """
import sys
for name in {absent}:
    sys.modules[name] = None
import mockserver.client
print(sorted(name for name in sys.modules if name.startswith(("mockserver.", "openapi"))))
"""


def launched(
    command: str, *words: str, absent: tuple[str, ...] = (), cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process in which some packages cannot be imported."""
    program = LAUNCH.format(absent=absent, words=[command, *words], command=command)
    environment = {**os.environ, **variables}  # noqa: TID251  (a child's, not ours)
    return subprocess.run(  # noqa: S603  (ours)
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env=environment,
    )


@pytest.mark.parametrize("name", ["pytest", "httpx", "openapi_core"])
def test_the_suite_without_its_extra_names_the_pip_line(name: str) -> None:
    result = launched("suite", "list", absent=(name,))

    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr == (
        f"audience-conformance: the package {name} is not installed; "
        "install the suite by pip install 'audience-mock[suite]'\n"
    )


def test_a_mistake_in_our_own_modules_is_not_taken_for_a_missing_extra() -> None:
    result = launched("suite", "list", absent=("conformance.options",))

    assert "ModuleNotFoundError" in result.stderr


@pytest.mark.parametrize("address", ["sqlite:///state.db", "postgresql://mock:hush@127.0.0.1:1/mock"])
@pytest.mark.parametrize("name", SQL)
def test_a_database_without_its_extra_is_refused_with_the_pip_line(address: str, name: str, tmp_path: Path) -> None:
    result = launched("server", "serve", "--port", "0", "--store", address, absent=(name,), cwd=tmp_path)

    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert f"the package {name} is not installed" in result.stderr
    assert "pip install 'audience-mock[sql]'" in result.stderr
    assert "hush" not in result.stderr


@pytest.mark.parametrize("name", AGENTS)
def test_the_tools_for_agents_without_their_extra_name_the_pip_line(name: str) -> None:
    result = launched("server", "mcp", absent=(name,))

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"audience-mock: the package {name} is not installed; "
        "install the tools for agents by pip install 'audience-mock[mcp]'\n"
    )


def test_the_server_loads_no_package_of_an_extra(tmp_path: Path) -> None:
    (tmp_path / "seed.yaml").write_text("accountGroups: 1")

    result = launched("server", "serve", "--seed-file", "seed.yaml", absent=SUITE + SQL + AGENTS, cwd=tmp_path)

    assert (result.returncode, result.stdout) == (2, "")
    assert "seed.yaml: accountGroups" in result.stderr  # as far as that the whole server had been loaded


def imported_client(*absent: str) -> subprocess.CompletedProcess[str]:
    """Import the client in a process in which some packages cannot be imported."""
    command = [sys.executable, "-c", OF_THE_CLIENT.format(absent=absent)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)


def test_the_client_without_httpx_names_the_pip_line() -> None:
    result = imported_client("httpx")

    assert result.stderr.splitlines()[-1] == (
        "ImportError: the package httpx is not installed; install the client by pip install 'audience-mock[client]'"
    )


def test_the_client_loads_nothing_of_the_server() -> None:
    result = imported_client("connexion", "starlette", "yaml", "pytest")

    assert "mockserver.client.control_plane" in result.stdout
    assert all(name.startswith("mockserver.client") for name in ast.literal_eval(result.stdout))


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize(
    ("command", "words", "shown"),
    [("server", ["serve", "--help"], "Serve the mock"), ("suite", ["list"], "AUD-DELETE-GUARD")],
)
def test_a_package_of_the_same_name_in_the_current_folder_is_no_obstacle(
    name: str, command: str, words: list[str], shown: str, tmp_path: Path
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong package')")

    result = launched(command, *words, cwd=tmp_path, PYTHONPATH=".")

    assert (result.returncode, result.stderr) == (0, "")
    assert shown in result.stdout


@pytest.mark.parametrize(("module", "words"), [("mockserver", ["--version"]), ("conformance", ["list"])])
def test_a_module_is_run_beside_another_openapi_package(module: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "openapi.py").write_text("raise SystemExit('the wrong package')")

    result = subprocess.run(  # noqa: S603  (ours)
        [sys.executable, "-m", module, *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )

    assert (result.returncode, result.stderr) == (0, "")
