"""The counts of removed sandboxes in memory."""

from mockserver.ports import MAX_RUNS
from mockserver.recording.coverage.counts import Counts, add


class RemovedCounts:
    """The counts of removed sandboxes by run, the oldest run first; "" has those without a run."""

    def __init__(self) -> None:
        self._by_run: dict[str, dict[str, int]] = {"": {}}

    def add(self, run: str, counts: Counts) -> None:
        """Add the counts of a removed sandbox; above `MAX_RUNS`, those of the oldest run become those without a run."""
        add(self._by_run.setdefault(run, {}), counts)
        if len(self._by_run) > MAX_RUNS:
            oldest = next(run for run in self._by_run if run)
            add(self._by_run[""], self._by_run.pop(oldest))

    def of(self, run: str | None) -> dict[str, int]:
        """Return the counts of a run; None stands for all."""
        total: dict[str, int] = {}
        for name, counts in self._by_run.items():
            if run in {None, name}:
                add(total, counts)
        return total

    def forget(self, run: str | None) -> None:
        """Set the counts of a run to 0; None stands for all."""
        for name in [name for name in self._by_run if run in {None, name}]:
            del self._by_run[name]
        self._by_run.setdefault("", {})
