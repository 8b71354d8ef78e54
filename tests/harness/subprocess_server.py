"""A server in a process of its own, as its user starts it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def served(log: int) -> Iterator[str]:
    """Serve in a process that writes a line for each request to `log`, and yield the URL."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--log-format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:  # noqa: S603  (ours)
        lines = iter(server.stdout or [])
        first = next(lines)
        url = first.split()[-1]
        copying = subprocess.Popen(["cat"], stdin=server.stdout, stdout=log)  # noqa: S607  (cat is everywhere)
        try:
            yield url
        finally:
            server.terminate()
            copying.wait()
