"""The peers of the benchmark: their installation, and runs without them."""

from pathlib import Path

import pytest

from tests.bench.figures import Run
from tests.bench.peers import NoPeersError, peers
from tests.bench.run import Choice, run
from tests.bench.targets import Target
from tests.harness.bench_figures import OPTIONS

NPM = """#!/bin/sh
echo "$@" >> asked
mkdir -p node_modules/.bin
"""
BROKEN = """#!/bin/sh
echo 'npm error code E500' >&2
exit 1
"""


def program(folder: Path, text: str) -> str:
    """Write a program to a file; return its path."""
    file = folder / "npm"
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_peers_need_node_and_npm(tmp_path: Path, missing: str) -> None:
    with pytest.raises(NoPeersError, match=f"^{missing} is not installed$"):
        peers(tmp_path / "peers", lambda name: None if name == missing else f"/bin/{name}")


def test_peers_are_installed_once_without_running_scripts(tmp_path: Path) -> None:
    npm, folder = program(tmp_path, NPM), tmp_path / "peers"

    for _ in range(2):
        targets = peers(folder, lambda name: npm if name == "npm" else "node")

    assert [target.name for target in targets] == ["openapi-backend", "prism"]
    commands = (folder / "asked").read_text().splitlines()
    assert len(commands) == 1
    assert "--ignore-scripts" in commands[0]
    assert {"package.json", "openapi-backend.mjs"} <= {file.name for file in folder.iterdir()}


def test_peers_of_other_versions_are_installed_again(tmp_path: Path) -> None:
    npm, folder = program(tmp_path, NPM), tmp_path / "peers"
    folder.mkdir()
    (folder / "installed.json").write_text("{}")

    peers(folder, lambda _: npm)

    assert (folder / "asked").exists()


def test_a_failed_installation_is_reported_in_one_line_and_tried_again(tmp_path: Path) -> None:
    npm, folder = program(tmp_path, BROKEN), tmp_path / "peers"

    for _ in range(2):
        with pytest.raises(NoPeersError, match=r"^npm install failed: npm error code E500$"):
            peers(folder, lambda _: npm)


def test_a_run_without_peers_says_why() -> None:
    def none() -> list[Target]:
        raise NoPeersError("npm is not installed")

    result = run(Choice((), (), (), peers=True), OPTIONS, lambda _: None, none)

    assert result == Run(left_out=["openapi-backend and Prism, since npm is not installed"])
