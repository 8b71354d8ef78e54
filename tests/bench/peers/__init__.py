"""The peers: servers of others from npm, which serve the same contract on a Node of their own."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.peers.contract import OPERATIONS, cut
from tests.bench.targets import (
    OPENAPI_BACKEND,
    OPENAPI_BACKEND_4,
    PRISM,
    PRISM_4,
    Target,
    backend,
    prism,
)

_HERE = Path(__file__).parent
_PACKAGES = "package.json"
_BACKEND = "openapi-backend.mjs"
_CONTRACT = _HERE.parents[2] / "openapi" / "audiences.yaml"
_CUT = "four-operations.yaml"
_INSTALL = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
_PATIENCE = 280
FOLDER = Path(sys.prefix) / "peers"

Find = Callable[[str], str | None]


class NoPeersError(Exception):
    """The peers cannot be installed; the message is one line."""


@dataclass(frozen=True)
class Peers:
    """The servers from npm, and the versions of what they consist of."""

    targets: Sequence[Target] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


def peers(folder: Path = FOLDER, find: Find = shutil.which) -> Peers:
    """Return the peers, installed into a folder at the first run; raise NoPeersError if that fails."""
    installed, npm = find("node"), find("npm")
    if installed is None or npm is None:
        raise NoPeersError(f"{'node' if installed is None else 'npm'} is not installed")
    packages = (_HERE / _PACKAGES).read_text()
    done = folder / "installed.json"
    if not done.exists() or done.read_text() != packages:
        _install(npm, folder)
        done.write_text(packages)
    shutil.copy(_HERE / _BACKEND, folder)
    (folder / _CUT).write_text(cut(_CONTRACT.read_text()))
    node = _node(folder, installed)
    return Peers(_targets(folder, node), {"Node.js": _version(node), **_pinned(packages)})


def _targets(folder: Path, node: str) -> list[Target]:
    """Return each peer with our contract, and with the cut one."""
    own, four = str(_CONTRACT), str(folder / _CUT)
    ours, few = "our contract", f"a contract of {len(OPERATIONS)} operations"
    cli = str(folder / "node_modules" / ".bin" / "prism")
    script = str(folder / _BACKEND)
    silent = ("--host", "127.0.0.1", "--verboseLevel", "error")
    return [
        backend(OPENAPI_BACKEND, ours, node, script, "--contract", own),
        backend(OPENAPI_BACKEND_4, few, node, script, "--contract", four),
        prism(PRISM, ours, node, cli, "mock", own, *silent),
        prism(PRISM_4, few, node, cli, "mock", four, *silent),
    ]


def _node(folder: Path, installed: str) -> str:
    """Return the Node that npm has installed; the machine's own where npm has none for it."""
    found = sorted(folder.glob("node_modules/node-linux-*/bin/node"))
    return str(found[0]) if found else installed


def _version(node: str) -> str:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603  (as found)
    except (OSError, subprocess.SubprocessError):
        raise NoPeersError(f"{node} does not run") from None
    return done.stdout.strip().removeprefix("v")


def _pinned(packages: str) -> dict[str, str]:
    """Return the versions of the two programs."""
    return dict(re.findall(r'"(?:@stoplight/)?(openapi-backend|prism-cli)": "([^"]+)"', packages))


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
