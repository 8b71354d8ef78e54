"""The pytest plugin of a worker: a process that pytest-xdist starts to run a part of the checks."""

import pickle
from contextlib import ExitStack
from typing import Any

import pytest
from _pytest.runner import runtestprotocol  # there is no public way to run one item

from conformance.catalogue.requirements import load_catalogue
from conformance.options import Options
from conformance.runner.deadline import Deadline
from conformance.runner.interrupts import PersistentInterrupt
from conformance.runner.plugin import ConformancePlugin, runs_last
from conformance.runner.session import open_session

PAYLOAD_KEY = "conformance"
"""The key of the options in xdist's message to a worker, and of the result in the message back."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugins of a worker, if this process is one."""
    payload = getattr(config, "workerinput", {}).get(PAYLOAD_KEY)
    if payload is None:
        return
    options, elapsed = pickle.loads(payload)  # noqa: S301  (from the process that started this one)
    worker = Worker(config, options, elapsed)
    for plugin in (worker, worker.plugin):  # the last registered is called first
        config.pluginmanager.register(plugin)


class Worker:
    """A worker.

    It runs the checks that look back on the whole run itself, on its own part of it, after all others.
    """

    def __init__(self, config: pytest.Config, options: Options, elapsed: float) -> None:
        self._config = config
        self._interrupt = PersistentInterrupt()
        self._stack = ExitStack()
        deadline = Deadline(options.deadline, elapsed)
        session = self._stack.enter_context(open_session(options, deadline))
        self.plugin = ConformancePlugin.for_session(options, load_catalogue(), session, deadline)
        self._last_items: list[pytest.Item] = []
        self._reports: list[dict[str, Any]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take out the checks that every worker runs, before xdist distributes the others."""
        last = [item for item in session.items if runs_last(item)]
        if len(last) < len(session.items):
            self._last_items = last
            session.items = [item for item in session.items if item not in last]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:  # noqa: ANN401  (pytest's)
        """Run the checks that every worker runs, after the distributed ones."""
        outcome = yield
        for item in self._last_items:
            if session.shouldfail or session.shouldstop:
                break
            for report in runtestprotocol(item, log=False, nextitem=None):
                data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
                self._reports.append(data)
        return outcome

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Any:  # noqa: ANN401  (pytest's)
        """Put the result into xdist's message, before it is sent."""
        outcome = yield
        output: dict[str, Any] = self._config.workeroutput  # type: ignore[attr-defined]  # xdist's
        output[PAYLOAD_KEY] = pickle.dumps((self.plugin.result, self._reports))
        return outcome

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Let the session end undisturbed."""
        self._interrupt.end()

    def pytest_internalerror(self) -> bool:
        """Leave the report of the error to the first process."""
        return True

    def pytest_unconfigure(self) -> None:
        """Close the connections."""
        self._stack.close()
