"""Fuzzing of a healthy server and of faulty ones."""

import random
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest

import tests.harness.in_thread
from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.client.client import Client
from conformance.client.contract import Contract
from conformance.fuzzing import phases
from conformance.fuzzing.case_runner import CaseRunner
from conformance.fuzzing.cases import CasesError
from conformance.fuzzing.phases import examples_coverage_and_fuzzing, sequences
from conformance.fuzzing.sequences import Sequences
from conformance.harness.context import CheckContext
from conformance.harness.run_facts import RunFacts
from conformance.results.ledger import Ledger
from conformance.results.verdicts import Verdict, decide
from conformance.states import NotEstablishedError
from conformance.states.http_states import HttpStates
from mockserver.config import Settings
from openapi import contract
from tests.harness.check_context import RUN_ID
from tests.harness.sampling import sample
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole, served

REPEATS = 12


class Run:
    """A run of the fuzzing checks on one server."""

    def __init__(self, url: str, http: httpx.Client, stater: httpx.Client) -> None:
        self.client = Client(http, Contract(contract()), Ledger(), lambda seconds: time.sleep(seconds / 1000))  # noqa: TID251
        self.states = HttpStates(stater, f"{url}/_mock/provider-states")

    def context(self, seed: int, repeats: int = REPEATS) -> CheckContext:
        facts, chance = RunFacts(self.client, RUN_ID), random.Random(seed)  # noqa: S311  (reproducible on purpose)
        return CheckContext(self.client, self.states, facts, chance, Profile.FULL, repeats)

    def send_cases(self, seed: int, *operations: OperationSpec) -> None:
        for operation in operations:
            examples_coverage_and_fuzzing(self.context(seed), operation)

    def violated(self) -> set[str]:
        return {
            requirement
            for requirement in load_catalogue()
            if self.client.ledger.observations(requirement, selected=True).violations
        }

    def statuses(self) -> set[int | None]:
        return {exchange.status for exchange in self.client.exchanges}


def violated(whole: Whole, *operations: OperationSpec) -> set[str]:
    """Return the requirements that a mutated server violates."""
    with served(whole) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)
        run.send_cases(1, *operations)
        return run.violated()


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
    """Responds with an undocumented status to the first creation, and never again."""

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
def test_a_healthy_server_has_no_violations(healthy: Run, seed: int) -> None:
    for operation in operations.OPERATIONS:
        examples_coverage_and_fuzzing(healthy.context(seed), operation)
    sequences(healthy.context(seed))

    assert healthy.violated() == set()
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
            run.send_cases(4, operations.UPDATE_AUDIENCE, operations.DELETE_AUDIENCE, operations.START_JOB)
            sequences(run.context(4, 24))
            sent.append(
                [
                    (exchange.method, exchange.url.removeprefix(url), exchange.request_body)
                    for exchange in run.client.exchanges
                ]
            )

    assert sent[0] == sent[1]


@pytest.mark.parametrize("operation", [operations.GET_AUDIENCE, operations.DELETE_AUDIENCE])
def test_requests_name_identifiers_of_each_kind(healthy: Run, operation: OperationSpec) -> None:
    before = len(healthy.client.exchanges)

    healthy.send_cases(9, operation)

    method = healthy.client.contract.method(operation)
    exchanges = [exchange for exchange in healthy.client.exchanges[before:] if exchange.method == method]
    assert {200, 401, 404, 409} <= {exchange.status for exchange in exchanges}


@pytest.mark.parametrize(
    ("whole", "operation", "fact"),
    [
        (Teapot, operations.GET_AUDIENCE, "ROW-OTHER"),
        (Traceless, operations.LIST_ACCOUNTS, "INFERRED"),
        (Keyless, operations.GET_NAVIGATION, "KEY"),
        (Forbidding, operations.GET_AUDIENCE, "KEY"),
        (Credulous, operations.CREATE_AUDIENCE, "VALID"),
        (Failing, operations.LIST_JOBS, "CONSISTENT"),
        (Unguarded, operations.DELETE_AUDIENCE, "GUARD"),
        (Unguarded, operations.DELETE_AUDIENCE, "FOUND"),
        (Once, operations.CREATE_AUDIENCE, "ROW-OTHER"),
    ],
)
def test_a_faulty_server_violates_the_requirement(whole: type[Whole], operation: OperationSpec, fact: str) -> None:
    requirements = violated(whole(), operation)

    assert f"{operation.prefix}-{fact}" in requirements
    assert all(requirement.startswith(operation.prefix) for requirement in requirements)


def test_a_violation_that_happens_once_in_a_sequence_is_noted() -> None:
    with served(Once()) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)
        context = run.context(1)
        runner = CaseRunner(context, context.create_key())

        Sequences(context, runner).send(5)

        requirements = run.violated()
        assert requirements & {"AUD-CREATE-ROW-OTHER", "FOLDER-CREATE-ROW-OTHER"}
        requirement = load_catalogue()[requirements.pop()]
        observations = run.client.ledger.observations(requirement.id, selected=True)
        assert decide(requirement, observations).verdict is Verdict.FAIL


class Moody(Whole):
    """Fails now and then, so that the response to the same sequence differs the second time."""

    asked_so_far = 0

    async def respond(self, asked: Asked) -> Answered:
        self.asked_so_far += 1
        answered = await self.serve(asked)
        return self.refuse(500, "INTERNAL_ERROR") if self.asked_so_far % 7 in {0, 3} else answered


def test_a_target_that_responds_differently_the_second_time_is_no_error_of_the_suite() -> None:
    with served(Moody()) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)

        for seed in range(3):
            with suppress(NotEstablishedError):  # the server may fail a request that prepares a sequence
                sequences(run.context(seed, 60))

        assert len(run.client.exchanges) > 100
        assert {requirement.rpartition("-")[2] for requirement in run.violated()} == {"CONSISTENT"}


def test_cases_that_cannot_be_drawn_hide_no_violation_of_the_planned_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[Any]:
        raise CasesError("Unsatisfiable")

    monkeypatch.setattr(phases, "draw_cases", fail)
    with served(Once()) as url, httpx.Client(base_url=url) as http, httpx.Client() as stater:
        run = Run(url, http, stater)

        run.send_cases(1, operations.CREATE_AUDIENCE)

        observations = run.client.ledger.observations("AUD-CREATE-ROW-OTHER", selected=True)
        assert observations.violations
        assert observations.blocked_by == ("Schemathesis drew no requests: Unsatisfiable",)
        assert not observations.errors


def test_sequences_use_identifiers_of_earlier_responses(healthy: Run) -> None:
    before = len(healthy.client.exchanges)

    sequences(healthy.context(2))

    sent = healthy.client.exchanges[before:]
    assert any(exchange.status == 200 and exchange.method in {"GET", "PATCH", "DELETE"} for exchange in sent)


def test_sequences_leave_out_operations_that_are_not_in_the_profile(healthy: Run) -> None:
    before = len(healthy.client.exchanges)
    random_source = random.Random(1)  # noqa: S311

    sequences(
        CheckContext(
            healthy.client, healthy.states, RunFacts(healthy.client, RUN_ID), random_source, Profile.AUDIENCES, REPEATS
        )
    )

    sent = healthy.client.exchanges[before:]
    assert sent
    assert not any("/prospecting" in exchange.url for exchange in sent)


@pytest.mark.parametrize(
    ("operation", "may"),
    [(operations.CREATE_FOLDER, "may_leave_folders"), (operations.START_JOB, "may_spend_credits")],
)
def test_operations_that_cannot_be_undone_are_not_sent(
    healthy: Run, monkeypatch: pytest.MonkeyPatch, operation: OperationSpec, may: str
) -> None:
    monkeypatch.setattr(healthy.states, may, value=False, raising=False)
    before = len(healthy.client.exchanges)

    with pytest.raises(NotEstablishedError):
        examples_coverage_and_fuzzing(healthy.context(1), operation)
    sequences(healthy.context(1))

    path = "/audiences/folders" if operation is operations.CREATE_FOLDER else "/prospecting"
    sent = healthy.client.exchanges[before:]
    assert not any(exchange.method == "POST" and exchange.url.endswith(path) for exchange in sent)
