"""The document of the provider states: valid, whole, and the interface that the suite and the server have."""

from collections.abc import Mapping
from typing import Any

import pytest
from openapi_schema_validator import OAS30WriteValidator
from openapi_spec_validator import OpenAPIV30SpecValidator

from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.states import ProviderState
from conformance.states.interface import state_descriptions
from mockserver.service.states import STATES
from openapi import control_contract, provider_states

DOCUMENT = provider_states()
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
OPERATION: Mapping[str, Any] = DOCUMENT["paths"]["/provider-states"]["post"]
EXAMPLES: Mapping[str, Any] = OPERATION["requestBody"]["content"]["application/json"]["examples"]
DESCRIPTIONS = state_descriptions()
REQUESTS: list[tuple[str, Any]] = [(name, example["value"]) for name, example in EXAMPLES.items()]


def problems(document: Mapping[str, Any], schema: str, value: object) -> list[object]:
    root = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return list(OAS30WriteValidator(root).iter_errors(value))


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV30SpecValidator(DOCUMENT).iter_errors()) == []
    assert DOCUMENT["openapi"] == "3.0.3"


def test_every_call_returns_a_fresh_document() -> None:
    provider_states()["paths"].clear()

    assert provider_states() == DOCUMENT


def test_the_document_the_suite_and_the_server_have_the_same_states() -> None:
    assert set(DESCRIPTIONS) == {state.value for state in ProviderState} == set(STATES)


def test_each_name_leads_to_the_schema_that_demands_it() -> None:
    mapping = SCHEMAS["Request"]["discriminator"]["mapping"]

    assert [{"$ref": reference} for reference in mapping.values()] == SCHEMAS["Request"]["oneOf"]
    for name, reference in mapping.items():
        assert SCHEMAS[reference.rpartition("/")[2]]["properties"]["state"]["enum"] == [name]


def test_the_values_of_the_parameters_are_those_of_the_catalogue() -> None:
    choices = {
        parameter.name: set(parameter.choices)
        for description in DESCRIPTIONS.values()
        for parameter in description.parameters
    }

    assert choices["permissions"] == ALL_PERMISSIONS
    assert choices["jobStatus"] == set(ACTIVE_STATUSES)
    assert choices["status"] == {"active", "revoked"}


@pytest.mark.parametrize(("name", "request_body"), REQUESTS)
def test_every_example_of_a_request_is_one(name: str, request_body: Any) -> None:
    assert problems(DOCUMENT, "Request", request_body) == [], name
    assert problems(control_contract(), "ProviderState", request_body) == [], name


@pytest.mark.parametrize("state", DESCRIPTIONS)
@pytest.mark.parametrize("action", ["setup", "teardown"])
def test_every_state_has_an_example_of_each_action(state: str, action: str) -> None:
    assert (state, action) in {(value["state"], value["action"]) for _, value in REQUESTS}


def test_a_teardown_has_the_parameters_and_the_values() -> None:
    for _, value in REQUESTS:
        description = DESCRIPTIONS[value["state"]]
        if value["action"] == "teardown":
            assert description.problem_of(value["params"]) is None, value


@pytest.mark.parametrize(
    "request_body",
    [
        {"state": "a full moon", "params": {}},
        {"state": "an API key"},
        {"state": "an API key", "params": {"status": "gone"}},
        {"state": "an API key", "params": {"permissions": ["audiences:none"]}},
        {"state": "an audience being populated", "params": {"apiKey": "k", "jobStatus": "completed"}},
        {"state": "the prospecting has ended", "params": {"jobId": "j"}},
        {"state": "the server fails internally", "params": {"apiKey": "k", "times": 0}},
        {"state": "an API key", "params": {}, "action": "undo"},
    ],
)
def test_a_wrong_request_is_none(request_body: Any) -> None:
    assert problems(DOCUMENT, "Request", request_body) != []


def test_every_example_of_values_belongs_to_a_state() -> None:
    examples = OPERATION["responses"]["200"]["content"]["application/json"]["examples"].values()

    shown = {frozenset(example["value"]) for example in examples}

    assert shown == {frozenset(description.values) for description in DESCRIPTIONS.values()}


@pytest.mark.parametrize(
    ("state", "values", "problem"),
    [
        (ProviderState.API_KEY, {"accountGroupId": "g"}, "without 'apiKey', which has to be a text"),
        (ProviderState.API_KEY, {"apiKey": "", "accountGroupId": "g"}, "without 'apiKey', which has to be a text"),
        (ProviderState.PROSPECTING_REQUEST, {"body": "{}"}, "without 'body', which has to be an object"),
        (ProviderState.KEY_REVOKED, {}, None),
        (ProviderState.POPULATED_AUDIENCE, {"accountGroupId": "g", "audienceId": "a", "jobId": "j", "x": 1}, None),
    ],
)
def test_a_problem_of_the_values_is_named(state: str, values: Any, problem: str | None) -> None:
    assert DESCRIPTIONS[state].problem_of(values) == problem
