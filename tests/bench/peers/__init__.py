"""The peers: servers of others from npm, which serve the same contract."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.targets import OPENAPI_BACKEND, PRISM, Target, peer

_HERE = Path(__file__).parent
_PACKAGES = "package.json"
_BACKEND = "openapi-backend.mjs"
_CONTRACT = str(_HERE.parents[2] / "openapi" / "audiences.yaml")
_INSTALL = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
_PATIENCE = 280
FOLDER = Path(sys.prefix) / "peers"

Find = Callable[[str], str | None]


class NoPeersError(Exception):
    """The peers cannot be installed; the message is one line."""


def peers(folder: Path = FOLDER, find: Find = shutil.which) -> list[Target]:
    """Return the peers, installed into a folder at the first run; raise NoPeersError if that fails."""
    node, npm = find("node"), find("npm")
    if node is None or npm is None:
        raise NoPeersError(f"{'node' if node is None else 'npm'} is not installed")
    packages = (_HERE / _PACKAGES).read_text()
    done = folder / "installed.json"
    if not done.exists() or done.read_text() != packages:
        _install(npm, folder)
        done.write_text(packages)
    shutil.copy(_HERE / _BACKEND, folder)
    prism = str(folder / "node_modules" / ".bin" / "prism")
    return [
        peer(OPENAPI_BACKEND, node, str(folder / _BACKEND), "--contract", _CONTRACT),
        peer(PRISM, node, prism, "mock", _CONTRACT, "--host", "127.0.0.1", "--verboseLevel", "error"),
    ]


def _install(npm: str, folder: Path) -> None:
    """Have npm download the peers without running their scripts."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(_HERE / _PACKAGES, folder)
    try:
        subprocess.run(  # noqa: S603  (npm as it was found)
            [npm, *_INSTALL], cwd=folder, capture_output=True, text=True, check=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise NoPeersError(f"npm install was not done within {_PATIENCE} s") from None
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()]
        raise NoPeersError(f"npm install failed: {lines[0] if lines else f'exit status {error.returncode}'}") from None
