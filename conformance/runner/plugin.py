"""The pytest plugin: gives the checks their situation, and notes what became of them."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.catalogue.requirements import Catalogue, Profile, Requirement
from conformance.client.client import Client
from conformance.client.deletions import Deletions
from conformance.harness.context import CheckContext, Key
from conformance.model import OperationId
from conformance.results.ledger import Ledger, ViolationError
from conformance.results.verdicts import Exchange, Observations
from conformance.states import NotEstablishedError, ProviderStates


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Which part of the documentation, what everything random comes from, and how often the cheap is repeated.

    `named`: the only checks that are read, where only some are.
    """

    profile: Profile
    seed: int
    repeats: int
    selected: frozenset[str] = frozenset()


class ConformancePlugin:
    """One run, or what one worker does of it."""

    def __init__(self, catalogue: Catalogue, client: Client, states: ProviderStates, effort: RunSettings) -> None:
        self._catalogue = catalogue
        self._client = client
        self._states = states
        self._effort = effort
        self._collected: set[str] = set()
        self._selected: set[str] = set()
        self._deciding: set[str] = set()
        self.not_torn_down: list[str] = []

    @property
    def _ledger(self) -> Ledger:
        return self._client.ledger

    @pytest.fixture
    def context(self, request: pytest.FixtureRequest) -> CheckContext:
        """What a check begins from; its chance depends on the seed and on the check alone."""
        chance = random.Random(f"{self._effort.seed}/{request.node.name}")  # noqa: S311  (reproducible on purpose)
        return CheckContext(self._client, self._states, chance, self._effort.profile, self._effort.repeats)

    @pytest.fixture
    def acknowledged(self) -> Deletions:
        """Every deletion of the run so far that the target has acknowledged, but for identifiers given out again."""
        if not self._client.deletions:
            raise NotEstablishedError("no deletion was acknowledged")
        return self._client.deletions

    @pytest.fixture
    def revoked(self) -> list[Key]:
        """Every key that was revoked in the run so far."""
        if not self._client.revoked_keys:
            raise NotEstablishedError("no key was revoked")
        return [Key(token, group) for token, group in self._client.revoked_keys]

    @pytest.fixture
    def begun(self) -> list[Exchange]:
        """Every start of a job in the run so far that was answered with success, the first one first."""
        return list(self._client.started_jobs)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marks known."""
        config.addinivalue_line("markers", "profile(name): the smallest profile that has this check; else `delete`")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Hold the catalogue against the checks, and leave out what is not of the profile, before `-k` does."""
        every = self._effort.profile is not Profile.DELETE and not self._effort.selected
        self._catalogue.validate_checks({_name(item) for item in items}, every=every)
        items[:] = sorted((item for item in items if self._is_of_profile(item)), key=runs_last)
        self._collected = {item.nodeid for item in items}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is selected."""
        self._selected = {item.nodeid for item in session.items}
        for item in session.items:
            self._deciding.update(self._decided_by(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:  # noqa: ANN401  (pytest's)
        """Note why a check has not come to its end: a violation is in the ledger already."""
        report = yield
        if call.excinfo is not None:
            self._note(item, call.excinfo)
        return report

    def _note(self, item: pytest.Item, info: pytest.ExceptionInfo[BaseException]) -> None:
        ids = self._decided_by(item)
        if info.errisinstance(NotEstablishedError):
            self._ledger.blocked(ids, str(info.value))
        elif not info.errisinstance(ViolationError):
            self._ledger.errored(ids, f"{item.name}: {info.exconly()}")

    def pytest_sessionfinish(self) -> None:
        """Leave the target as it was, Ctrl-C included."""
        self.not_torn_down = self._states.teardown_all()

    def observations(self) -> dict[str, Observations]:
        """What was seen of every requirement of the profile."""
        return {
            row.id: self._ledger.observations(row.id, selected=self._is_selected(row))
            for row in self._catalogue.for_profile(self._effort.profile)
        }

    def _decided_by(self, item: pytest.Item) -> Iterable[str]:
        """The ids of what a check decides."""
        operation = _operation(item)
        return self._catalogue.decided_by(_name(item), operation.wire if operation else None)

    def _is_of_profile(self, item: pytest.Item) -> bool:
        operation = _operation(item)
        named: Iterable[Profile] = (Profile(mark.args[0]) for mark in item.iter_markers("profile"))
        needed = [*named, *([self._catalogue.profile_of(operation.wire)] if operation else [])]
        return all(self._effort.profile.includes(one) for one in needed)

    def _is_selected(self, row: Requirement) -> bool:
        """Whether the run is to decide it; what every exchange decides counts in a part of a run where it arose."""
        every = self._selected == self._collected and not self._effort.selected
        if every or row.id in self._deciding:
            return bool(self._selected)
        return self._ledger.was_checked(row.id)


def _name(item: pytest.Item) -> str:
    return item.name.split("[")[0]


def _operation(item: pytest.Item) -> OperationId | None:
    """The operation that a check is run for, where it is one of many."""
    found = getattr(item, "callspec", None)
    operation = found.params.get("operation") if found is not None else None
    return operation if isinstance(operation, OperationId) else None


def runs_last(item: pytest.Item) -> bool:
    """Whether a check looks back on the whole run: it comes at its end; else the order stays."""
    return not {"acknowledged", "begun", "revoked"}.isdisjoint(getattr(item, "fixturenames", ()))
