"""The end of a server with its standard input."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from mockserver.stdin_watch import stop_at_end_of_input
from tests.harness.cli_server import SERVE

PATIENCE = 60
OPTIONS = ["--port", "0", "--until-stdin-closes"]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read_end, write_end = os.pipe()
    yield read_end, write_end
    for descriptor in (read_end, write_end):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_a_server_is_stopped_when_its_input_ends_and_not_before(pipe: tuple[int, int]) -> None:
    stopped = threading.Event()
    watch = stop_at_end_of_input(stopped.set, pipe[0])

    os.write(pipe[1], b"anything")
    is_early = stopped.is_set()
    os.close(pipe[1])
    watch.join(PATIENCE)

    assert (is_early, stopped.is_set()) == (False, True)


def test_a_server_without_any_input_is_stopped_at_once(pipe: tuple[int, int]) -> None:
    stopped = threading.Event()
    os.close(pipe[0])

    stop_at_end_of_input(stopped.set, pipe[0]).join(PATIENCE)

    assert stopped.is_set()


@pytest.mark.parametrize("more", [[], ["--workers", "2", "--store"]])
def test_a_server_ends_in_order_with_its_input(more: list[str], tmp_path: object) -> None:
    store = [f"sqlite:///{tmp_path}/state.db"] if more else []
    with subprocess.Popen(  # noqa: S603  (ours)
        [*SERVE, *OPTIONS, *more, *store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "is ready at" in process.stdout.readline()
        process.stdin.close()

        assert process.wait(PATIENCE) == 0


def test_a_server_ends_with_a_process_that_is_killed() -> None:
    program = f"""
import subprocess, sys
server = subprocess.Popen({[*SERVE, *OPTIONS]!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
server.stdout.readline()
print(server.pid, flush=True)
server.wait()
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603  (ours)
        assert parent.stdout is not None
        server = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)

    assert psutil.wait_procs([server], PATIENCE)[1] == []
