"""The command line that wrk gets, and the reading of its output."""

from pathlib import Path

import pytest

from tests.bench.failure import BenchError
from tests.bench.load import Load
from tests.bench.scenarios import Kind, scenario
from tests.bench.versions import versions
from tests.bench.wrk import Wrk, parsed

TOLD = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument" >> "$0.told"; done
echo 'Running 1s test'
echo 'bench 1500 1000000 500 2000 0 0 0 0 '
"""
CPU = {"server": 0.9}


class FakeServer:
    """A server whose processor time grows by half a second between two readings."""

    port = 4321

    def __init__(self) -> None:
        self._seconds = 0.0

    def cpu(self) -> dict[str, float]:
        self._seconds += 0.5
        return {"server": self._seconds}


def program(folder: Path, text: str) -> str:
    """Write a program to a file; return its path."""
    file = folder / "wrk"
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def told(folder: Path, path: str, kind: Kind = Kind.STATE, seconds: float = 1) -> tuple[Load, list[str]]:
    """Return the load of sixteen connections, and the lines of the arguments that the program got."""
    wrk = program(folder, TOLD)
    load = Wrk(wrk).load(scenario(path, kind, 7), 16, seconds, FakeServer())
    return load, Path(f"{wrk}.told").read_text().splitlines()


def test_a_load_is_what_wrk_counted_with_the_processor_time_of_the_server(tmp_path: Path) -> None:
    load, _ = told(tmp_path, "404")

    assert (load.requests, load.seconds, load.p50, load.p99) == (1500, 1.0, 0.0005, 0.002)
    assert load.cpu == {"server": 0.5}


def test_connections_with_independent_requests_share_a_thread(tmp_path: Path) -> None:
    _, arguments = told(tmp_path, "200", seconds=1.2)

    assert arguments[:4] == ["-t1", "-c16", "-d2s", "-s"]
    assert arguments[5:9] == ["http://127.0.0.1:4321", "--", "deletions", "200"]
    assert arguments[-1] == "7"


def test_each_connection_of_a_flow_has_a_thread_for_its_own_audience(tmp_path: Path) -> None:
    _, arguments = told(tmp_path, "flow")

    assert arguments[:2] == ["-t16", "-c16"]
    assert arguments[7:9] == ["flow", "201 200 200 404 404"]


def test_deletions_on_a_server_without_state_begin_again(tmp_path: Path) -> None:
    _, arguments = told(tmp_path, "200", Kind.CONSTANT)

    assert arguments[-1] == "7 again"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("bench 9 1000000 1 1 0 0 0 2 status 200 was expected, and 404 came: {}", "2 responses were wrong; status 200"),
        ("bench 9 1000000 1 1 1 2 3 0 ", "connections failed: 1 not made, 2 broken, 3 without an answer"),
        ("bench 0 1000000 0 0 0 0 0 0 ", "no response came"),
        ("load.lua:3: attempt to call nil", "wrk failed: load.lua:3: attempt to call nil"),
        ("", "wrk failed: it printed nothing"),
    ],
)
def test_a_load_with_a_wrong_response_or_a_broken_connection_is_an_error(output: str, reason: str) -> None:
    with pytest.raises(BenchError, match=f"^{reason}"):
        parsed(f"Running\n{output}\n" if output.startswith("bench") else output, "", CPU, 0.1)


def test_the_versions_say_which_client_made_the_load(tmp_path: Path) -> None:
    wrk = Wrk(program(tmp_path, "#!/bin/sh\necho 'wrk debian/4.1.0-3 [epoll] Copyright'\nexit 1\n"))

    assert versions(wrk, {"Node.js": "24.21.0"})["load by"] == "wrk 4.1.0"
    assert versions(None, {})["load by"] == "the client in Python"


def test_the_versions_include_the_machine_and_what_npm_brought() -> None:
    found = versions(None, {"Node.js": "24.21.0"})

    assert {"Python", "connexion", "starlette", "uvicorn", "Node.js", "kernel", "CPU"} <= found.keys()
