"""The npm package of clients/js, packed, and projects that use it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.harness.subprocess_server import ROOT
from tests.system.npm import install

SOURCE = ROOT / "clients/js"
VERSIONS = {
    "@playwright/test": "1.65.1",
    "msw": "2.15.0",
    "vitest": "3.2.4",
    "typescript": "5.9.3",
    "@types/node": "20.19.0",
}
_LEFT_OUT = shutil.ignore_patterns("node_modules", "types", "*.tgz")
_BLOCK = re.compile(r"^```js\n// ([\w.-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def packed(folder: Path) -> Path:
    """Pack the package as its authors do, types and style being checked, and return the archive."""
    copy = folder / "clients/js"
    shutil.copytree(SOURCE, copy, ignore=_LEFT_OUT)
    shutil.copytree(ROOT / "openapi", folder / "openapi")
    install(copy)
    (copy / "types/contracts").mkdir(parents=True)
    subprocess.run(("npm", "pack", "--loglevel=error"), cwd=copy, check=True, timeout=280)  # noqa: S607  (a child's path)
    (archive,) = copy.glob("*.tgz")
    return archive


def project_in(folder: Path, archive: Path, *packages: str) -> Path:
    """Make a project that has installed the package, and others beside it."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    install(folder, str(archive), *(f"{name}@{VERSIONS[name]}" for name in packages))
    return folder


def linked(folder: Path, project: Path) -> Path:
    """Make a folder a project that has the packages of another."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    (folder / "node_modules").symlink_to(project / "node_modules")
    return folder


def documented_files() -> dict[str, str]:
    """Return the files of the package's README, by name."""
    return dict(_BLOCK.findall((SOURCE / "README.md").read_text()))


def run(folder: Path, *command: str, **variables: str) -> tuple[int, str]:
    """Run a command in a folder; return its exit status and its output."""
    process = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, env=environment(variables), capture_output=True, text=True, check=False, timeout=180
    )
    return process.returncode, process.stdout + process.stderr


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a project in which this checkout stands for an installed server."""
    ours = {"AUDIENCE_MOCK_COMMAND": f"{sys.executable} -m mockserver", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return {**os.environ, **ours, **variables}  # noqa: TID251  (a child's, not ours)
