"""The duration of the conformance suite on our server, and on one that is broken."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.failure import BenchError
from tests.bench.measure import Progress
from tests.bench.placing import Cores, on

_ROOT = Path(__file__).parents[2]
_OURS, _BROKEN = "tests.system.conformance_run", "tests.bench.broken_target"
FULL, DELETE, BROKEN = "full profile", "profile delete", "full profile, on a target whose lists are none"
_COMMANDS = {FULL: (_OURS,), DELETE: (_OURS, "--profile", "delete"), BROKEN: (_BROKEN,)}
_SEED = "1"
_PATIENCE = 600


@dataclass(frozen=True)
class Suite:
    """A run of the suite: its name, its seconds, including the start of its server, and its verdict."""

    name: str
    seconds: float
    verdict: str


def suites(cores: Cores, progress: Progress) -> tuple[Suite, ...]:
    """Run the suite once for each profile and target, on these cores."""
    return tuple(_suite(name, command, cores, progress) for name, command in _COMMANDS.items())


def _suite(name: str, command: tuple[str, ...], cores: Cores, progress: Progress) -> Suite:
    progress(f"the conformance suite, {name}")
    begun = time.perf_counter()
    with on(cores):
        try:
            done = subprocess.run(  # noqa: S603  (our own command)
                [sys.executable, "-m", *command, "--seed", _SEED],
                cwd=_ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise BenchError(f"the conformance suite was not done within {_PATIENCE} s") from None
    return Suite(name, time.perf_counter() - begun, verdict(done.stdout))


def verdict(output: str) -> str:
    """Return the verdict that the suite prints; raise BenchError without a verdict."""
    for line in reversed(output.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "verdict":
            return rest.partition(":")[0].strip()
    raise BenchError("the conformance suite came to no verdict")
