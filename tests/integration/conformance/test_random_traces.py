"""Random traces on a healthy server and on faulty ones."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.catalogue.requirements import Profile
from conformance.harness.context import CheckContext
from conformance.report.curl import curl
from conformance.results.violation import ViolationError
from conformance.stateful import trace_session
from conformance.stateful.random_traces import run_random_traces
from tests.harness.check_context import check_context, violations
from tests.harness.sampling import sample
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole

FEW = 27
DELETED = "AUD-DELETE-EFFECT"
HOUR = 3600.0
"""Seconds that no machine needs, however busy: the number of traces alone decides."""


def run_traces_on(whole: Whole, seed: int = 1, repeats: int = FEW) -> CheckContext:
    """Run random traces on a faulty server, which have to end with a violation."""
    with check_context(whole, seed, repeats) as context, pytest.raises(ViolationError):
        run_random_traces(context, HOUR, HOUR)
    return context


@pytest.fixture(scope="module")
def healthy() -> Iterator[CheckContext]:
    with check_context(Whole(), 1, 9) as context:
        yield context


@pytest.mark.parametrize("seed", sample(range(20), 4))
def test_a_healthy_server_has_no_violations(healthy: CheckContext, seed: int) -> None:
    healthy.random.seed(seed)

    run_random_traces(healthy)

    assert healthy.ledger.was_checked("AUD-UPDATE-CONSISTENT")
    assert healthy.ledger.was_checked(DELETED)


def test_no_trace_begins_after_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count()
    monkeypatch.setattr(trace_session, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    with check_context(Whole(), 1, 90) as context:
        run_random_traces(context, 5.0)
        request_count = len(context.client.exchanges)
        run_random_traces(context, 0.0)

    assert request_count == len(context.client.exchanges) > 0
    assert context.ledger.was_checked("AUD-GET-CONSISTENT")


def test_the_same_seed_runs_the_same_traces() -> None:
    def requests(seed: int) -> list[tuple[str, str, bytes | None]]:
        with check_context(Whole(), seed, 6) as context:
            run_random_traces(context)
            exchanges = context.client.exchanges
        paths = [re.sub("[0-9a-f]{24}", "ID", exchange.url.split("/v1")[1].split("?")[0]) for exchange in exchanges]
        bodies = [re.sub(b"[0-9a-f]{24}", b"ID", exchange.request_body or b"") for exchange in exchanges]
        return list(zip((exchange.method for exchange in exchanges), paths, bodies, strict=True))

    assert requests(3) == requests(3) != requests(4)


class CountsEnds(Whole):
    """Keeps the statuses of the requests to end a prospecting."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    async def control(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        is_setup = isinstance(asked.body, dict) and asked.body.get("action") == "setup"
        if is_setup and asked.body["state"] == "the prospecting has ended":
            self.statuses.append(answered.status)
        return answered


def test_a_job_that_a_request_has_cancelled_is_not_ended_once_more() -> None:
    server = CountsEnds()
    with check_context(server, 1, FEW) as context:
        for seed in range(4):
            context.random.seed(seed)
            run_random_traces(context)

    assert set(server.statuses) == {200}


class Resurrects(Whole):
    """A deleted audience comes back when a folder is created."""

    def __init__(self) -> None:
        self.deleted: list[Any] = []

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok:
            self.deleted.append(there)
        if asked.operation == "FOLDER-CREATE" and answered.ok and self.deleted:
            self.world.audiences.put(self.deleted.pop())
        return answered


def test_an_audience_that_comes_back_is_reported_with_few_requests() -> None:
    (violation,) = violations(run_traces_on(Resurrects()), DELETED)

    deletion, creation, later = violation.exchanges
    assert (deletion.method, deletion.status) == ("DELETE", 200)
    assert (creation.method, creation.status) == ("POST", 201)
    assert (later.status, later.url.startswith(deletion.url)) == (200, True)
    assert [exchange.number for exchange in violation.exchanges] == sorted(
        exchange.number for exchange in violation.exchanges
    )
    assert all(curl(exchange).startswith("curl ") for exchange in violation.exchanges)


class OnlyOnce(Whole):
    """Once, and never again, an update shows another name."""

    def __init__(self) -> None:
        self.readings = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.ok and next(self.readings) == 10:
            return answered.saying(data={**answered.data, "name": "somebody else", "description": "of no one"})
        return answered


def test_a_violation_that_happens_only_once_is_noted() -> None:
    (violation,) = violations(run_traces_on(OnlyOnce()), "AUD-UPDATE-EFFECT")

    assert "somebody else" in violation.actual or "of no one" in violation.actual
    assert b"somebody else" in (violation.exchanges[-1].response_body or b"")


class StillListed(Whole):
    """Deleted audiences stay in the list."""

    def __init__(self) -> None:
        self.deleted: list[dict[str, Any]] = []

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok and there is not None:
            self.deleted.append({"id": there.id, "name": there.name, "group": there.account_group_id})
        if asked.operation == "AUD-LIST" and answered.ok:
            still = [audience for audience in self.deleted if audience["group"] == asked.group]
            return answered.saying(data={**answered.data, "items": [*answered.data["items"], *still]})
        return answered


def test_a_list_that_stays_wrong_is_read_twice() -> None:
    (violation,) = violations(run_traces_on(StillListed()), DELETED)

    assert [exchange.method for exchange in violation.exchanges] == ["DELETE", "GET", "GET"]
    assert violation.exchanges[1].url == violation.exchanges[2].url


class Garbage(Whole):
    """Every third response is no valid response of the API."""

    def __init__(self) -> None:
        self.requests = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        contents = [
            b"",
            b"{",
            b"\xff",
            b'{"data": 5}',
            b'{"data": {"id": 5, "items": 7}}',
            b'{"data": {"id": "\\ud800"}}',
        ]
        number = next(self.requests)
        return Answered(answered.status, answered.headers, contents[number // 3 % 6]) if number % 3 == 0 else answered


class Fails(Whole):
    """Every third response is 500, although the request takes effect; every seventh never arrives."""

    def __init__(self) -> None:
        self.requests = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        number = next(self.requests)
        if number % 7 == 0:
            raise asyncio.CancelledError
        return self.refuse(500, "INTERNAL_ERROR") if number % 3 == 0 else answered


@pytest.mark.parametrize("whole", [Garbage, Fails])
def test_garbage_and_failures_are_no_errors_of_the_suite(whole: type[Whole]) -> None:
    with check_context(whole(), 1, 9) as context:
        try:
            run_random_traces(context)
        except ViolationError:
            assert whole is Garbage


def test_a_profile_without_jobs_has_no_requests_for_jobs() -> None:
    with check_context(Whole(), 1, 9, Profile.AUDIENCES) as context:
        run_random_traces(context)

        assert not [
            exchange
            for exchange in context.client.exchanges
            if "/prospecting" in exchange.url or exchange.url.endswith("/accounts")
        ]


def test_deletions_of_a_trace_are_forgotten_after_its_teardown() -> None:
    with check_context(Whole(), 1, 9) as context:
        run_random_traces(context)

        assert [
            exchange for exchange in context.client.exchanges if (exchange.method, exchange.status) == ("DELETE", 200)
        ]
        assert len(context.deletions) == 0
