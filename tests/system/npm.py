"""The installation of npm packages for a test."""

import subprocess
from pathlib import Path

_COMMAND = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
_TIMEOUT = 280  # seconds


def install(folder: Path, *packages: str) -> None:
    """Install packages in a folder, or those of its `package.json` where none is named; no script of theirs runs."""
    subprocess.run([*_COMMAND, *packages], cwd=folder, check=True, timeout=_TIMEOUT)  # noqa: S603  (ours)
