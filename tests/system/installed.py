"""Programs from the distributions of this project, in environments of their own."""

import os
import subprocess
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["release"]


def run(*words: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}  # noqa: TID251  (a child's, not ours)
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603  (ours)


def succeeded(*words: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run a command that has to succeed, and return its output."""
    result = run(*words, cwd=cwd, **variables)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def environment_in(folder: Path, *requirements: str) -> Path:
    """Make a virtual environment with some packages, and return its folder of programs."""
    venv.create(folder, with_pip=True)
    constraints = ROOT / "constraints.txt"
    succeeded(folder / "bin/python", "-m", "pip", "install", "--quiet", "--constraint", constraints, *requirements)
    return folder / "bin"


def release_tools(folder: Path) -> Path:
    """Install what builds and checks distributions, and return its folder of programs."""
    return environment_in(folder, *_TOOLS)


def distributions(tools: Path, folder: Path) -> tuple[Path, Path]:
    """Build the source distribution, and the wheel from it; return both."""
    succeeded(tools / "python", "-m", "build", "--outdir", folder, ROOT)
    (source,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return source, wheel
