import asyncio
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.catalogue.requirements import Profile
from conformance.harness.context import CheckContext
from conformance.report.curl import curl
from conformance.results.ledger import ViolationError
from conformance.stateful.random_traces import run_random_traces
from tests.harness.check_context import check_context, violations
from tests.harness.sampling import sample
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole

FEW = 27
DELETED = "AUD-DELETE-EFFECT"


def trace_until_violation(whole: Whole, seed: int = 1, repeats: int = FEW) -> CheckContext:
    """Run random traces on a server with a mutation, until one of them ends with a violation."""
    with check_context(whole, seed, repeats) as context, pytest.raises(ViolationError):
        run_random_traces(context)
    return context


@pytest.fixture(scope="module")
def healthy() -> Iterator[CheckContext]:
    with check_context(Whole(), 1, 9) as context:
        yield context


@pytest.mark.parametrize("seed", sample(range(20), 4))
def test_random_traces_of_a_conforming_server_break_no_requirement(healthy: CheckContext, seed: int) -> None:
    healthy.random.seed(seed)

    run_random_traces(healthy)

    assert healthy.ledger.was_checked("AUD-UPDATE-CONSISTENT")
    assert healthy.ledger.was_checked(DELETED)


def test_no_further_trace_begins_after_the_time_limit() -> None:
    with check_context(Whole(), 1, 90) as context:
        run_random_traces(context, 0.5)
        made = len(context.client.exchanges)
        run_random_traces(context, 0.0)

    assert made == len(context.client.exchanges) > 0
    assert context.ledger.was_checked("AUD-GET-CONSISTENT")


def test_the_same_seed_makes_the_same_traces() -> None:
    def requests(seed: int) -> list[tuple[str, str, bytes | None]]:
        with check_context(Whole(), seed, 6) as context:
            run_random_traces(context)
            exchanges = context.client.exchanges
        anywhere = [re.sub("[0-9a-f]{24}", "ID", one.url.split("/v1")[1].split("?")[0]) for one in exchanges]
        bodies = [re.sub(b"[0-9a-f]{24}", b"ID", one.request_body or b"") for one in exchanges]
        return list(zip((one.method for one in exchanges), anywhere, bodies, strict=True))

    assert requests(3) == requests(3) != requests(4)


class Told(Whole):
    """A server that notes the status of each request to end a prospecting."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    async def control(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        is_setup = isinstance(asked.body, dict) and asked.body.get("action") == "setup"
        if is_setup and asked.body["state"] == "the prospecting has ended":
            self.statuses.append(answered.status)
        return answered


def test_a_job_that_a_request_has_cancelled_is_not_ended_once_more() -> None:
    told = Told()
    with check_context(told, 1, FEW) as context:
        for seed in range(4):
            context.random.seed(seed)
            run_random_traces(context)

    assert set(told.statuses) == {200}


class Resurrects(Whole):
    """A server on which a deleted audience comes back when a folder is created."""

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


def test_a_deleted_audience_that_comes_back_is_found_and_told_as_few_commands() -> None:
    (violation,) = violations(trace_until_violation(Resurrects()), DELETED)

    deletion, creation, later = violation.exchanges
    assert (deletion.method, deletion.status) == ("DELETE", 200)
    assert (creation.method, creation.status) == ("POST", 201)
    assert (later.status, later.url.startswith(deletion.url)) == (200, True)
    assert [one.number for one in violation.exchanges] == sorted(one.number for one in violation.exchanges)
    assert all(curl(one).startswith("curl ") for one in violation.exchanges)


class OnlyOnce(Whole):
    """A server that shows another name of an audience once."""

    def __init__(self) -> None:
        self.readings = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.ok and next(self.readings) == 10:
            return answered.saying(data={**answered.data, "name": "somebody else", "description": "of no one"})
        return answered


def test_a_violation_that_is_seen_only_once_is_found() -> None:
    (violation,) = violations(trace_until_violation(OnlyOnce()), "AUD-UPDATE-EFFECT")

    assert "somebody else" in violation.actual or "of no one" in violation.actual
    assert b"somebody else" in (violation.exchanges[-1].response_body or b"")


class StillListed(Whole):
    """A server whose lists keep deleted audiences."""

    def __init__(self) -> None:
        self.deleted: list[dict[str, Any]] = []

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok and there is not None:
            self.deleted.append({"id": there.id, "name": there.name, "group": there.account_group_id})
        if asked.operation == "AUD-LIST" and answered.ok:
            still = [one for one in self.deleted if one["group"] == asked.group]
            return answered.saying(data={**answered.data, "items": [*answered.data["items"], *still]})
        return answered


def test_a_list_that_stays_wrong_is_looked_at_twice() -> None:
    (violation,) = violations(trace_until_violation(StillListed()), DELETED)

    assert [one.method for one in violation.exchanges] == ["DELETE", "GET", "GET"]
    assert violation.exchanges[1].url == violation.exchanges[2].url


class Garbage(Whole):
    """A server that now and then sends a broken body."""

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
    """A server that sends 500 for every third request, though it is done, and nothing for every seventh."""

    def __init__(self) -> None:
        self.requests = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        number = next(self.requests)
        if number % 7 == 0:
            raise asyncio.CancelledError
        return self.refuse(500, "INTERNAL_ERROR") if number % 3 == 0 else answered


@pytest.mark.parametrize("whole", [Garbage, Fails])
def test_broken_responses_are_no_error_of_the_suite(whole: type[Whole]) -> None:
    with check_context(whole(), 1, 9) as context:
        try:
            run_random_traces(context)
        except ViolationError:
            assert whole is Garbage


def test_a_profile_without_jobs_sends_no_request_about_jobs() -> None:
    with check_context(Whole(), 1, 9, Profile.AUDIENCES) as context:
        run_random_traces(context)

        assert not [
            one for one in context.client.exchanges if "/prospecting" in one.url or one.url.endswith("/accounts")
        ]


def test_deletions_of_a_trace_are_not_checked_at_the_teardown() -> None:
    with check_context(Whole(), 1, 9) as context:
        run_random_traces(context)

        assert [one for one in context.client.exchanges if (one.method, one.status) == ("DELETE", 200)]
        assert len(context.deletions) == 0
