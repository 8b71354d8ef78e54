"""The progress of a run: a line for each check that has ended; on a terminal, one line that is redrawn."""

import itertools
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from conformance.catalogue.requirements import Catalogue

Write = Callable[[str], None]

_OUTCOME_TEXTS = {"passed": "ok", "failed": "not ok", "skipped": "not run"}
_OUTCOMES_BY_SEVERITY = ("skipped", "passed", "failed")
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """The pytest plugin that reports progress.

    Args:
        catalogue: The catalogue of requirements.
        write: A function that writes text as it is.
        live: Whether a person watches a terminal; otherwise there are only plain lines.
    """

    def __init__(self, catalogue: Catalogue, write: Write, *, live: bool) -> None:
        self._catalogue = catalogue
        self._write = write
        self._live = live
        self._start = time.monotonic()
        self._total = 0
        self._outcomes: dict[str, str] = {}
        self._running: dict[str, None] = {}
        self._lock = threading.Lock()
        self._finished = threading.Event()

    def pytest_sessionstart(self) -> None:
        """Start to redraw the line every second."""
        if self._live:
            threading.Thread(target=self._redraw_every_second, daemon=True).start()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the checks to run."""
        self._total = max(self._total, len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """Count the checks that workers are to run."""
        self._total = max(self._total, len(list(ids)))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Show a check that begins."""
        with self._lock:
            self._running[nodeid] = None
            self._draw()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Report the outcome of a check; the worst one, where several workers run the check."""
        if report.when != "call" and report.passed:
            return
        with self._lock:
            self._running.pop(report.nodeid, None)
            if self._is_worse(report.outcome, self._outcomes.get(report.nodeid)):
                self._outcomes[report.nodeid] = report.outcome
                self._write_outcome(report.outcome, report.nodeid)
            self._draw()

    def pytest_sessionfinish(self) -> None:
        """Clear the line; only the clean-up is left."""
        self._finished.set()
        with self._lock:
            if self._live:
                self._write(_CLEAR_LINE)

    @staticmethod
    def _is_worse(outcome: str, earlier: str | None) -> bool:
        return earlier is None or _OUTCOMES_BY_SEVERITY.index(earlier) < _OUTCOMES_BY_SEVERITY.index(outcome)

    def _write_outcome(self, outcome: str, nodeid: str) -> None:
        if not self._live:
            self._write(f"{_OUTCOME_TEXTS[outcome]:<7} {_check_name(nodeid)}\n")
        elif outcome == "failed":
            self._write(f"{_CLEAR_LINE}{_OUTCOME_TEXTS[outcome]:<7} {_check_name(nodeid)}\n")

    def _draw(self) -> None:
        if not self._live or self._finished.is_set():
            return
        width = shutil.get_terminal_size().columns - 1
        self._write(f"{_CLEAR_LINE}{self.line()[:width]}")

    def line(self) -> str:
        """Return the line: elapsed time, counts, and the running check."""
        outcomes = Counter(self._outcomes.values())
        left = max(0, self._total - len(self._outcomes))
        counts = f"{outcomes['passed']} ok, {outcomes['failed']} not ok, {outcomes['skipped']} not run, {left} left"
        elapsed = int(time.monotonic() - self._start)
        running = next(iter(self._running), "")
        now = f"  {self._common_prefix(running)}: {_check_name(running)}" if running else ""
        return f"{elapsed // 60}:{elapsed % 60:02}  {counts}{now}"

    def _common_prefix(self, nodeid: str) -> str:
        """Return the beginning that the ids of the requirements of a check have in common."""
        ids = self._catalogue.decided_by(_check_name(nodeid).split("[")[0])
        columns = zip(*(requirement_id.split("-") for requirement_id in ids), strict=False)
        common = itertools.takewhile(lambda words: len(set(words)) == 1, columns)
        return "-".join(words[0] for words in common) or "several operations"

    def _redraw_every_second(self) -> None:
        while not self._finished.wait(1):
            with self._lock:
                self._draw()


def _check_name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2]
