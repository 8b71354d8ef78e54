"""The conformance suite on a target whose lists are bare arrays: `python -m tests.bench.broken_target [options]`."""

import subprocess
import sys

from tests.harness.subprocess_server import ROOT
from tests.mutants.server.mutants.envelope import BareList
from tests.mutants.server.mutated import served
from tests.system.conformance_run import WORKERS


def main(options: list[str]) -> int:
    """Run it; the exit status is the suite's."""
    with served(BareList()) as url:
        command = [sys.executable, "-m", "conformance", "run", "--base-url", url]
        command += ["--states-url", f"{url}/_mock/provider-states", "--workers", str(WORKERS)]
        return subprocess.run([*command, *options], cwd=ROOT, check=False).returncode  # noqa: S603  (ours)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
