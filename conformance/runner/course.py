"""The pytest plugin for the course of a run in one process: checks begin, no more do, and what was seen is noted."""

from typing import Any

import pytest

from conformance.client.reproduction import with_reproduction_steps
from conformance.results.worker_result import WorkerResult, sent_tokens
from conformance.runner.cleanup import delete_leftovers
from conformance.runner.deadline import Deadline
from conformance.runner.plugin import ConformancePlugin
from conformance.runner.session import Session
from conformance.states import HttpStates, NotEstablishedError


class Course:
    """`seen` is there when the session is over, however it ended."""

    def __init__(self, parts: Session, plugin: ConformancePlugin, deadline: Deadline) -> None:
        self._parts = parts
        self._plugin = plugin
        self._deadline = deadline
        self.seen: WorkerResult | None = None

    def pytest_runtest_setup(self) -> None:
        """Begin a check, unless it is too late."""
        self._deadline.raise_if_passed()
        self._parts.states.begin_check()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Any:  # noqa: ANN401  (pytest's)
        """A check that could not be run has not failed: neither `-x` nor `--lf` counts it."""
        report = yield
        if call.excinfo is not None and call.excinfo.errisinstance(NotEstablishedError):
            report.outcome = "skipped"
            report.longrepr = ("", 0, str(call.excinfo.value))
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Note everything, once the plugin has torn down."""
        states, client = self._parts.states, self._parts.client
        stays = [] if isinstance(states, HttpStates) else delete_leftovers(client.exchanges, self._parts.api)
        notes = [*states.notes(), *stays]
        if self._deadline.stopped:
            notes.append("the deadline has passed: what had not come to its end by then was not checked, or less often")
        self.seen = WorkerResult(
            observations=with_reproduction_steps(self._plugin.observations(), client.exchanges, states.requests),
            keys=frozenset(states.keys),
            tokens=sent_tokens(client.exchanges),
            not_torn_down=tuple(self._plugin.not_torn_down),
            notes=tuple(notes),
        )
