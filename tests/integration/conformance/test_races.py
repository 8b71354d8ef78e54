"""Races on a healthy server and on faulty ones."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from conformance.concurrency import history
from conformance.harness.context import CheckContext
from conformance.races.kinds import KINDS, race_to_start, run_race
from conformance.results.timeline import Timeline
from conformance.results.violation import ViolationError
from conformance.states import NotEstablishedError
from tests.harness.check_context import check_context, violations
from tests.harness.sampling import sample
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole

WINDOW = 0.005
"""The seconds between the read and the write of a faulty server."""

AT_THE_END = "deletions and the end of the prospecting"
CANCELLED = "deletions and its cancellation"


def run_race_on(whole: Whole, kind: str, repeats: int = 48) -> CheckContext:
    """Run a race on a faulty server, which has to end with a violation."""
    with check_context(whole, 1, repeats) as context, pytest.raises(ViolationError):
        run_race(context, KINDS[kind])
    return context


@pytest.fixture(scope="module")
def healthy() -> Iterator[CheckContext]:
    with check_context(Whole(), 1, 24) as context:
        yield context


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", sample(range(5), 3))
def test_races_on_a_healthy_server_have_no_violations(healthy: CheckContext, kind: str, seed: int) -> None:
    healthy.random.seed(seed)

    run_race(healthy, KINDS[kind])

    assert healthy.ledger.was_checked("AUD-GET-CONSISTENT")


def test_concurrent_starts_on_a_healthy_server_start_one_job(healthy: CheckContext) -> None:
    race_to_start(healthy)

    observations = healthy.ledger.observations("JOB-START-REPLAY-ACTIVE", selected=True)
    assert (observations.check_count, observations.violations) == (4, ())  # once for each pattern of delays
    assert healthy.ledger.was_checked("JOB-START-CONSISTENT")


class EachDeletes(Whole):
    """Every deletion that has found the audience succeeds, even if it was deleted meanwhile."""

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        if asked.operation != "AUD-DELETE" or there is None:
            return await self.serve(asked)
        await asyncio.sleep(WINDOW)
        answered = await self.serve(asked)
        if answered.ok:
            return answered
        return answered.saying(200, success=True, data={"deleted": True}, error=None)


def test_a_second_successful_deletion_is_noted() -> None:
    context = run_race_on(EachDeletes(), "deletions")

    once = violations(context, "AUD-DELETE-ONCE")[0]
    assert once.actual in {f"{succeeded} of 6" for succeeded in range(2, 7)}
    assert len(once.exchanges) == 6
    assert "404" in violations(context, "AUD-DELETE-CONSISTENT")[0].actual
    assert violations(context, "AUD-DELETE-EFFECT") == ()


class UpdatesResurrect(Whole):
    """An update writes the audience that it has read, even if it was deleted meanwhile."""

    operations = ("AUD-UPDATE", "AUD-MOVE")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target)
        if asked.operation in self.operations and there is not None:
            await asyncio.sleep(WINDOW)
            self.world.audiences.put(there)
        return answered


@pytest.mark.parametrize("kind", ["updates and deletions", "moves and deletions"])
def test_an_audience_that_an_update_restores_is_noted(kind: str) -> None:
    violation = violations(run_race_on(UpdatesResurrect(), kind), "AUD-DELETE-EFFECT")[0]

    assert violation.actual.startswith("200")
    assert "DELETE" in {exchange.method for exchange in violation.exchanges}


class OverwritesUpdates(Whole):
    """Of two concurrent updates one is lost, although they change different members."""

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        if asked.operation == "AUD-UPDATE" and there is not None:
            await asyncio.sleep(WINDOW)
            self.world.audiences.put(there)
        return await self.serve(asked)


def test_a_lost_update_is_noted() -> None:
    context = run_race_on(OverwritesUpdates(), "updates")

    violation = violations(context, "AUD-UPDATE-CONSISTENT")[0]
    assert "AUD-UPDATE-EFFECT" in violation.actual
    expect_longest_order(violation.timeline)


def expect_longest_order(timeline: Timeline) -> None:
    """Expect points of effect within their intervals, in the order of their places, and one response that misfits."""
    placed = sorted((one for one in timeline if one.place is not None), key=lambda one: one.place or 0)
    effects = [one.effect for one in placed if one.effect is not None]
    assert [one.place for one in placed] == list(range(1, len(placed) + 1))
    assert effects == sorted(effects)
    assert all(one.effect is not None and one.start <= one.effect <= (one.end or one.effect) for one in placed)
    assert len({one.client for one in timeline}) > 2
    assert [one.place for one in timeline if not one.fits] == [None]


class DeletesTheNext(Whole):
    """A deletion that finds nothing deletes all other audiences."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.status == 404:
            for other in self.audiences(asked.group):
                self.world.audiences.remove(other.id)
        return answered


def test_a_deleted_neighbour_is_noted() -> None:
    assert violations(run_race_on(DeletesTheNext(), "deletions"), "AUD-DELETE-ONLY")


class EndsLate(Whole):
    """The end of the prospecting is slow, and carries out the deletions that were refused until then."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.status == 409:
            self.refused.add(asked.target)
        return answered

    async def control(self, asked: Asked) -> Answered:
        is_end = asked.body.get("state") == "the prospecting has ended"
        await asyncio.sleep(4 * WINDOW if is_end else 0)
        answered = await self.serve(asked)
        for audience in self.refused if is_end else ():
            self.world.audiences.remove(audience)
        return answered


def test_a_deletion_after_its_refusal_is_noted() -> None:
    assert violations(run_race_on(EndsLate(), AT_THE_END), "AUD-DELETE-GUARD-KEEPS")


class HasNoGuard(Whole):
    """The deletion of an audience being populated is reported as a success."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-DELETE" or answered.status != 409:
            return answered
        return answered.saying(200, success=True, data={"deleted": True}, error=None)


@pytest.mark.parametrize("kind", [AT_THE_END, CANCELLED])
def test_a_deletion_before_the_end_of_the_prospecting_is_noted(kind: str) -> None:
    context = run_race_on(HasNoGuard(), kind)

    assert violations(context, "AUD-DELETE-GUARD") or violations(context, "AUD-DELETE-EFFECT")


class StartsTwice(Whole):
    """While a start is under way, another start with its idempotency key starts another job."""

    def __init__(self) -> None:
        self.under_way: Counter[str] = Counter()

    async def respond(self, asked: Asked) -> Answered:
        key = asked.header("idempotency-key")
        if asked.operation != "JOB-START" or key is None:
            return await self.serve(asked)
        self.under_way[key] += 1
        if self.under_way[key] > 1:
            asked = asked.with_header("idempotency-key", None)
        await asyncio.sleep(WINDOW)
        return await self.serve(asked)


def test_a_second_job_of_one_idempotency_key_is_noted() -> None:
    with check_context(StartsTwice(), 1, 9) as context:
        race_to_start(context)

    assert violations(context, "JOB-START-REPLAY-ACTIVE")
    assert "JOB-START-REPLAY" in violations(context, "JOB-START-CONSISTENT")[0].actual


def test_an_undecided_history_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_MOST_STATES", 1)

    with check_context(Whole(), 1, 6) as context:
        run_race(context, KINDS["deletions"])

    observations = context.ledger.observations("AUD-DELETE-CONSISTENT", selected=True)
    assert (observations.check_count, len(observations.blocked_by)) == (0, 1)


def test_a_state_that_the_target_cannot_prepare_blocks_the_race() -> None:
    class Cannot(Whole):
        async def control(self, asked: Asked) -> Answered:
            cannot = asked.body.get("state") == "the prospecting has ended"
            return self.refuse(501, "NO") if cannot else await self.serve(asked)

    with check_context(Cannot(), 1, 6) as context, pytest.raises(NotEstablishedError):
        run_race(context, KINDS[AT_THE_END])
