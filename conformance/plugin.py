"""The pytest plugin: gives the checks their situation, and notes what became of them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.client import Client
from conformance.ledger import Ledger, ViolationError
from conformance.requirements import EVERY_EXCHANGE, Catalogue, Requirement
from conformance.situation import Deleted, Situation
from conformance.states import NotEstablishedError, ProviderStates
from conformance.verdicts import Decided, decide

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """What everything random comes from, and how often what is cheap and central is repeated."""

    seed: int
    repeats: int


class ConformancePlugin:
    """One run. `tell` gets a line for each check that has come to its end."""

    def __init__(
        self, catalogue: Catalogue, client: Client, states: ProviderStates, effort: Effort, tell: Tell
    ) -> None:
        self._catalogue = catalogue
        self._client = client
        self._states = states
        self._effort = effort
        self._tell = tell
        self._collected: set[str] = set()
        self._selected: set[str] = set()
        self._deleted: Deleted = {}
        self.not_torn_down: list[str] = []

    @property
    def _ledger(self) -> Ledger:
        return self._client.ledger

    @pytest.fixture
    def situation(self, request: pytest.FixtureRequest) -> Situation:
        """What a check begins from; its chance depends on the seed and on the check alone."""
        chance = random.Random(f"{self._effort.seed}/{request.node.name}")  # noqa: S311  (reproducible on purpose)
        return Situation(self._client, self._states, chance, self._effort.repeats, self._deleted)

    @pytest.fixture
    def acknowledged(self) -> Deleted:
        """Every deletion of the run so far that the target has acknowledged, but for identifiers given out again."""
        if not self._deleted:
            message = "no deletion was acknowledged"
            raise NotEstablishedError(message)
        return dict(self._deleted)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Hold the catalogue against the checks, before any is left out by `-k`."""
        self._collected = {_name(item) for item in items}
        self._catalogue.hold_against(self._collected)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is selected."""
        self._selected = {_name(item) for item in session.items}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:  # noqa: ANN401  (pytest's)
        """Note why a check has not come to its end: a violation is in the ledger already."""
        report = yield
        if call.excinfo is not None:
            ids = self._catalogue.decided_by(_name(item))
            if call.excinfo.errisinstance(NotEstablishedError):
                self._ledger.obstacle(ids, str(call.excinfo.value))
            elif not call.excinfo.errisinstance(ViolationError):
                self._ledger.fault(ids, f"{_name(item)}: {call.excinfo.exconly()}")
        if report.when == "call" or report.failed:
            self._tell(f"{'ok  ' if report.passed else 'not ok'}  {item.name}")
        return report

    def pytest_sessionfinish(self) -> None:
        """Leave the target as it was, Ctrl-C included."""
        self.not_torn_down = self._states.teardown_all()

    def decided(self, expected: dict[str, str]) -> tuple[Decided, ...]:
        """The verdict of every requirement; `expected`: reasons of the expected-failures file, by id."""
        return tuple(
            decide(row, self._ledger.observed(row.id, selected=self._is_selected(row)), expected.get(row.id))
            for row in self._catalogue.values()
            if row.excluded is None
        )

    def _is_selected(self, row: Requirement) -> bool:
        """Whether the run is to decide it; what every exchange decides counts in a part of a run where it arose."""
        if self._selected == self._collected or not self._selected.isdisjoint(row.checks):
            return bool(self._selected)
        return EVERY_EXCHANGE in row.checks and self._ledger.has_seen(row.id)


def _name(item: pytest.Item) -> str:
    return item.name.split("[")[0]
