"""The servers that are measured: each a process of its own on a free port, on a core of its own where there are two."""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

from tests.bench.failure import BenchError
from tests.bench.world import FIRST, RESET

_ROOT = Path(__file__).parents[2]
_HOST = "127.0.0.1"
_PATIENCE = 30
_TICKS = os.sysconf("SC_CLK_TCK")
_CPU_CLOCK = 2


@dataclass(frozen=True)
class Target:
    """A kind of server: its module and the arguments before `--port`."""

    name: str
    command: tuple[str, ...]
    remembers: bool = True


BARE = Target("bare", ("tests.bench.bare",), remembers=False)
STOCK = Target("stock", ("tests.bench.stock",))
OURS = Target("ours", ("mockserver", "serve"))
TARGETS = (BARE, OURS, STOCK)


def cores() -> tuple[int, int] | None:
    """One core for the servers and one for the client; None where there are not two, or nobody can choose."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else None


class Server:
    """A running server; `started` is the time from its spawning to its first answer, in seconds."""

    def __init__(self, target: Target, core: int | None, seed_file: Path | None = None) -> None:
        self.target = target
        self.port = _free_port()
        seeds = [] if seed_file is None or not target.remembers else ["--seed-file", str(seed_file)]
        self._command = [sys.executable, "-m", *target.command, "--port", str(self.port), *seeds]
        self._core = core

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        begun = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603  (our own commands)
            self._command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=self._errors
        )
        if self._core is not None:
            os.sched_setaffinity(self._process.pid, {self._core})
        try:
            self._await_answer(begun + _PATIENCE)
        except BaseException:
            self.__exit__()
            raise
        self.started = time.perf_counter() - begun
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _await_answer(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            try:
                if _answers(self.port):
                    return
            except OSError:
                pass
            try:
                self._process.wait(0.001)
            except subprocess.TimeoutExpired:
                continue
            self._fail(f"ended with status {self._process.returncode}")
        self._fail(f"did not answer within {_PATIENCE} s")

    def _fail(self, what: str) -> NoReturn:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "nothing on standard error")
        message = f"the server {self.target.name!r} {what}: {last}"
        raise BenchError(message)

    def reset(self) -> None:
        """Bring the world back to what the seed says."""
        with closing(http.client.HTTPConnection(_HOST, self.port, timeout=_PATIENCE)) as connection:
            try:
                connection.request("POST", RESET)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._fail(f"did not answer POST {RESET} ({error!r})")
        if answer.status not in {200, 204}:
            self._fail(f"answered {answer.status} to POST {RESET} ({body[:200]!r})")

    def cpu_seconds(self) -> float:
        """What the process has computed so far: by its CPU clock on Linux, in ticks of /proc elsewhere."""
        try:
            return time.clock_gettime((~self._process.pid << 3) | _CPU_CLOCK)
        except OSError:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_megabytes(self) -> float:
        """The memory that the process has in RAM."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self._process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0


def _answers(port: int) -> bool:
    with socket.create_connection((_HOST, port), timeout=_PATIENCE) as connection:
        connection.sendall(FIRST)
        return connection.recv(16).startswith(b"HTTP/1.1 ")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
