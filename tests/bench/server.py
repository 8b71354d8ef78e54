"""A measured server: its own process on a free port."""

import http.client
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn, Self

from tests.bench.failure import BenchError
from tests.bench.placing import Cores, on
from tests.bench.processes import cpu_seconds, resident_megabytes, tree
from tests.bench.requests import FIRST, RESET
from tests.bench.targets import Target

_ROOT = Path(__file__).parents[2]
_HOST = "127.0.0.1"
_PATIENCE = 60


class Server:
    """A running server; `started` is the time from its spawning to its first response, in seconds."""

    def __init__(self, target: Target, cores: Cores = (), seed_file: Path | None = None) -> None:
        self.target = target
        self.port = _free_port()
        seeds = [] if seed_file is None or not target.remembers else ["--seed-file", str(seed_file)]
        self._command = [*target.command, "--port", str(self.port), *seeds]
        self._cores = cores

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        begun = time.perf_counter()
        with on(self._cores):
            self._process = subprocess.Popen(  # noqa: S603  (our own commands)
                self._command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=self._errors
            )
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

    def _fail(self, problem: str) -> NoReturn:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "nothing on standard error")
        raise BenchError(f"the server {self.target.name!r} {problem}: {last}")

    def reset(self) -> None:
        """Reset the server to its seed."""
        with closing(http.client.HTTPConnection(_HOST, self.port, timeout=_PATIENCE)) as connection:
            try:
                connection.request("POST", RESET)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._fail(f"did not answer POST {RESET} ({error!r})")
        if answer.status not in {200, 204}:
            self._fail(f"answered {answer.status} to POST {RESET} ({body[:200]!r})")

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of the server, of each child, and of the whole database."""
        first, *others = tree(self._process.pid)
        seconds = {"server": cpu_seconds(first)}
        seconds |= {f"worker {number}": cpu_seconds(pid) for number, pid in enumerate(others, 1)}
        if self.target.database is not None:
            seconds["database"] = sum(map(cpu_seconds, tree(self.target.database)))
        return seconds

    def resident_megabytes(self) -> float:
        """Return the resident memory of the process and its children, in MiB."""
        return sum(map(resident_megabytes, tree(self._process.pid)))


def _answers(port: int) -> bool:
    with socket.create_connection((_HOST, port), timeout=_PATIENCE) as connection:
        connection.sendall(FIRST)
        return connection.recv(16).startswith(b"HTTP/1.1 ")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
