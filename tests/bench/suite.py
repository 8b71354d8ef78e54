"""The duration of the conformance suite on our server."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.failure import BenchError
from tests.bench.measure import Progress
from tests.bench.placing import Cores, on

_ROOT = Path(__file__).parents[2]
_SEED = "1"
_PATIENCE = 600


@dataclass(frozen=True)
class Suite:
    """A run of the suite: its seconds, including the start of its server, and its verdict."""

    seconds: float
    verdict: str


def suite(cores: Cores, progress: Progress) -> Suite:
    """Run the full profile of the suite once, on these cores."""
    progress("the conformance suite")
    begun = time.perf_counter()
    with on(cores):
        command = [sys.executable, "-m", "tests.system.conformance_run", "--seed", _SEED]
        try:
            done = subprocess.run(  # noqa: S603  (our own command)
                command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise BenchError(f"the conformance suite was not done within {_PATIENCE} s") from None
    return Suite(time.perf_counter() - begun, verdict(done.stdout))


def verdict(output: str) -> str:
    """Return the verdict that the suite prints; raise BenchError without a verdict."""
    for line in reversed(output.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "verdict":
            return rest.partition(":")[0].strip()
    raise BenchError("the conformance suite came to no verdict")
