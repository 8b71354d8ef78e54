"""`audience-mock serve` in a process of its own, and its banner."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SERVE = [sys.executable, "-m", "mockserver", "serve"]
DELETE = "/v1/accounts/a00000000000000000000001/audiences/b00000000000000000000001"
AUTHORIZED = {"Authorization": "Bearer sk_test_all_permissions"}


@contextmanager
def cli_server(*options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server process; yield it with its banner. Keyword arguments are added to its environment."""
    surroundings = {**os.environ, **environment}  # noqa: TID251  (a child's, not ours)
    process = subprocess.Popen(  # noqa: S603  (ours)
        [*SERVE, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings
    )
    assert process.stdout is not None
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Stop with"):
                break
        yield process, "".join(lines)
    finally:
        process.kill()
        process.communicate()


def url_in(banner: str) -> str:
    match = re.search(r"http://\S+", banner)
    assert match is not None
    return match[0]


def startup_error(*options: str) -> str:
    """Return what `serve` writes to standard error when it cannot start, by default on a free port."""
    command = [*SERVE, "--port", "0", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr
