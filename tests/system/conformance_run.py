"""The conformance suite against our own server, started for it: `python -m tests.system.conformance_run [options]`."""

import subprocess
import sys

from tests.harness.subprocess_server import ROOT, served

WORKERS = 2
"""As many as the machine that the goal of 30 s is set for has cores: the suite computes more than it waits."""


def main(options: list[str]) -> int:
    """Run it; the exit status is the suite's."""
    with served(subprocess.DEVNULL) as url:
        command = [sys.executable, "-m", "conformance", "run", "--base-url", url]
        command += ["--states-url", f"{url}/_mock/provider-states", "--workers", str(WORKERS)]
        return subprocess.run([*command, *options], cwd=ROOT, check=False).returncode  # noqa: S603  (ours)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
