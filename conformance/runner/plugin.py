"""The pytest plugin of the suite: it gives checks their context, and records their results."""

import heapq
import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import pytest

from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Catalogue, Profile, Requirement
from conformance.client.reproduction import with_reproduction_steps
from conformance.harness.context import CheckContext
from conformance.harness.run_facts import LOOKING_BACK, RunFactFixtures, RunFacts
from conformance.harness.settling import Settling
from conformance.harness.witness_setup import set_up_witnesses
from conformance.options import Options
from conformance.results.exchange import Exchange
from conformance.results.ledger import Ledger
from conformance.results.observations import Observations
from conformance.results.violation import ViolationError
from conformance.results.worker_result import WorkerResult, deleted_ids, sent_tokens
from conformance.runner.cleanup import delete_leftovers
from conformance.runner.deadline import Deadline
from conformance.runner.selection import selected_checks
from conformance.runner.session import Session
from conformance.states import AccountGuard, NotEstablishedError, StatesError, UnreachableError, with_remarks

_UNDECIDED = (NotEstablishedError, StatesError)
"""The errors that leave the requirements of a check undecided: they speak neither against the target nor the suite."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The settings of a run that checks depend on.

    Attributes:
        profile: The part of the documentation to check.
        seed: The seed of all random numbers.
        run_id: The identifier of the run, from which its idempotency keys are made.
        repeats: How often a check repeats cheap requests.
        settle: The seconds after which a change has to be visible everywhere.
        reproduce: Whether violations keep all requests that repeat them.
        selected: The only checks whose files are read; empty for all checks of the profile.
    """

    profile: Profile
    seed: int
    run_id: UUID
    repeats: int
    settle: float
    reproduce: bool = False
    selected: frozenset[str] = frozenset()


class ConformancePlugin:
    """The plugin of one run, or of one worker's part of it.

    Attributes:
        result: The result, once the session has finished, whether or not it was interrupted.
    """

    def __init__(self, catalogue: Catalogue, session: Session, settings: RunSettings, deadline: Deadline) -> None:
        self._catalogue = catalogue
        self._session = session
        self._settings = settings
        self._deadline = deadline
        self._facts = RunFacts(session.client, settings.run_id, Settling(settings.settle))
        self._collected: set[str] = set()
        self._selected: set[str] = set()
        self._deciding: set[str] = set()
        self._needs_witnesses = False
        self.result: WorkerResult | None = None

    @classmethod
    def for_session(
        cls, options: Options, catalogue: Catalogue, session: Session, deadline: Deadline
    ) -> "ConformancePlugin":
        """Return the plugin for a session that was opened with these options."""
        repeats = session.states.repeats(options.max_examples)
        selected = selected_checks(options.selection, catalogue)
        settings = RunSettings(
            options.profile,
            options.seed,
            options.run_id,
            repeats,
            options.settle,
            options.reproduce is not None,
            selected,
        )
        return cls(catalogue, session, settings, deadline)

    @property
    def _ledger(self) -> Ledger:
        return self._session.client.ledger

    @pytest.fixture
    def context(self, request: pytest.FixtureRequest) -> CheckContext:
        """Return the context of a check; its random numbers depend on the seed and on the name of the check alone."""
        return self._context_named(request.node.name)

    def _context_named(self, name: str) -> CheckContext:
        settings, session = self._settings, self._session
        generator = random.Random(f"{settings.seed}/{name}")  # noqa: S311  (reproducible on purpose)
        return CheckContext(session.client, session.states, self._facts, generator, settings.profile, settings.repeats)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the fixtures that look back on the run."""
        config.pluginmanager.register(RunFactFixtures(self._facts))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Compare the catalogue with the checks, and drop those that are not of the profile, before `-k` is applied."""
        profile = None if self._settings.selected else self._settings.profile
        self._catalogue.validate_checks({_check_name(item) for item in items}, profile)
        items[:] = sorted((item for item in items if self._is_of_profile(item)), key=runs_last)
        self._collected = {item.nodeid for item in items}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record the selected checks, and the requirements that they decide."""
        self._selected = {item.nodeid for item in session.items}
        for item in session.items:
            self._deciding.update(self._decided_by(item))
        self._needs_witnesses = any("witnesses" in getattr(item, "fixturenames", ()) for item in session.items)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin a check, the first one after the witnesses.

        Raises:
            NotEstablishedError: The deadline has passed, or the target is gone.
        """
        self._ledger.check = item.name
        self._deadline.raise_if_passed()
        self._session.liveness.raise_if_gone()
        self._session.states.begin_check()
        if self._needs_witnesses:
            self._needs_witnesses = False
            self._facts.witnesses = set_up_witnesses(self._context_named("witnesses"))
            self._session.states.begin_check()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Record why a check did not end; one that could not run counts as skipped, also for `-x` and `--lf`.

        pytest's own report has a traceback, which nobody reads. It takes up to a tenth of a second for each check that
        is left when the deadline has passed.
        """
        if call.excinfo is None or call.when == "collect":
            return None
        self._record_exception(item, call.excinfo)
        outcome: Literal["skipped", "failed"] = "skipped" if call.excinfo.errisinstance(_UNDECIDED) else "failed"
        reason = ("", 0, str(call.excinfo.value))
        return pytest.TestReport(
            item.nodeid, item.location, {}, outcome, reason, call.when, (), call.duration, call.start, call.stop
        )

    def _record_exception(self, item: pytest.Item, exception: pytest.ExceptionInfo[BaseException]) -> None:
        ids = self._decided_by(item)
        if exception.errisinstance(_UNDECIDED):
            self._ledger.blocked(ids, str(exception.value))
            if exception.errisinstance(UnreachableError):
                self._ask_for_target()
        elif not exception.errisinstance(ViolationError):  # a violation is in the ledger already
            self._ledger.errored(ids, f"{item.name}: {exception.exconly()}")

    def _ask_for_target(self) -> None:
        """Ask whether the target is gone as well, after its states have not responded."""
        with suppress(NotEstablishedError):
            self._session.liveness.outage_since(self._session.liveness.clock())

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Clean up at the target, also after Ctrl-C, and build the result."""
        states, client, liveness = self._session.states, self._session.client, self._session.liveness
        self._deadline.begin_clean_up()
        not_torn_down = states.teardown_all()
        guard = states.guard
        leftovers = delete_leftovers(guard, self._session.api) if isinstance(guard, AccountGuard) else []
        notes = [*states.notes(), *liveness.notes(), *leftovers, *self._facts.settling.notes()]
        if self._deadline.stopped:
            notes.append("the deadline has passed: checks that had not ended by then were not run, or repeated less")
        self.result = WorkerResult(
            observations=with_reproduction_steps(
                with_remarks(self._observations(), states.requests),
                self._all_exchanges(),
                states.requests,
                whole=self._settings.reproduce,
            ),
            keys=frozenset(states.keys),
            tokens=sent_tokens(client.exchanges),
            not_torn_down=tuple(not_torn_down),
            notes=tuple(notes),
            request_count=len(client.exchanges),
            ended=liveness.ended,
            methods=client.methods,
            deleted=deleted_ids(client.exchanges),
        )

    def _all_exchanges(self) -> Iterable[Exchange]:
        """Return the exchanges with the target, those that set states up by the public API among them."""
        of_states, of_checks = self._session.api_exchanges, self._session.client.exchanges
        return heapq.merge(of_states, sorted(of_checks, key=_number), key=_number)

    def _observations(self) -> dict[str, Observations]:
        """Return the observations of each requirement of the profile."""
        return {
            requirement.id: self._ledger.observations(requirement.id, selected=self._is_selected(requirement))
            for requirement in self._catalogue.for_profile(self._settings.profile)
        }

    def _decided_by(self, item: pytest.Item) -> Iterable[str]:
        """Return the ids of the requirements that a check decides."""
        operation = _operation_of(item)
        return self._catalogue.decided_by(_check_name(item), operation.id if operation else None)

    def _is_of_profile(self, item: pytest.Item) -> bool:
        operation = _operation_of(item)
        profiles = [self._catalogue.profile_of_check(item.name)]
        profiles += [self._catalogue.profile_of(operation.id)] if operation else []
        return all(self._settings.profile.includes(profile) for profile in profiles)

    def _is_selected(self, requirement: Requirement) -> bool:
        """Whether the run decides a requirement; a selection also decides those that its exchanges happen to show."""
        is_whole = self._selected == self._collected and not self._settings.selected
        if is_whole or requirement.id in self._deciding:
            return bool(self._selected)
        return self._ledger.was_checked(requirement.id)


def _number(exchange: Exchange) -> int:
    return exchange.number


def _check_name(item: pytest.Item) -> str:
    return item.name.split("[")[0]


def _operation_of(item: pytest.Item) -> OperationSpec | None:
    """Return the operation of a check that is run once for each of several operations; None for other checks."""
    callspec = getattr(item, "callspec", None)
    operation = callspec.params.get("operation") if callspec is not None else None
    return operation if isinstance(operation, OperationSpec) else None


def runs_last(item: pytest.Item) -> bool:
    """Whether a check looks back on the whole run, and so runs after all others; these keep their order."""
    return not LOOKING_BACK.isdisjoint(getattr(item, "fixturenames", ()))
