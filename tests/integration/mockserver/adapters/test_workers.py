"""A server with a database: in several processes, and restarted."""

import linecache
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import psutil
import pytest

from mockserver.adapters.http_server import bound, for_each
from mockserver.adapters.workers import Workers
from tests.harness.cli_server import AUTHORIZED, DELETE, cli_server, url_in

GROUP = "/v1/accounts/a00000000000000000000001"


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state.db"


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the living workers; a process that has ended may still be listed."""
    return [worker for worker in psutil.Process(process.pid).children() if is_worker(worker)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:  # it has ended, or ends at this moment
        return False


def names(url: str) -> list[str]:
    listed = httpx.get(f"{url}{GROUP}/audiences", headers=AUTHORIZED).json()
    return [audience["name"] for audience in listed["data"]["items"]]


def test_two_worker_processes_serve_one_state(file: str) -> None:
    with cli_server("--store", file, "--workers", "2") as (process, banner):
        url = url_in(banner)

        statuses = [httpx.delete(url + DELETE, headers=AUTHORIZED).status_code for _ in range(20)]

        assert len(workers_of(process)) == 2
        assert statuses == [200, *[404] * 19]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_workers_stop_together_without_output(file: str, number: signal.Signals) -> None:
    with cli_server("--store", file, "--workers", "2") as (process, _):
        workers = workers_of(process)

        process.send_signal(number)
        out, err = process.communicate(timeout=20)

        assert (process.returncode, out, err) == (0, "", "")
        assert not any(worker.is_running() for worker in workers)


def test_a_killed_worker_is_replaced(file: str) -> None:
    with cli_server("--store", file, "--workers", "2") as (process, banner):
        killed, other = workers_of(process)

        killed.kill()
        while len({worker.pid for worker in workers_of(process)} - {killed.pid}) < 2:
            pass

        assert httpx.delete(url_in(banner) + DELETE, headers=AUTHORIZED).status_code == 200
        assert other.is_running()


def test_no_connection_waits_in_vain_when_a_worker_has_been_killed(file: str) -> None:
    with cli_server("--store", file, "--workers", "2") as (process, banner):
        workers_of(process)[0].kill()

        statuses = [
            httpx.delete(url_in(banner) + DELETE, headers=AUTHORIZED, timeout=60).status_code for _ in range(16)
        ]

    assert statuses == [200, *[404] * 15]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not spread connections")
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104  (for a moment)
def test_connections_are_spread_over_the_sockets_of_the_workers(host: str) -> None:
    with ExitStack() as stack:
        sockets = for_each(3, stack.enter_context(bound(host, 0)))
        port = sockets[0].getsockname()[1]
        target = "::1" if host == "::1" else "127.0.0.1"
        for one in sockets:
            stack.enter_context(one).settimeout(0)

        for _ in range(64):
            stack.enter_context(socket.create_connection((target, port)))

        assert all(accepts(one, stack) for one in sockets)
        with pytest.raises(OSError, match="in use"):
            bound(host, port)


def accepts(listening: socket.socket, stack: ExitStack) -> bool:
    with suppress(BlockingIOError):
        stack.enter_context(listening.accept()[0])
        return True
    return False


def test_workers_end_when_their_parent_is_killed(file: str) -> None:
    with cli_server("--store", file, "--workers", "2") as (process, _):
        workers = workers_of(process)

        process.kill()

        assert psutil.wait_procs(workers, timeout=20)[1] == []


def fails(_listening: socket.socket, _line: Connection) -> None:
    sys.exit(3)


def test_all_workers_stop_if_one_worker_cannot_start() -> None:
    started = []
    with bound("127.0.0.1", 0) as listening:
        status = Workers(fails, [listening] * 2, lambda: started.append(True)).run()

    assert (status, started) == (1, [])


def falters(folder: Path, _listening: socket.socket, line: Connection) -> None:
    """Report ready and end; at the second start, end before that; at the third, report ready and stop all."""
    times = len(list(folder.iterdir()))
    (folder / str(times)).touch()
    if times != 1:
        line.send("ready")
    if times == 2:
        os.kill(os.getppid(), signal.SIGTERM)
        line.recv()


def test_a_replacement_worker_that_cannot_start_is_replaced_too(tmp_path: Path) -> None:
    started = []
    with bound("127.0.0.1", 0) as listening:
        status = Workers(partial(falters, tmp_path), [listening], lambda: started.append(True), pause=0).run()

    assert (status, started, len(list(tmp_path.iterdir()))) == (0, [True], 3)


def lasts(_listening: socket.socket, line: Connection) -> None:
    """Report ready, and end with the connection."""
    line.send("ready")
    with suppress(EOFError):
        line.recv()


def current_line(thread: int) -> str:
    """The line of source that a thread executes."""
    frame = sys._current_frames()[thread]  # noqa: SLF001  (the only way)
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno)


def test_a_signal_that_another_thread_receives_stops_workers() -> None:
    waiting = threading.get_ident()

    def send_signal() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        while "_selector.poll(" not in current_line(waiting):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    def block_and_send() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        threading.Thread(target=send_signal, daemon=True).start()

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {})
    try:
        with bound("127.0.0.1", 0) as listening:
            status = Workers(lasts, [listening], block_and_send).run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    assert status == 0


def test_changes_persist_when_the_server_is_restarted(file: str) -> None:
    with cli_server("--store", file) as (process, banner):
        first = banner
        httpx.delete(url_in(banner) + DELETE, headers=AUTHORIZED)
        httpx.post(f"{url_in(banner)}{GROUP}/audiences", headers=AUTHORIZED, json={"name": "New", "type": "on_demand"})
        before = names(url_in(banner))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    with cli_server("--store", file) as (_, banner):
        after = names(url_in(banner))
        assert httpx.get(url_in(banner) + DELETE, headers=AUTHORIZED).status_code == 404

    assert after == before
    assert "New" in after
    assert "sk_test_all_permissions" in first
    assert "sk_test_all_permissions" in banner


def test_servers_with_one_store_and_seed_create_different_sandboxes_and_trace_ids(file: str) -> None:
    identifiers = []
    for _ in range(2):
        with cli_server("--store", file, "--seed", "7") as (_, banner):
            sandbox_document = httpx.post(url_in(banner) + "/_mock/sandboxes", json={}).json()
            refused = httpx.get(url_in(banner) + GROUP + "/audiences").json()
            identifiers += [sandbox_document["id"], sandbox_document["keys"][0]["key"], refused["traceId"]]
            sandboxes = [
                sandbox["id"] for sandbox in httpx.get(url_in(banner) + "/_mock/sandboxes").json()["sandboxes"]
            ]

    assert len(set(identifiers)) == 6
    assert sandboxes == ["default", identifiers[0], identifiers[3]]


def test_the_identifiers_of_the_default_sandbox_depend_only_on_the_seed(tmp_path: Path) -> None:
    identifiers = []
    for store in ("memory", f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db"):
        with cli_server("--store", store, "--seed", "7") as (_, banner):
            body = {"name": "x", "type": "on_demand"}
            answer = httpx.post(f"{url_in(banner)}{GROUP}/audiences", headers=AUTHORIZED, json=body)
            identifiers.append(answer.json()["data"]["id"])

    assert len(set(identifiers)) == 1
