"""Runs checks in a process of its own, started by pytest-xdist; a pytest plugin by its module."""

import pickle
import signal
from contextlib import ExitStack
from types import FrameType
from typing import Any, NoReturn

import pytest
from _pytest.runner import runtestprotocol  # there is no public way to run one item

from conformance.catalogue.requirements import load_catalogue
from conformance.options import Options
from conformance.runner.deadline import Deadline
from conformance.runner.plugin import ConformancePlugin, runs_last
from conformance.runner.session import open_session

PAYLOAD_KEY = "conformance"
"""Where options and findings stand in what xdist carries to a worker, and back."""


def pytest_configure(config: pytest.Config) -> None:
    """Build what this process needs, where it is a worker."""
    told = getattr(config, "workerinput", {}).get(PAYLOAD_KEY)
    if told is None:
        return
    options, spent = pickle.loads(told)  # noqa: S301  (from the process that started this one)
    signal.signal(signal.SIGINT, _interrupted)
    worker = Worker(config, options, spent)
    for part in (worker, worker.plugin):  # the last registered is called first
        config.pluginmanager.register(part)


def _interrupted(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Once is enough: the terminal and the first process both say it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


class Worker:
    """One worker. What looks back on the whole run is run by each, on its own part of it, when that is over."""

    def __init__(self, config: pytest.Config, options: Options, spent: float) -> None:
        self._config = config
        self._stack = ExitStack()
        deadline = Deadline(options.deadline, spent)
        parts = self._stack.enter_context(open_session(options, deadline))
        self.plugin = ConformancePlugin.for_session(options, load_catalogue(), parts, deadline)
        self._held_back: list[pytest.Item] = []
        self._reports: list[dict[str, Any]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take out what every worker runs, before xdist deals out the rest."""
        last = [item for item in session.items if runs_last(item)]
        if len(last) < len(session.items):
            self._held_back = last
            session.items = [item for item in session.items if item not in last]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:  # noqa: ANN401  (pytest's)
        """Run it."""
        done = yield
        for item in self._held_back:
            if session.shouldfail or session.shouldstop:
                break
            for report in runtestprotocol(item, log=False, nextitem=None):
                told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
                self._reports.append(told)
        return done

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Any:  # noqa: ANN401  (pytest's)
        """Hand over what was seen, before xdist sends it."""
        done = yield
        output: dict[str, Any] = self._config.workeroutput  # type: ignore[attr-defined]  # xdist's
        output[PAYLOAD_KEY] = pickle.dumps((self.plugin.result, self._reports))
        return done

    def pytest_internalerror(self) -> bool:
        """The first process tells it."""
        return True

    def pytest_unconfigure(self) -> None:
        """Close the connections."""
        self._stack.close()
