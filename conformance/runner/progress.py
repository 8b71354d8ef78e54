"""How a run goes on: a line for each check that has come to its end; on a terminal, one that tells what is running."""

import itertools
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from conformance.catalogue.requirements import Catalogue

Write = Callable[[str], None]

_WORDS = {"passed": "ok", "failed": "not ok", "skipped": "not run"}
_WORSE = ("skipped", "passed", "failed")
_CLEAR = "\r\x1b[K"


class Progress:
    """`write` puts text out as it is. `live`: a person looks at a terminal; else there are plain lines only."""

    def __init__(self, catalogue: Catalogue, write: Write, *, live: bool) -> None:
        self._catalogue = catalogue
        self._write = write
        self._live = live
        self._begun = time.monotonic()
        self._total = 0
        self._ends: dict[str, str] = {}
        self._running: dict[str, None] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def pytest_sessionstart(self) -> None:
        """Begin to tell."""
        if self._live:
            threading.Thread(target=self._tick, daemon=True).start()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note how much there is to do."""
        self._total = max(self._total, len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """The same, where workers do it."""
        self._total = max(self._total, len(list(ids)))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A check begins."""
        with self._lock:
            self._running[nodeid] = None
            self._draw()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A check, or a part of it, has come to its end."""
        if report.when != "call" and report.passed:
            return
        with self._lock:
            self._running.pop(report.nodeid, None)
            before = self._ends.get(report.nodeid)
            if before is None or _WORSE.index(before) < _WORSE.index(report.outcome):
                self._ends[report.nodeid] = report.outcome
                self._tell(report.outcome, report.nodeid)
            self._draw()

    def pytest_sessionfinish(self) -> None:
        """No more to tell; what is left is to tear down."""
        self._over.set()
        with self._lock:
            if self._live:
                self._write(_CLEAR)

    def _tell(self, outcome: str, nodeid: str) -> None:
        if not self._live:
            self._write(f"{_WORDS[outcome]:<7} {_name(nodeid)}\n")
        elif outcome == "failed":
            self._write(f"{_CLEAR}{_WORDS[outcome]:<7} {_name(nodeid)}\n")

    def _draw(self) -> None:
        if not self._live or self._over.is_set():
            return
        width = shutil.get_terminal_size().columns - 1
        self._write(f"{_CLEAR}{self.line()[:width]}")

    def line(self) -> str:
        """How far it is, in one line."""
        ends = Counter(self._ends.values())
        left = max(0, self._total - len(self._ends))
        counts = f"{ends['passed']} ok, {ends['failed']} not ok, {ends['skipped']} not run, {left} left"
        elapsed = int(time.monotonic() - self._begun)
        running = next(iter(self._running), "")
        now = f"  {self._group(running)}: {_name(running)}" if running else ""
        return f"{elapsed // 60}:{elapsed % 60:02}  {counts}{now}"

    def _group(self, nodeid: str) -> str:
        """What the requirements that a check decides have in common in their ids."""
        ids = self._catalogue.decided_by(_name(nodeid).split("[")[0])
        same = itertools.takewhile(
            lambda words: len(set(words)) == 1, zip(*(one.split("-") for one in ids), strict=False)
        )
        return "-".join(words[0] for words in same) or "several operations"

    def _tick(self) -> None:
        while not self._over.wait(1):
            with self._lock:
                self._draw()


def _name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2]
