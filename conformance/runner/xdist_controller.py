"""The pytest plugin of the process that starts the workers: it sends them the options and collects their results."""

import contextlib
import os
import pickle
import queue
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from conformance.options import Options
from conformance.results.worker_result import WorkerResult
from conformance.runner.deadline import Deadline
from conformance.runner.worker_stopper import WorkerStopper
from conformance.runner.xdist_worker import PAYLOAD_KEY

_PATIENCE = 30.0
"""Seconds that workers that have not begun have to end."""

_MOST_SIGNALS = 2
"""The number of signals after which the workers are given up."""

_INFORMATIVENESS = {"skipped": 0, "passed": 1, "failed": 2}


class WorkerController:
    """The controller of all workers.

    Attributes:
        results: The results of the workers that finished.
        lost: A message for each worker that did not.
        interrupted: Whether SIGINT or SIGTERM has arrived.
    """

    def __init__(self, options: Options, deadline: Deadline) -> None:
        self._options = options
        self._deadline = deadline
        self._nodes: list[Any] = []
        self._pids: dict[Any, int] = {}
        self._reports: dict[str, pytest.TestReport] = {}
        self._is_in_loop = False
        self._is_impatient = False
        self._signal_count = 0
        self.results: list[WorkerResult] = []
        self.lost: list[str] = []
        self.interrupted = False

    @contextlib.contextmanager
    def handling_signals(self, give_up: Callable[[], object]) -> Iterator[None]:
        """Stop the workers, instead of this process, at the first SIGINT or SIGTERM.

        KeyboardInterrupt in the middle of xdist's `queue.get` may leave the lock of the queue taken: whatever uses the
        queue afterwards waits for ever. `give_up` ends this process if it goes on nevertheless.
        """
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
        for number in handled:
            signal.signal(number, self._on_signal)
        try:
            with WorkerStopper(self._signal_running_workers, give_up).watching():
                yield
        finally:
            for number in handled:
                signal.signal(number, before[number])

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Note the signal; raise KeyboardInterrupt at the third, which gives the clean-up of the workers up."""
        self._signal_count += 1
        if self._signal_count > _MOST_SIGNALS:
            self._is_impatient = True
            raise KeyboardInterrupt
        self.interrupted = True

    def _signal_running_workers(self, number: signal.Signals) -> None:
        """Send a signal to the workers whose events are awaited; before that, KeyboardInterrupt does so."""
        if self._is_in_loop:
            self._signal_workers(number)

    def _signal_workers(self, number: signal.Signals) -> None:
        for pid in [self._pids[node] for node in tuple(self._nodes)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Any:  # noqa: ANN401  (pytest's)
        """Mark the time in which the workers' events are awaited: it ends once no worker is left."""
        self._is_in_loop = True
        try:
            if self.interrupted:
                raise KeyboardInterrupt
            return (yield)
        finally:
            self._is_in_loop = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  (xdist's)
        """Send a worker the options, and the elapsed time."""
        self._nodes.append(node)
        self._pids[node] = node.gateway._rinfo().pid  # noqa: SLF001  (xdist has no other way)
        node.workerinput[PAYLOAD_KEY] = pickle.dumps((self._options, self._deadline.elapsed))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401  (xdist's)
        """Receive the result of a worker."""
        if node not in self._nodes:  # xdist calls this twice for an interrupted worker
            return
        self._nodes.remove(node)
        payload = getattr(node, "workeroutput", {}).get(PAYLOAD_KEY)
        result, reports = pickle.loads(payload) if payload else (None, [])  # noqa: S301  (from our own process)
        if result is None:
            self.lost.append(f"the worker {node.gateway.id} ended before its work was done ({error})")
            return
        self.results.append(result)
        for data in reports:
            self._keep(node.config.hook.pytest_report_from_serializable(config=node.config, data=data))
        for report in self._reports.values() if not self._nodes else ():
            node.config.hook.pytest_runtest_logreport(report=report)

    def _keep(self, report: pytest.TestReport) -> None:
        """Keep, for a check that every worker runs, the most informative report."""
        earlier = self._reports.get(report.nodeid)
        if (report.when == "call" or not report.passed) and (
            earlier is None or _INFORMATIVENESS[report.outcome] > _INFORMATIVENESS[earlier.outcome]
        ):
            self._reports[report.nodeid] = report

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, report: pytest.TestReport) -> None:
        """Let the check at which a worker was interrupted count for nothing: xdist takes it for a crash."""
        if self.interrupted:
            report.outcome = "passed"  # of a part that is not the call, which nobody counts

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupt the workers that have not begun, and wait until they have torn down."""
        if not self._nodes or self._is_impatient:
            return
        events = self._nodes[0].config.pluginmanager.getplugin("dsession").queue
        self._signal_workers(signal.SIGINT)
        until = self._deadline.elapsed + _PATIENCE
        while self._nodes and self._deadline.elapsed < until:
            try:
                name, event = events.get(timeout=1)
            except queue.Empty:
                continue
            if name in {"workerfinished", "errordown"}:
                self.pytest_testnodedown(event["node"], event.get("error"))
