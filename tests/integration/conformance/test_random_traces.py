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
from conformance.stateful.random_traces import run_random_traces as walk
from tests.harness.sampling import sample
from tests.harness.suite import found, standing
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole

FEW = 27
DELETED = "AUD-DELETE-EFFECT"


def walked(whole: Whole, seed: int = 1, repeats: int = FEW) -> CheckContext:
    """Walk about on a guilty server."""
    with standing(whole, seed, repeats) as context, pytest.raises(ViolationError):
        walk(context)
    return context


@pytest.fixture(scope="module")
def healthy() -> Iterator[CheckContext]:
    with standing(Whole(), 1, 9) as context:
        yield context


@pytest.mark.parametrize("seed", sample(range(20), 4))
def test_a_healthy_server_breaks_nothing(healthy: CheckContext, seed: int) -> None:
    healthy.random.seed(seed)

    walk(healthy)

    assert healthy.ledger.was_checked("AUD-UPDATE-CONSISTENT")
    assert healthy.ledger.was_checked(DELETED)


def test_when_the_time_is_over_no_further_walk_is_made_and_nothing_is_wrong_with_that() -> None:
    with standing(Whole(), 1, 90) as context:
        walk(context, 0.5)
        made = len(context.client.exchanges)
        walk(context, 0.0)

    assert made == len(context.client.exchanges) > 0
    assert context.ledger.was_checked("AUD-GET-CONSISTENT")


def test_the_same_seed_takes_the_same_walks() -> None:
    def requests(seed: int) -> list[tuple[str, str, bytes | None]]:
        with standing(Whole(), seed, 6) as context:
            walk(context)
            exchanges = context.client.exchanges
        anywhere = [re.sub("[0-9a-f]{24}", "ID", one.url.split("/v1")[1].split("?")[0]) for one in exchanges]
        bodies = [re.sub(b"[0-9a-f]{24}", b"ID", one.request_body or b"") for one in exchanges]
        return list(zip((one.method for one in exchanges), anywhere, bodies, strict=True))

    assert requests(3) == requests(3) != requests(4)


class Told(Whole):
    """Notes what comes of being told that a prospecting has ended."""

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
    with standing(told, 1, FEW) as context:
        for seed in range(4):
            context.random.seed(seed)
            walk(context)

    assert set(told.statuses) == {200}


class Resurrects(Whole):
    """An audience that was deleted comes back when a folder is made."""

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


def test_what_comes_back_is_found_and_told_as_few_commands() -> None:
    (finding,) = found(walked(Resurrects()), DELETED)

    deletion, creation, later = finding.exchanges
    assert (deletion.method, deletion.status) == ("DELETE", 200)
    assert (creation.method, creation.status) == ("POST", 201)
    assert (later.status, later.url.startswith(deletion.url)) == (200, True)
    assert [one.number for one in finding.exchanges] == sorted(one.number for one in finding.exchanges)
    assert all(curl(one).startswith("curl ") for one in finding.exchanges)


class OnlyOnce(Whole):
    """Once, and never again, an audience is read by another name."""

    def __init__(self) -> None:
        self.readings = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.ok and next(self.readings) == 10:
            return answered.saying(data={**answered.data, "name": "somebody else", "description": "of no one"})
        return answered


def test_what_is_seen_only_once_is_a_finding() -> None:
    (finding,) = found(walked(OnlyOnce()), "AUD-UPDATE-EFFECT")

    assert "somebody else" in finding.actual or "of no one" in finding.actual
    assert b"somebody else" in (finding.exchanges[-1].response_body or b"")


class StillListed(Whole):
    """What was deleted stays in the list."""

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
    (finding,) = found(walked(StillListed()), DELETED)

    assert [one.method for one in finding.exchanges] == ["DELETE", "GET", "GET"]
    assert finding.exchanges[1].url == finding.exchanges[2].url


class Garbage(Whole):
    """Now and then something comes that is no answer at all."""

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
    """Every third answer is 500, though what was asked for is done; every seventh never comes."""

    def __init__(self) -> None:
        self.requests = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        number = next(self.requests)
        if number % 7 == 0:
            raise asyncio.CancelledError
        return self.refuse(500, "INTERNAL_ERROR") if number % 3 == 0 else answered


@pytest.mark.parametrize("whole", [Garbage, Fails])
def test_whatever_comes_is_no_fault_of_the_suite(whole: type[Whole]) -> None:
    with standing(whole(), 1, 9) as context:
        try:
            walk(context)
        except ViolationError:
            assert whole is Garbage


def test_nothing_of_jobs_is_asked_where_the_profile_has_none() -> None:
    with standing(Whole(), 1, 9, Profile.AUDIENCES) as context:
        walk(context)

        assert not [
            one for one in context.client.exchanges if "/prospecting" in one.url or one.url.endswith("/accounts")
        ]


def test_no_deletion_of_a_walk_is_looked_at_when_all_is_torn_down() -> None:
    with standing(Whole(), 1, 9) as context:
        walk(context)

        assert [one for one in context.client.exchanges if (one.method, one.status) == ("DELETE", 200)]
        assert len(context.deletions) == 0
