"""The kinds of race, and how often each is run."""

import time
from collections.abc import Callable, Mapping
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
from conformance.model.events import KeyIssued
from conformance.model.messages import Validity
from conformance.races.race import Act, Race, check_history
from conformance.results.exchange import SUCCESS
from conformance.results.violation import Violation, ViolationError
from conformance.states import NotEstablishedError

_CLIENTS, _TRIES = 6, 8
_LONGEST = 10.0
"""Seconds that the races of a kind take at most, on a slow target."""


@dataclass(frozen=True)
class Kind:
    """What is raced: `acts`, one for each client, by the number of the turn."""

    acts: Callable[[Race, int], list[Act]]
    populated: bool = False
    in_folder: bool = False


def _deletions(race: Race, _: int) -> list[Act]:
    return [race.delete_action()] * _CLIENTS


def _deletions_of_different_audiences(race: Race, _: int) -> list[Act]:
    return [race.delete_action(), *[race.delete_another_action() for _ in range(_CLIENTS - 1)]]


def _deletions_and_an_end(race: Race, turn: int) -> list[Act]:
    """Every other time each asks but once: what was refused and yet done is seen only if nobody asks again."""
    if turn % 2:
        return [race.end_action("completed", delay=0), *[race.delete_action()] * 4]
    return [race.end_action(OUTCOMES[turn // 2 % 3], delay=turn % 4), *[race.delete_action(_TRIES)] * 4]


def _deletions_and_a_cancellation(race: Race, turn: int) -> list[Act]:
    return [race.cancel_action(delay=turn % 4), *[race.delete_action(1 if turn % 2 else _TRIES)] * 4]


def _updates(race: Race, turn: int) -> list[Act]:
    bodies = [{name: f"update {turn}.{one}"} for one in range(3) for name in ("name", "description")]
    return [race.on_audience(operations.UPDATE_AUDIENCE, body) for body in bodies]


def _updates_and_deletions(race: Race, turn: int) -> list[Act]:
    return [*_updates(race, turn)[:4], *[race.delete_action(delay=turn % 3)] * 2]


def _moves_and_deletions(race: Race, turn: int) -> list[Act]:
    move = race.on_audience(operations.MOVE_TO_FOLDER, {"folderId": race.folder})
    return [move, move, move, *[race.delete_action(delay=turn % 3)] * 2]


KINDS: Mapping[str, Kind] = {
    "deletions": Kind(_deletions),
    "deletions of different audiences": Kind(_deletions_of_different_audiences),
    "deletions and the end of the prospecting": Kind(_deletions_and_an_end, populated=True),
    "deletions and its cancellation": Kind(_deletions_and_a_cancellation, populated=True),
    "updates": Kind(_updates),
    "updates and deletions": Kind(_updates_and_deletions),
    "moves and deletions": Kind(_moves_and_deletions, in_folder=True),
}


def run_race(context: CheckContext, kind: Kind) -> None:
    """Race again and again; ViolationError where something does not hold that has to, or should."""
    key = context.create_key()
    neighbour = context.ready_audience(key)
    folder = context.create_folder(key) if kind.in_folder else ""
    findings: list[Violation] = []
    obstacles: list[NotEstablishedError] = []
    until = time.monotonic() + _LONGEST
    turns = 0
    for turn in range(context.share_of_repeats(6)):
        if turns and time.monotonic() > until:
            break
        turns += 1
        try:
            audience = context.populated_audience(key) if kind.populated else context.create_audience(key)
            one = Race(context, key, audience, neighbour, folder)
            acts = kind.acts(one, turn)
            context.random.shuffle(acts)  # who begins last runs first
            one.history.run_concurrently(acts)
        except NotEstablishedError as obstacle:
            obstacles.append(obstacle)
            continue
        one.expect_all(one.read_back())
        for finding in one.broken():
            context.ledger.failed(finding)
            findings.append(finding)
    if len(obstacles) == turns:
        raise obstacles[0]
    for finding in findings:
        raise ViolationError(finding)


def race_to_start(context: CheckContext) -> None:
    """Start a job with one idempotency key, all at once; ViolationError where not all have the same job."""
    key = context.create_key()
    body = context.start_body(key)
    for _ in range(context.share_of_repeats(9)):
        history = History(
            context, operations.START_JOB, KeyIssued(key.token, ALL_PERMISSIONS, frozenset({key.group}), fresh=False)
        )
        once = context.fresh_idempotency_key()
        call = ApiRequest(operations.START_JOB, key.token, key.group, body=body, options=once)

        history.run_concurrently([partial(history.send, call, Validity.DOUBTFUL)] * _CLIENTS)

        history.read(operations.LIST_JOBS, key)
        answers = [exchange for _, exchange in history.of(operations.START_JOB)]
        jobs = sorted({str(json_at(one, "data", "jobId")) for one in answers if one.status in SUCCESS})
        for job in jobs:
            context.call(operations.CANCEL_JOB, key, job)
        for finding in check_history(context, history):
            context.ledger.failed(finding)
        said, evidence = f"{len(jobs)}: {', '.join(jobs)}", history.exchanges
        expect = Expectations(context, operations.START_JOB)
        expect.expect("REPLAY-ACTIVE", "one job for all of them", said, evidence, holds=len(jobs) <= 1)
