"""Servers in process groups of their own, on one store, which a test may kill, and start again."""

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
    """One server with all its processes: what it is called by, and what it writes to standard error."""

    process: subprocess.Popen[str]
    url: str
    errors: IO[str]

    def kill(self) -> None:
        """End all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Ask it to stop; its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    @property
    def pids(self) -> list[int]:
        """Of the processes that answer."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        workers = [one.pid for one in children if "spawn_main" in " ".join(one.cmdline())]
        return workers or [self.process.pid]

    def said(self) -> list[str]:
        """The lines it has written to standard error."""
        self.errors.seek(0)
        return self.errors.read().splitlines()

    def tracebacks(self) -> list[str]:
        """What it has written, where there is a traceback in it."""
        said = self.said()
        return said if any("Traceback" in line for line in said) else []


@contextmanager
def serving(store: str, *options: str) -> Iterator[Server]:
    """A server on a free port that answers, until the block ends."""
    with starting(store, *options) as starts:
        server = replace(starts, url=_address(starts.process))
        assert server.url, server.said()
        yield server


@contextmanager
def starting(store: str, *options: str) -> Iterator[Server]:
    """A server that does not answer yet, so that nobody knows its port."""
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
    """Where it answers, once it does; nothing where it ends before."""
    url = ""
    for line in process.stdout or ():
        found = [word for word in line.split() if word.startswith("http://")]
        url = url or (found[0] if found else "")
        if line.startswith("Stop with"):
            break
    return url
