"""The reports of the plugin: they are made without a traceback, so that hundreds of them take no time."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.results.ledger import Ledger
from conformance.results.violation import Violation, ViolationError
from conformance.runner.deadline import Deadline
from conformance.runner.plugin import ConformancePlugin, RunSettings
from conformance.states import NotEstablishedError

CHECK = "check_a_deleted_audience_is_gone"
SETTINGS = RunSettings(Profile.DELETE, 1, UUID(int=1), 1, 2.0)
ITEM = cast("pytest.Item", SimpleNamespace(name=CHECK, nodeid=f"file::{CHECK}", location=("file", 1, CHECK)))


def plugin_with(ledger: Ledger) -> ConformancePlugin:
    client = SimpleNamespace(ledger=ledger, observers=[])
    return ConformancePlugin(load_catalogue(), cast("Any", SimpleNamespace(client=client)), SETTINGS, Deadline(None))


def report_of(error: Exception, ledger: Ledger) -> pytest.TestReport | None:
    def check() -> None:
        raise error

    return plugin_with(ledger).pytest_runtest_makereport(ITEM, pytest.CallInfo.from_call(check, "call"))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotEstablishedError("the deadline of 5 s has passed"), "skipped"),
        (ViolationError(Violation("AUD-DELETE-DONE", "200", "500", ())), "failed"),
        (RuntimeError("a mistake of the suite"), "failed"),
    ],
)
def test_a_check_that_does_not_end_has_a_report_without_a_traceback(error: Exception, outcome: str) -> None:
    report = report_of(error, Ledger())

    assert report is not None
    assert (report.outcome, report.longrepr) == (outcome, ("", 0, str(error)))


def test_a_check_that_could_not_run_blocks_its_requirements() -> None:
    catalogue, ledger = load_catalogue(), Ledger()
    name = next(check for check in catalogue["AUD-DELETE-EFFECT"].checks if check.startswith("check_"))
    item = cast("pytest.Item", SimpleNamespace(name=name, nodeid=name, location=("file", 1, name)))

    def check() -> None:
        raise NotEstablishedError("the deadline of 5 s has passed")

    plugin_with(ledger).pytest_runtest_makereport(item, pytest.CallInfo.from_call(check, "call"))

    observed = ledger.observations("AUD-DELETE-EFFECT", selected=True)
    assert observed.blocked_by == ("the deadline of 5 s has passed",)


def test_a_check_that_ends_has_the_report_of_pytest() -> None:
    passed = pytest.CallInfo.from_call(lambda: None, "call")

    assert plugin_with(Ledger()).pytest_runtest_makereport(ITEM, passed) is None
