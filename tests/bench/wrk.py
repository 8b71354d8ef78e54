"""The load generator wrk, with a script that makes the requests and checks every response."""

import math
import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bench.failure import BenchError
from tests.bench.load import Load
from tests.bench.scenarios import Scenario

_SCRIPT = Path(__file__).with_suffix(".lua")
_GRACE = 30
_MICRO = 1e-6
_NUMBERS = ("requests", "duration", "p50", "p99", "unconnected", "broken", "late", "wrong")
_LINE = re.compile(r"^bench " + " ".join(rf"(?P<{name}>\d+)" for name in _NUMBERS) + " (?P<reason>.*)$", re.MULTILINE)


class Measured(Protocol):
    """A server as far as the generator knows it."""

    port: int

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of each process so far."""


@dataclass(frozen=True)
class Wrk:
    """The program."""

    program: str

    def version(self) -> str:
        """Return its version."""
        done = subprocess.run([self.program, "-v"], capture_output=True, text=True, check=False)  # noqa: S603  (as found)
        match = re.search(r"\d+\.\d+\.\d+", done.stdout)
        return match[0] if match else "unknown"

    def load(self, scenario: Scenario, connections: int, seconds: float, server: Measured) -> Load:
        """Measure a server for so many seconds, rounded up to whole ones."""
        threads = connections if scenario.needs_own_threads else 1
        whole = math.ceil(seconds)
        command = [self.program, f"-t{threads}", f"-c{connections}", f"-d{whole}s", "-s", str(_SCRIPT)]
        command += [f"http://127.0.0.1:{server.port}", "--", *scenario.arguments()]
        before, client = server.cpu(), _children_cpu()
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=whole + _GRACE)  # noqa: S603  (the same)
        except subprocess.TimeoutExpired:
            raise BenchError(f"wrk was not done within {whole + _GRACE} s") from None
        client, after = _children_cpu() - client, server.cpu()
        cpu = {name: value - before.get(name, 0.0) for name, value in after.items()}
        return parsed(done.stdout, done.stderr, cpu, client)


def parsed(output: str, errors: str, cpu: dict[str, float], client_cpu: float) -> Load:
    """Return the load that the script has printed; raise BenchError for a wrong response or a broken connection."""
    match = _LINE.search(output)
    if match is None:
        lines = [line for line in (errors + output).splitlines() if line.strip()]
        raise BenchError(f"wrk failed: {lines[0] if lines else 'it printed nothing'}")
    number = {name: int(match[name]) for name in _NUMBERS}
    if number["wrong"]:
        raise BenchError(f"{number['wrong']} responses were wrong; {match['reason'].strip()}")
    if number["unconnected"] or number["broken"] or number["late"]:
        counts = f"{number['unconnected']} not made, {number['broken']} broken, {number['late']} without an answer"
        raise BenchError(f"connections failed: {counts}")
    if not number["requests"]:
        raise BenchError("no response came")
    p50, p99 = number["p50"] * _MICRO, number["p99"] * _MICRO
    return Load(number["requests"], number["duration"] * _MICRO, p50, p99, cpu, client_cpu)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
