"""The effect of a replayed start: none, so that neither an audience nor a job is made once more."""

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.group_snapshot import Difference, GroupSnapshot, describe_differences
from conformance.harness.group_view import GroupView
from conformance.harness.starts import is_replay, start
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError, ProviderState

REPLAYS = 2
MADE = ("audience", "job")
"""The kinds of resources that a start makes."""


@dataclass(frozen=True)
class Replayed:
    """A completed job that was replayed, alone in its account group.

    Attributes:
        starts: The start, and its replays.
        before: The account group before the replays.
        after: The account group after them.
        found: The differences of documented members.
    """

    starts: Sequence[Exchange]
    before: GroupSnapshot
    after: GroupSnapshot
    found: Sequence[Difference]


def check_a_replay_makes_nothing_once_more(context: CheckContext) -> None:
    if not isinstance(context.states, HttpStates):
        raise NotEstablishedError("the account group may hold what others make meanwhile")
    if not replay_completed(context, pause=0).found:
        context.ledger.passed("JOB-START-REPLAY")
        return

    seen = replay_completed(context, pause=context.facts.settling.longest)  # the start itself may have shown late

    before, after = (
        {f"{kind} {one}" for kind in MADE for one in shown.ids(kind)} for shown in (seen.before, seen.after)
    )
    new, expect = sorted(after - before), Expectations(context)
    changed = [item for item in seen.found if f"{item.sight.kind} {item.sight.id}" not in new]
    earlier, later = (describe_differences(changed, later=is_later) for is_later in (False, True))
    exchanges = [*seen.starts, *seen.after.evidence(changed)]
    expect.condition("JOB-START-CONSISTENT", f"still {earlier}", later, exchanges, holds=not changed)
    expected, exchanges = "no further audience and no further job", [*seen.starts, *seen.after.evidence(seen.found)]
    expect.condition("JOB-START-REPLAY", expected, ", ".join(new), exchanges, holds=not new)


def replay_completed(context: CheckContext, pause: float) -> Replayed:
    """Start a job in a new account group, end it, and replay its start.

    Args:
        context: The context of the check.
        pause: The seconds in which the account group comes to rest before the replays.

    Returns:
        The account group before and after the replays.

    Raises:
        NotEstablishedError: The job was not started, or not replayed, which other checks judge.
    """
    key = context.create_key()
    body, idempotency_key = context.start_body(key), context.fresh_idempotency_key()
    starts = [start(context, key, body, idempotency_key)]
    job_id = str(json_at(starts[0], "data", "jobId"))
    if starts[0].status not in SUCCESS:
        raise NotEstablishedError(f"no job could be started: {describe(starts[0])}")
    context.created_jobs[key.group].add(job_id)
    context.states.setup(ProviderState.PROSPECTING_ENDED, jobId=job_id, outcome="completed")
    view = GroupView(context, key)
    context.wait(pause)
    before = view.settled()

    starts += [start(context, key, body, idempotency_key) for _ in range(REPLAYS)]

    if not all(is_replay(replayed, job_id) for replayed in starts[1:]):
        raise NotEstablishedError(f"the completed job was not replayed: {describe(starts[-1])}")
    after, found = view.compare(before, lambda item: not item.sight.is_documented)
    return Replayed(starts, before, after, found)
