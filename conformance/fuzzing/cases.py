"""The cases that Schemathesis generates for an operation of the contract, whatever the target responds."""

from collections.abc import Iterator
from functools import cache
from random import Random
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
"""A generated request of an operation, before it is converted into bytes."""

ORIGIN = "http://target"
"""The base URL of each request, which our client replaces by the address of the target."""

PLACEHOLDER_ID = "0"
"""The identifier that a real one replaces; the phase "coverage" has no other."""

GENERATE_ONLY = hypothesis.settings(
    # No shrinking: each violation is one exchange, shown as a whole. No replay: a violation that is seen once counts.
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class CasesError(Exception):
    """A failure of Hypothesis to generate cases; the message gives its reason."""


@cache
def schema() -> OpenApiSchema:
    """Return the contract as a schema of Schemathesis, without the `schemathesis.toml` of the working directory."""
    document = contract()
    for parameter in document["components"]["parameters"].values():
        parameter.pop("examples", None)  # they name resources of our server, not of the target
    loaded = schemathesis.openapi.from_dict(document, config=schemathesis.Config())
    loaded.config.update(base_url=ORIGIN)
    return loaded


@cache
def _api_operations() -> dict[str, ApiOperation]:
    api_operations = (result.ok() for result in schema().get_all_operations() if isinstance(result, Ok))
    return {str(operation.definition.raw["operationId"]): operation for operation in api_operations}


def operation_of(case: Case) -> OperationSpec:
    """Return the operation that a case is generated for."""
    operation_id = case.operation.definition.raw["operationId"]
    return next(operation for operation in operations.OPERATIONS if operation.id == operation_id)


def planned_cases(operation: OperationSpec) -> Iterator[Case]:
    """Yield the cases of the phases "examples" and "coverage", which have no random choices."""
    api_operation = _api_operations()[operation.id]
    yield from ExamplesGenerator(operation=api_operation, override=Override(), feedback=NO_FEEDBACK, fill_missing=True)
    generation = schema().config.generation_for(operation=api_operation, phase=TestPhase.COVERAGE.value)
    yield from CoverageGenerator(
        operation=api_operation,
        generation_modes=generation.modes,
        generation_config=generation,
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
        session=GenerationSession(),  # else an operation gets no probe that another operation of its path has had
    )


def draw_cases(operation: OperationSpec, random: Random, count: int) -> list[Case]:
    """Draw cases of the phase "fuzzing", valid and invalid ones.

    All are drawn before any is sent: so no response can make Hypothesis call the target flaky, and no case is lost.

    Args:
        operation: The operation.
        random: The source of the seed.
        count: The number of cases.

    Raises:
        CasesError: Hypothesis gave up.
    """
    any_strategy = strategies.one_of([*_strategies(_api_operations()[operation.id])])
    cases: list[Case] = []

    @hypothesis.seed(random.getrandbits(64))
    @hypothesis.settings(GENERATE_ONLY, max_examples=count)
    @hypothesis.given(case=any_strategy)
    def draw(case: Case) -> None:
        cases.append(case)

    try:
        draw()
    except HypothesisException as error:
        if not cases:
            raise CasesError(f"{operation.id}: {type(error).__name__}: {error}") from error
    return cases


def _strategies(operation: ApiOperation) -> Iterator[strategies.SearchStrategy[Case]]:
    """Yield strategies of cases: most have placeholders for the key and the identifiers, some only for one of them."""
    path = {parameter.name: PLACEHOLDER_ID for parameter in operation.path_parameters}
    key = {"Authorization": f"Bearer {PLACEHOLDER_ID}"}
    for mode in schema().config.generation_for(operation=operation, phase=TestPhase.FUZZING.value).modes:
        yield operation.as_strategy(generation_mode=mode, path_parameters=path, headers=key, feedback=NO_FEEDBACK)
    yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=path, feedback=NO_FEEDBACK)
    if len(path) > 1:
        yield operation.as_strategy(
            path_parameters={"accountGroupId": PLACEHOLDER_ID}, headers=key, feedback=NO_FEEDBACK
        )
