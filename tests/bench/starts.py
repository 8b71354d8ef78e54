"""The table of starts and memory."""

from collections.abc import Iterator
from statistics import median

from tests.bench.figures import Figures
from tests.bench.targets import YARDSTICK


def start_and_memory(figures: Figures) -> Iterator[str]:
    """Yield a line for each server."""
    footprint = figures.run.footprint
    if footprint is None:
        return
    yield "Start to first response, and resident memory: started, after a load"
    for target, times in footprint.starts.items():
        ratio, memory = figures.start(target, YARDSTICK.name), footprint.memory.get(target)
        beside = "" if ratio is None or target == YARDSTICK.name else f" ({ratio.median:.2f} x Starlette)"
        line = f"  {target:<20}{1000 * median(times):.0f} ms{beside}"
        if memory is not None:
            line += f"; {memory.started:.1f} MiB, {memory.loaded:.1f} MiB after {memory.requests:,} requests"
            line += "" if memory.late is None else f", {memory.late:.1f} MiB after {memory.late_requests:,}"
        yield line
