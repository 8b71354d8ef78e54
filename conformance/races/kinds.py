"""The kinds of races, and their repeated run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from conformance.catalogue import operations
from conformance.catalogue.jobs import OUTCOMES
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.concurrency.history import History
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.model.events import KeyIssued
from conformance.model.messages import Validity
from conformance.races.race import Action, Race, check_history
from conformance.results.exchange import SUCCESS
from conformance.results.violation import Violation, ViolationError
from conformance.states import NotEstablishedError

_CLIENTS, _TRIES = 6, 8
_DELAYS = ((0,) * _CLIENTS, (0, 1), (0, 0, 2, 4), (0, 1, 3, 8))
"""The readings before each of several concurrent starts, in turn: a retry comes while the first is under way."""

_LEAST_STARTS = 4
_LONGEST = 10.0
"""Seconds that the races of a kind take at most, on a slow target."""


@dataclass(frozen=True)
class Kind:
    """A kind of race.

    Attributes:
        actions: A function that returns the actions of the clients, by the number of the turn.
        populated: Whether a job populates the audience.
        in_folder: Whether the race needs a folder.
    """

    actions: Callable[[Race, int], list[Action]]
    populated: bool = False
    in_folder: bool = False


def _deletions(race: Race, _: int) -> list[Action]:
    return [race.delete_action()] * _CLIENTS


def _deletions_of_different_audiences(race: Race, _: int) -> list[Action]:
    return [race.delete_action(), *[race.delete_another_action() for _ in range(_CLIENTS - 1)]]


def _deletions_and_end(race: Race, turn: int) -> list[Action]:
    """Delete once in every other turn: a repetition would hide a deletion that was refused and still carried out."""
    if turn % 2:
        return [race.end_action("completed", delay=0), *[race.delete_action()] * 4]
    return [race.end_action(OUTCOMES[turn // 2 % 3], delay=turn % 4), *[race.delete_action(_TRIES)] * 4]


def _deletions_and_cancellation(race: Race, turn: int) -> list[Action]:
    return [race.cancel_action(delay=turn % 4), *[race.delete_action(1 if turn % 2 else _TRIES)] * 4]


def _updates(race: Race, turn: int) -> list[Action]:
    bodies = [{name: f"update {turn}.{number}"} for number in range(3) for name in ("name", "description")]
    return [race.audience_action(operations.UPDATE_AUDIENCE, body) for body in bodies]


def _updates_and_deletions(race: Race, turn: int) -> list[Action]:
    return [*_updates(race, turn)[:4], *[race.delete_action(delay=turn % 3)] * 2]


def _moves_and_deletions(race: Race, turn: int) -> list[Action]:
    move = race.audience_action(operations.MOVE_TO_FOLDER, {"folderId": race.folder})
    return [move, move, move, *[race.delete_action(delay=turn % 3)] * 2]


KINDS: Mapping[str, Kind] = {
    "deletions": Kind(_deletions),
    "deletions of different audiences": Kind(_deletions_of_different_audiences),
    "deletions and the end of the prospecting": Kind(_deletions_and_end, populated=True),
    "deletions and its cancellation": Kind(_deletions_and_cancellation, populated=True),
    "updates": Kind(_updates),
    "updates and deletions": Kind(_updates_and_deletions),
    "moves and deletions": Kind(_moves_and_deletions, in_folder=True),
}


def run_race(context: CheckContext, kind: Kind) -> None:
    """Run a kind of race repeatedly, for at most ten seconds.

    Raises:
        NotEstablishedError: No race could be prepared.
        ViolationError: A requirement does not hold, be it a MUST or a SHOULD.
    """
    key = context.create_key()
    neighbour = context.ready_audience(key)
    folder = context.create_folder(key) if kind.in_folder else ""
    violations: list[Violation] = []
    obstacles: list[NotEstablishedError] = []
    until = time.monotonic() + _LONGEST
    completed = 0
    for turn in range(context.share_of_repeats(6)):
        if turn and time.monotonic() > until:
            break
        try:
            audience = context.populated_audience(key) if kind.populated else context.create_audience(key)
            race = Race(context, key, audience, neighbour, folder)
            _run_actions(race, kind.actions(race, turn))
        except NotEstablishedError as obstacle:
            obstacles.append(obstacle)
            continue
        completed += 1
        race.expect_all(race.read_back())
        violations += _record(context, race.violations())
    if not completed:
        raise obstacles[0]
    for violation in violations:
        raise ViolationError(violation)


def _run_actions(race: Race, actions: list[Action]) -> None:
    race.context.random.shuffle(actions)  # the thread that begins last runs first
    race.history.run_concurrently(actions)


def _record(context: CheckContext, violations: list[Violation]) -> list[Violation]:
    for violation in violations:
        context.ledger.failed(violation)
    return violations


def race_to_start(context: CheckContext) -> None:
    """Start jobs concurrently with one idempotency key, repeatedly: at once, or one a moment after another.

    Raises:
        ViolationError: The successful starts have different jobs.
    """
    key = context.create_key()
    body = context.start_body(key)
    for turn in range(max(_LEAST_STARTS, context.share_of_repeats(9))):
        history = _start_concurrently(context, key, body, delays=_DELAYS[turn % len(_DELAYS)])
        exchanges = [exchange for _, exchange in history.of(operations.START_JOB)]
        jobs = sorted({str(json_at(exchange, "data", "jobId")) for exchange in exchanges if exchange.status in SUCCESS})
        for job in jobs:
            context.call(operations.CANCEL_JOB, key, job)
        _record(context, check_history(context, history))
        expected, actual, holds = "one job for all of them", f"{len(jobs)}: {', '.join(jobs)}", len(jobs) <= 1
        expect = Expectations(context)
        expect.condition("JOB-START-REPLAY-ACTIVE", expected, actual, history.exchanges, holds=holds)


def _start_concurrently(context: CheckContext, key: Key, body: object, delays: Sequence[int]) -> History:
    """Start a job by several clients, each after some readings of the list of jobs."""
    issued = KeyIssued(key.token, ALL_PERMISSIONS, frozenset({key.group}), fresh=False)
    history = History(context, operations.START_JOB, issued)
    idempotency_key = context.fresh_idempotency_key()
    request = ApiRequest(operations.START_JOB, key.token, key.group, body=body, options=idempotency_key)

    def start_after(readings: int) -> None:
        for _ in range(readings):
            context.call(operations.LIST_JOBS, key)
        history.send(request, Validity.DOUBTFUL)

    history.run_concurrently([partial(start_after, readings) for readings in delays])
    history.read(operations.LIST_JOBS, key)
    return history
