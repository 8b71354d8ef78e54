"""The pytest plugin of the process that starts the workers: what it tells them, and what they hand back."""

import contextlib
import os
import pickle
import queue
import signal
from typing import Any

import pytest

from conformance.options import Options
from conformance.results.worker_result import WorkerResult
from conformance.runner.deadline import Deadline
from conformance.runner.xdist_worker import PAYLOAD_KEY

_PATIENCE = 30.0
_INFORMATIVENESS = {"skipped": 0, "passed": 1, "failed": 2}


class WorkerController:
    """`seen`: of each worker that came to its end. `lost`: what became of the others."""

    def __init__(self, options: Options, deadline: Deadline) -> None:
        self._options = options
        self._deadline = deadline
        self._nodes: list[Any] = []
        self._reports: dict[str, pytest.TestReport] = {}
        self.results: list[WorkerResult] = []
        self.lost: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  (xdist's)
        """Tell a worker the options, and how much of the time is spent."""
        self._nodes.append(node)
        node.workerinput[PAYLOAD_KEY] = pickle.dumps((self._options, self._deadline.spent))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401  (xdist's)
        """Take what a worker hands over."""
        if node not in self._nodes:  # xdist tells it twice of an interrupted one
            return
        self._nodes.remove(node)
        told = getattr(node, "workeroutput", {}).get(PAYLOAD_KEY)
        seen, reports = pickle.loads(told) if told else (None, [])  # noqa: S301  (from a process that this one started)
        if seen is None:
            self.lost.append(f"the worker {node.gateway.id} ended before its work was done ({error})")
            return
        self.results.append(seen)
        for one in reports:
            self._keep(node.config.hook.pytest_report_from_serializable(config=node.config, data=one))
        for report in self._reports.values() if not self._nodes else ():
            node.config.hook.pytest_runtest_logreport(report=report)

    def _keep(self, report: pytest.TestReport) -> None:
        """Of what every worker runs, what came of it for the one that can say most."""
        before = self._reports.get(report.nodeid)
        if (report.when == "call" or not report.passed) and (
            before is None or _INFORMATIVENESS[report.outcome] > _INFORMATIVENESS[before.outcome]
        ):
            self._reports[report.nodeid] = report

    def pytest_keyboard_interrupt(self) -> None:
        """Let the workers tear down, and wait until they have."""
        if not self._nodes:
            return
        events = self._nodes[0].config.pluginmanager.getplugin("dsession").queue
        for node in self._nodes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(node.gateway._rinfo().pid, signal.SIGINT)  # noqa: SLF001  (xdist has no other way)
        until = self._deadline.spent + _PATIENCE
        while self._nodes and self._deadline.spent < until:
            try:
                name, told = events.get(timeout=1)
            except queue.Empty:
                continue
            if name in {"workerfinished", "errordown"}:
                self.pytest_testnodedown(told["node"], told.get("error"))
