"""How long the conformance suite takes on our server."""

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
    """One run, from the start of its server to its end: seconds, and the verdict's line."""

    seconds: float
    verdict: str


def suite(cores: Cores, progress: Progress) -> Suite:
    """Run it once, on these cores: the full profile."""
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
    """What the suite says at its end; BenchError where it does not."""
    for line in reversed(output.splitlines()):
        name, _, said = line.partition(" ")
        if name == "verdict":
            return said.partition(":")[0].strip()
    raise BenchError("the conformance suite came to no verdict")
