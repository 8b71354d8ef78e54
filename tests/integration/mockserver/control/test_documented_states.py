"""The control plane does as the document of the provider states says."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator

from conformance.states.interface import Parameter, StateDescription, state_descriptions
from openapi import provider_states
from tests.harness.control_plane import GROUP, JOB, KEY, ControlPlane

DOCUMENT = provider_states()
OPERATION: Mapping[str, Any] = DOCUMENT["paths"]["/provider-states"]["post"]
EXAMPLES: Mapping[str, Any] = OPERATION["requestBody"]["content"]["application/json"]["examples"]
DESCRIPTIONS = state_descriptions()
STATES_URL = "/_mock/provider-states"
KEY_OF_EXAMPLES = "sk_test_key"


def accepts(schema: str, value: object) -> bool:
    root = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    return OAS30ReadValidator(root).is_valid(value)


def schema_of_values(state: str) -> str:
    reference = DOCUMENT["components"]["schemas"]["Request"]["discriminator"]["mapping"][state]
    schema = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
    return str(schema.get("x-values", "Values")).rpartition("/")[2]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_works(name: str, control: ControlPlane) -> None:
    example = EXAMPLES[name]["value"]
    params = {key: KEY if value == KEY_OF_EXAMPLES else value for key, value in example["params"].items()}

    answers = [control.send("POST", STATES_URL, json={**example, "params": params}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    if example["action"] == "setup":
        assert accepts(schema_of_values(example["state"]), answers[0].json())


def choices() -> Iterator[tuple[str, Parameter, str]]:
    for description in DESCRIPTIONS.values():
        for parameter in description.parameters:
            yield from ((description.name, parameter, choice) for choice in parameter.choices)


def required(description: StateDescription) -> dict[str, str]:
    known = {"apiKey": KEY, "jobId": JOB, "accountGroupId": GROUP, "outcome": "completed"}
    return {parameter.name: known[parameter.name] for parameter in description.parameters if parameter.required}


@pytest.mark.parametrize(("state", "parameter", "choice"), list(choices()), ids=str)
def test_every_documented_value_is_taken(state: str, parameter: Parameter, choice: str, control: ControlPlane) -> None:
    value = [choice] if parameter.type == "array" else choice

    values = control.state(state, **{**required(DESCRIPTIONS[state]), parameter.name: value})

    assert set(values) == set(DESCRIPTIONS[state].values)


@pytest.mark.parametrize("state", DESCRIPTIONS)
def test_no_undocumented_value_is_taken(state: str, control: ControlPlane) -> None:
    known = required(DESCRIPTIONS[state])

    for parameter in DESCRIPTIONS[state].parameters:
        if parameter.choices:
            params = {**known, parameter.name: ["none"] if parameter.type == "array" else "none"}
            control.refused(400, "POST", STATES_URL, {"state": state, "params": params})


@pytest.mark.parametrize("state", DESCRIPTIONS)
def test_a_required_parameter_is_required(state: str, control: ControlPlane) -> None:
    for name in (known := required(DESCRIPTIONS[state])):
        params = {other: value for other, value in known.items() if other != name}
        control.refused(400, "POST", STATES_URL, {"state": state, "params": params})


def test_a_state_that_is_unknown_has_the_documented_response(control: ControlPlane) -> None:
    answer = control.send("POST", STATES_URL, json={"state": "a full moon", "params": {}})

    assert answer.status_code == 501
    assert accepts("NotEstablished", answer.json())
