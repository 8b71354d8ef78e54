"""The versions of what a run consists of, and the machine."""

import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tests.bench.wrk import Wrk

_PACKAGES = ("connexion", "starlette", "uvicorn", "uvloop", "httptools", "orjson")
_CPU = Path("/proc/cpuinfo")
PYTHON_CLIENT = "the client in Python"


def versions(wrk: Wrk | None, from_npm: Mapping[str, str]) -> dict[str, str]:
    """Return each component with its version."""
    found = {"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}, **from_npm}
    return {**found, "load by": PYTHON_CLIENT if wrk is None else f"wrk {wrk.version()}", **_machine()}


def _machine(cpu: Path = _CPU) -> dict[str, str]:
    match = re.search(r"^model name\s*: *(.+)$", cpu.read_text(), re.MULTILINE) if cpu.exists() else None
    name = match[1].strip() if match else platform.machine()
    return {"kernel": platform.release(), "CPU": f"{name}, {os.cpu_count()} cores"}
