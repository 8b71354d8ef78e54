"""`make run` and `make install`, with programs in place of Python that only record how they are called."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PYTHON = """#!/bin/sh
echo "python $*" >> {record}
case "$*" in
  --version) echo "Python {version}";;
  "-c import sys"*) exec {real} -c "import sys; sys.version_info = {info}; $2";;
  "-m venv --clear "*) rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python";;
  *" pip install "*) [ ! -e {broken} ];;
  "-c import tomllib"*) exec {real} "$@";;
  "-m mockserver "*) ;;
esac
"""


class Project:
    """A folder with the Makefile, an old and a new Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = folder / "record"
        self.broken = folder / "broken"
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder)
        for name, version in (("old", "3.10.13"), ("new", "3.11.0")):
            places = {"record": self.record, "broken": self.broken, "real": sys.executable}
            info = tuple(map(int, version.split(".")))
            self._write(name, PYTHON.format(version=version, info=info, **places))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)

    def make(self, target: str, python: str = "new", **variables: str) -> subprocess.CompletedProcess[str]:
        words = [f"PYTHON={self.folder / python}", *(f"{name}={value}" for name, value in variables.items())]
        environment = {name: os.environ[name] for name in ("PATH",)}  # noqa: TID251  (a child's, not ours)
        return subprocess.run(  # noqa: S603  (ours)
            ["make", target, *words],  # noqa: S607  (the one on the path)
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def installed(self) -> list[str]:
        """Return what pip has installed so far."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        found = [line.split()[-1] for line in lines if " pip install " in line]
        return ["the server" if name.endswith("server.txt") else name for name in found]

    def served(self) -> list[str]:
        """Return the commands of the server so far."""
        return [line for line in self.record.read_text().splitlines() if line.startswith("python -m mockserver")]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_running_installs_the_server_alone_and_once(project: Project) -> None:
    assert [project.make("run").returncode, project.make("run").returncode] == [0, 0]

    assert project.installed() == ["the server"]
    assert project.served() == ["python -m mockserver serve"] * 2


def test_the_rest_is_installed_on_top(project: Project) -> None:
    for target in ("run", "install", "run"):
        assert project.make(target).returncode == 0

    assert project.installed() == ["the server", ".[dev]"]


def test_running_after_everything_was_installed_installs_nothing(project: Project) -> None:
    for target in ("install", "run"):
        assert project.make(target).returncode == 0

    assert project.installed() == [".[dev]"]


def test_an_address_is_given_only_if_it_was_asked_for(project: Project) -> None:
    project.make("run", PORT="9000", HOST="::1", ARGS="--seed 1")

    assert project.served() == ["python -m mockserver serve --host ::1 --port 9000 --seed 1"]


@pytest.mark.parametrize(
    ("python", "said"), [("old", "is Python 3.10.13, and 3.11 or newer is needed"), ("absent", "there is no ")]
)
def test_a_python_that_cannot_do_is_refused_in_one_line(python: str, said: str, project: Project) -> None:
    result = project.make("run", python=python)

    reason, end = result.stderr.splitlines()
    assert said in reason
    assert "make run PYTHON=" in reason
    assert end.startswith("make: ***")
    assert (result.returncode, result.stdout, project.installed()) == (2, "", [])


def test_the_next_try_with_another_python_works(project: Project) -> None:
    project.make("run", python="old")

    assert project.make("run").returncode == 0


def test_an_environment_whose_installation_failed_is_made_anew(project: Project) -> None:
    project.broken.touch()
    assert project.make("run").returncode == 2
    left = project.folder / ".venv/left"
    left.touch()
    project.broken.unlink()

    assert project.make("run").returncode == 0
    assert not left.exists()


def test_an_environment_that_works_is_kept_when_dependencies_change(project: Project) -> None:
    project.make("run")
    kept = project.folder / ".venv/kept"
    kept.touch()
    os.utime(project.folder / "pyproject.toml", (4e9, 4e9))

    assert project.make("run").returncode == 0
    assert project.installed() == ["the server", "the server"]
    assert kept.exists()


def test_the_dependencies_of_the_server_are_those_of_the_package(project: Project) -> None:
    project.make("run")

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert (project.folder / ".venv/server.txt").read_text().splitlines() == declared


@pytest.mark.parametrize(
    "module", ["tests.mutants.matrix", "tests.system.schemathesis_run", "tests.system.versions_run"]
)
def test_the_proof_runs_every_part(module: str, project: Project) -> None:
    project.make("install")

    result = subprocess.run(
        ["make", "--dry-run", "prove"],  # noqa: S607  (the one on the path)
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert f"python -m {module}" in result.stdout
