import random
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest

import tests.harness.in_thread
from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.client.client import Client
from conformance.client.contract import Contract
from conformance.fuzzing import phases
from conformance.fuzzing.case_runner import CaseRunner
from conformance.fuzzing.cases import CasesError
from conformance.fuzzing.phases import examples_coverage_and_fuzzing, sequences
from conformance.fuzzing.sequences import Sequences
from conformance.harness.context import CheckContext
from conformance.model import OperationId
from conformance.results.ledger import Ledger
from conformance.results.verdicts import Verdict, decide
from conformance.states import NotEstablishedError
from conformance.states.http_states import HttpStates
from mockserver.config import Settings
from openapi import contract
from tests.harness.sampling import sample
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole, served

REPEATS = 12


class Run:
    """The exchanges of the checks with one server."""

    def __init__(self, url: str, http: httpx.Client, stater: httpx.Client) -> None:
        self.client = Client(http, Contract(contract()), Ledger(), lambda seconds: time.sleep(seconds / 1000))  # noqa: TID251
        self.states = HttpStates(stater, f"{url}/_mock/provider-states")

    def context(self, seed: int, repeats: int = REPEATS) -> CheckContext:
        return CheckContext(self.client, self.states, random.Random(seed), Profile.FULL, repeats)  # noqa: S311

    def look(self, seed: int, *operations: OperationId) -> None:
        for operation in operations:
            examples_coverage_and_fuzzing(self.context(seed), operation)

    def broken(self) -> set[str]:
        return {one for one in load_catalogue() if self.client.ledger.observations(one, selected=True).violations}

    def statuses(self) -> set[int | None]:
        return {exchange.status for exchange in self.client.exchanges}


def broken(whole: Whole, *operations: OperationId) -> set[str]:
    """Return the requirements that a run finds broken on a mutated server."""
    with served(whole) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)
        run.look(1, *operations)
        return run.broken()


@pytest.fixture(scope="module")
def healthy() -> Iterable[Run]:
    with (
        tests.harness.in_thread.served(Settings()) as (url, _),
        httpx.Client(base_url=url) as http,
        httpx.Client() as stater,
    ):
        yield Run(url, http, stater)


class Teapot(Whole):
    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return replace(answered, status=418) if answered.status == 404 else answered


class Traceless(Whole):
    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        kept = {name: value for name, value in answered.body.items() if name != "traceId"}
        return asking(answered, kept) if answered.ok else answered


class Keyless(Whole):
    async def respond(self, asked: Asked) -> Answered:
        if asked.token:
            return await self.serve(asked)
        async with self.master() as token:
            return await self.serve(asked.by(token))


class Forbidding(Whole):
    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(403) if answered.status == 401 else answered


class Credulous(Whole):
    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.status != 400 or asked.operation != "AUD-CREATE":
            return answered
        return await self.serve(asked.with_body({"name": "x", "type": "on_demand"}))


class Failing(Whole):
    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(500) if answered.status == 400 else answered


class Unguarded(Whole):
    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        shown = {"success": True, "data": {"deleted": True}, "error": None, "traceId": "1"}
        return asking(replace(answered, status=200), shown) if answered.status in {404, 409} else answered


class Once(Whole):
    """A server that breaks the contract once, at the first opportunity."""

    done = False

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if self.done or answered.status != 201:
            return answered
        self.done = True
        return replace(answered, status=299)


def asking(answered: Answered, body: Any) -> Answered:
    return replace(answered.saying(), content=httpx.Response(200, json=body).content)


@pytest.mark.parametrize("seed", sample(range(5), 3))
def test_a_conforming_server_breaks_no_requirement(healthy: Run, seed: int) -> None:
    for operation in OperationId:
        examples_coverage_and_fuzzing(healthy.context(seed), operation)
    sequences(healthy.context(seed))

    assert healthy.broken() == set()
    assert {200, 201, 202, 400, 401, 404, 405, 409, 415} <= healthy.statuses()


def test_the_same_seed_sends_the_same_requests() -> None:
    sent = []
    for _ in range(2):
        with (
            tests.harness.in_thread.served(Settings(seed=7)) as (url, _),
            httpx.Client(base_url=url) as http,
            httpx.Client() as stater,
        ):
            run = Run(url, http, stater)
            run.look(4, OperationId.UPDATE_AUDIENCE, OperationId.DELETE_AUDIENCE, OperationId.START_JOB)
            sequences(run.context(4, 24))
            sent.append([(one.method, one.url.removeprefix(url), one.request_body) for one in run.client.exchanges])

    assert sent[0] == sent[1]


@pytest.mark.parametrize("operation", [OperationId.GET_AUDIENCE, OperationId.DELETE_AUDIENCE])
def test_identifiers_of_each_kind_are_handed_out(healthy: Run, operation: OperationId) -> None:
    before = len(healthy.client.exchanges)

    healthy.look(9, operation)

    method = healthy.client.contract.method(operation)
    asked = [one for one in healthy.client.exchanges[before:] if one.method == method]
    assert {200, 401, 404, 409} <= {one.status for one in asked}


@pytest.mark.parametrize(
    ("whole", "operation", "fact"),
    [
        (Teapot, OperationId.GET_AUDIENCE, "ROW-OTHER"),
        (Traceless, OperationId.LIST_ACCOUNTS, "ROW-200"),
        (Keyless, OperationId.GET_NAVIGATION, "KEY"),
        (Forbidding, OperationId.GET_AUDIENCE, "KEY"),
        (Credulous, OperationId.CREATE_AUDIENCE, "VALID"),
        (Failing, OperationId.LIST_JOBS, "CONSISTENT"),
        (Unguarded, OperationId.DELETE_AUDIENCE, "GUARD"),
        (Unguarded, OperationId.DELETE_AUDIENCE, "FOUND"),
        (Once, OperationId.CREATE_AUDIENCE, "ROW-OTHER"),
    ],
)
def test_a_violation_of_a_server_is_found(whole: type[Whole], operation: OperationId, fact: str) -> None:
    found = broken(whole(), operation)

    assert f"{operation.prefix}-{fact}" in found
    assert all(one.startswith(operation.prefix) for one in found)


def test_a_violation_seen_once_in_a_sequence_is_found_and_is_no_error_of_the_suite() -> None:
    with served(Once()) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)
        context = run.context(1)
        delivery = CaseRunner(context, context.create_key())

        Sequences(context, delivery).send(5)

        found = run.broken()
        assert found & {"AUD-CREATE-ROW-OTHER", "FOLDER-CREATE-ROW-OTHER"}
        row = load_catalogue()[found.pop()]
        assert decide(row, run.client.ledger.observations(row.id, selected=True)).verdict is Verdict.FAIL


class Moody(Whole):
    """A server that fails now and then, so that the same sequence gets other responses the second time."""

    asked_so_far = 0

    async def respond(self, asked: Asked) -> Answered:
        self.asked_so_far += 1
        answered = await self.serve(asked)
        return self.refuse(500, "INTERNAL_ERROR") if self.asked_so_far % 7 in {0, 3} else answered


def test_a_target_that_answers_otherwise_the_second_time_is_no_error_of_the_suite() -> None:
    with served(Moody()) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)

        for seed in range(3):
            with suppress(NotEstablishedError):  # it may fail at what a sequence needs, and that is no mistake either
                sequences(run.context(seed, 60))

        assert len(run.client.exchanges) > 100
        assert {one.rpartition("-")[2] for one in run.broken()} == {"CONSISTENT"}


def test_cases_that_cannot_be_drawn_hide_no_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*_: object) -> list[Any]:
        raise CasesError("Unsatisfiable")

    monkeypatch.setattr(phases, "drawn", drawn)
    with served(Once()) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)

        run.look(1, OperationId.CREATE_AUDIENCE)

        observed = run.client.ledger.observations("AUD-CREATE-ROW-OTHER", selected=True)
        assert observed.violations
        assert observed.blocked_by == ("Schemathesis drew no requests: Unsatisfiable",)
        assert not observed.errors


def test_sequences_use_what_was_made_before(healthy: Run) -> None:
    before = len(healthy.client.exchanges)

    sequences(healthy.context(2))

    sent = healthy.client.exchanges[before:]
    assert any(one.status == 200 and one.method in {"GET", "PATCH", "DELETE"} for one in sent)


def test_sequences_leave_out_what_is_not_of_the_profile(healthy: Run) -> None:
    before = len(healthy.client.exchanges)
    chance = random.Random(1)  # noqa: S311

    sequences(CheckContext(healthy.client, healthy.states, chance, Profile.AUDIENCES, REPEATS))

    sent = healthy.client.exchanges[before:]
    assert sent
    assert not any("/prospecting" in one.url for one in sent)


@pytest.mark.parametrize(
    ("operation", "may"),
    [(OperationId.CREATE_FOLDER, "may_leave_folders"), (OperationId.START_JOB, "may_spend_credits")],
)
def test_requests_that_cannot_be_undone_are_not_sent(
    healthy: Run, monkeypatch: pytest.MonkeyPatch, operation: OperationId, may: str
) -> None:
    monkeypatch.setattr(healthy.states, may, value=False, raising=False)
    before = len(healthy.client.exchanges)

    with pytest.raises(NotEstablishedError):
        examples_coverage_and_fuzzing(healthy.context(1), operation)
    sequences(healthy.context(1))

    path = "/audiences/folders" if operation is OperationId.CREATE_FOLDER else "/prospecting"
    assert not any(one.method == "POST" and one.url.endswith(path) for one in healthy.client.exchanges[before:])
