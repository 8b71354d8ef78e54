"""Servers in process groups of their own, on one store, for tests that kill and restart them."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO

import psutil

from tests.harness.subprocess_server import ROOT

GROUP = "/v1/accounts/a00000000000000000000001"
KEY = {"Authorization": "Bearer sk_test_all_permissions"}
SANDBOX = "/_mock/sandboxes/default"
PATIENCE = 60


@dataclass(frozen=True)
class Server:
    """A server with all its processes. `url`: its address. `errors`: its standard error."""

    process: subprocess.Popen[str]
    url: str
    errors: IO[str]

    def kill(self) -> None:
        """Kill all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Send SIGTERM, and return the exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that serve requests."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        workers = [one.pid for one in children if "spawn_main" in " ".join(one.cmdline())]
        return workers or [self.process.pid]

    def said(self) -> list[str]:
        """Return the lines that it has written to standard error."""
        self.errors.seek(0)
        return self.errors.read().splitlines()

    def tracebacks(self) -> list[str]:
        """Return the lines on standard error if a traceback is among them."""
        said = self.said()
        return said if any("Traceback" in line for line in said) else []


@contextmanager
def serving(store: str, *options: str) -> Iterator[Server]:
    """Serve on a free port until the block ends."""
    with starting(store, *options) as starts:
        server = replace(starts, url=_address(starts.process))
        assert server.url, server.said()
        yield server


@contextmanager
def starting(store: str, *options: str) -> Iterator[Server]:
    """Start a server without waiting until it serves: its port is not known yet."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--store", store, *options]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(  # noqa: S603  (ours)
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        ) as process,
    ):
        server = Server(process, "", errors)
        try:
            yield server
        finally:
            if process.poll() is None:
                server.kill()


def _address(process: subprocess.Popen[str]) -> str:
    """Return the URL once the server serves; an empty text if it ends before."""
    url = ""
    for line in process.stdout or ():
        found = [word for word in line.split() if word.startswith("http://")]
        url = url or (found[0] if found else "")
        if line.startswith("Stop with"):
            break
    return url
