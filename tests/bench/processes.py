"""Figures of processes: their children, their CPU time and their memory."""

import os
import re
import time
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_CPU_CLOCK = 2


def tree(pid: int, proc: Path = _PROC) -> list[int]:
    """Return a process and its descendants, parents first, without those that have ended meanwhile."""
    pids = [pid]
    for parent in pids:
        for file in sorted(proc.glob(f"{parent}/task/*/children")):
            try:
                pids += [int(child) for child in file.read_text().split()]
            except OSError:
                continue
    return pids


def cpu_seconds(pid: int, proc: Path = _PROC) -> float:
    """Return the CPU seconds of a process: by its CPU clock on Linux, else by ticks of /proc; 0 if it has ended."""
    try:
        return time.clock_gettime((~pid << 3) | _CPU_CLOCK)
    except OSError:
        return _ticks(proc / str(pid) / "stat") / _TICKS


def _ticks(file: Path) -> int:
    try:
        fields = file.read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def resident_megabytes(pid: int, proc: Path = _PROC) -> float:
    """Return the resident memory of a process, in MB."""
    match = re.search(r"VmRSS:\s+(\d+) kB", (proc / str(pid) / "status").read_text())
    return int(match[1]) / 1024 if match else 0.0
