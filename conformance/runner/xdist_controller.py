"""The pytest plugin of the process that starts the workers: it sends them the options and collects their results."""

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
"""Seconds to wait for interrupted workers."""

_INFORMATIVENESS = {"skipped": 0, "passed": 1, "failed": 2}


class WorkerController:
    """The controller of all workers.

    Attributes:
        results: The results of the workers that finished.
        lost: A message for each worker that did not.

    """

    def __init__(self, options: Options, deadline: Deadline) -> None:
        self._options = options
        self._deadline = deadline
        self._nodes: list[Any] = []
        self._reports: dict[str, pytest.TestReport] = {}
        self.results: list[WorkerResult] = []
        self.lost: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  (xdist's)
        """Send a worker the options, and the elapsed time."""
        self._nodes.append(node)
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

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupt the workers, and wait until they have torn down."""
        if not self._nodes:
            return
        events = self._nodes[0].config.pluginmanager.getplugin("dsession").queue
        for node in self._nodes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(node.gateway._rinfo().pid, signal.SIGINT)  # noqa: SLF001  (xdist has no other way)
        until = self._deadline.elapsed + _PATIENCE
        while self._nodes and self._deadline.elapsed < until:
            try:
                name, event = events.get(timeout=1)
            except queue.Empty:
                continue
            if name in {"workerfinished", "errordown"}:
                self.pytest_testnodedown(event["node"], event.get("error"))
