"""What Schemathesis generates for an operation of the contract: for the same seed the same, whoever answers."""

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.errors import HypothesisException
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case as AnyCase
from schemathesis.generation.coverage import GenerationSession
from schemathesis.generation.drivers import CoverageGenerator, ExamplesGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.meta import TestPhase
from schemathesis.generation.overrides import Override
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.schemas import OpenApiSchema

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from openapi import contract

ApiOperation = APIOperation[Any, Any, Any, Any]
Case = AnyCase[ApiOperation]
"""A request that was generated for an operation, before it is put into bytes."""

ORIGIN = "http://target"
"""Stands before the path of each request until our client puts the target's own address there."""

PLACEHOLDER_ID = "0"
"""An identifier that is to be replaced by a real one; the phase "coverage" has no other."""

GENERATE_ONLY = hypothesis.settings(
    # No shrinking: each finding is one exchange, which shows itself whole. No replay: what was seen once counts.
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class CasesError(Exception):
    """Hypothesis could not generate what it was asked for; the message says why."""


@cache
def schema() -> OpenApiSchema:
    """The contract as Schemathesis reads it, and no `schemathesis.toml` of whoever runs the suite."""
    loaded = schemathesis.openapi.from_dict(contract(), config=schemathesis.Config())
    loaded.config.update(base_url=ORIGIN)
    return loaded


@cache
def _operations() -> dict[str, ApiOperation]:
    found = (result.ok() for result in schema().get_all_operations() if isinstance(result, Ok))
    return {str(one.definition.raw["operationId"]): one for one in found}


def operation_of(case: Case) -> OperationSpec:
    """The operation that a case is generated for."""
    operation_id = case.operation.definition.raw["operationId"]
    return next(one for one in operations.OPERATIONS if one.id == operation_id)


def planned(operation: OperationSpec) -> Iterator[Case]:
    """The cases of the phases "examples" and "coverage", which know no chance."""
    target = _operations()[operation.id]
    yield from ExamplesGenerator(operation=target, override=Override(), feedback=NO_FEEDBACK, fill_missing=True)
    generation = schema().config.generation_for(operation=target, phase=TestPhase.COVERAGE.value)
    yield from CoverageGenerator(
        operation=target,
        generation_modes=generation.modes,
        generation_config=generation,
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
        session=GenerationSession(),  # else an operation gets no probe that another one on its path has had
    )


def drawn(operation: OperationSpec, chance: random.Random, count: int) -> list[Case]:
    """The cases of the phase "fuzzing", valid and invalid ones; CasesError where Hypothesis gives up.

    They are drawn before any is sent: so no answer can make Hypothesis call the target flaky, and none is lost.
    """
    either = strategies.one_of([*_strategies(_operations()[operation.id])])
    cases: list[Case] = []

    @hypothesis.seed(chance.getrandbits(64))
    @hypothesis.settings(GENERATE_ONLY, max_examples=count)
    @hypothesis.given(case=either)
    def draw(case: Case) -> None:
        cases.append(case)

    try:
        draw()
    except HypothesisException as error:
        if not cases:
            raise CasesError(f"{operation.id}: {type(error).__name__}: {error}") from error
    return cases


def _strategies(target: ApiOperation) -> Iterator[strategies.SearchStrategy[Case]]:
    """Mostly what leaves room for a live key and real identifiers; also identifiers, and lacks of a key, of its own."""
    path = {parameter.name: PLACEHOLDER_ID for parameter in target.path_parameters}
    key = {"Authorization": f"Bearer {PLACEHOLDER_ID}"}
    for mode in schema().config.generation_for(operation=target, phase=TestPhase.FUZZING.value).modes:
        yield target.as_strategy(generation_mode=mode, path_parameters=path, headers=key, feedback=NO_FEEDBACK)
    yield target.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=path, feedback=NO_FEEDBACK)
    if len(path) > 1:
        yield target.as_strategy(path_parameters={"accountGroupId": PLACEHOLDER_ID}, headers=key, feedback=NO_FEEDBACK)
