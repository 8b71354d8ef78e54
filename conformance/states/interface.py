"""The interface of the provider states, as `openapi/provider-states.yaml` describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from openapi import provider_states

_TYPE_NAMES = {"string": "a text", "object": "an object"}
_TYPES: Mapping[str, type] = {"string": str, "object": dict}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a state.

    Attributes:
        type: The type of its value in JSON.
        choices: The values that it may have; empty where any value of the type may stand.
        default: The default in words; None where there is none.
        required: Whether each setup has the parameter.
        description: A sentence about it.
    """

    name: str
    type: str
    choices: tuple[str, ...]
    default: str | None
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class StateDescription:
    """A state: its parameters and its values.

    Attributes:
        name: The name on the wire.
        description: A sentence or two about the state.
        shows: The way in which a client sees that the state is established.
        teardown: The effect of the teardown.
        parameters: The parameters of the setup.
        values: The types of the values that the setup responds with, by name; each is required.
    """

    name: str
    description: str
    shows: str
    teardown: str
    parameters: tuple[Parameter, ...]
    values: Mapping[str, str]

    def problem_of(self, values: Mapping[str, Any]) -> str | None:
        """Return the first problem of the values of a setup; None where there is none."""
        for name, kind in self.values.items():
            if not isinstance(values.get(name), _TYPES[kind]) or values[name] == "":
                return f"without '{name}', which has to be {_TYPE_NAMES[kind]}"
        return None


@cache
def state_descriptions() -> Mapping[str, StateDescription]:
    """Return every provider state by its name, in the order of the document."""
    schemas = provider_states()["components"]["schemas"]
    mapping = schemas["Request"]["discriminator"]["mapping"]
    return {name: _describe(name, schemas, schemas[_last_part(reference)]) for name, reference in mapping.items()}


def _describe(name: str, schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> StateDescription:
    params = schema["properties"]["params"]
    required = params.get("required", ())
    values = schemas[_last_part(schema["x-values"])]["properties"] if "x-values" in schema else {}
    return StateDescription(
        name=name,
        description=schema["description"],
        shows=schema["x-shows"],
        teardown=schema["x-teardown"],
        parameters=tuple(
            _parameter(parameter, schemas, _resolve(schemas, node), required=parameter in required)
            for parameter, node in params["properties"].items()
        ),
        values={value: node["type"] for value, node in values.items()},
    )


def _parameter(name: str, schemas: Mapping[str, Any], node: Mapping[str, Any], *, required: bool) -> Parameter:
    items = _resolve(schemas, node.get("items", {}))
    default = node.get("x-default", node.get("default"))
    return Parameter(
        name=name,
        type=node["type"],
        choices=tuple(node.get("enum", items.get("enum", ()))),
        default=None if default is None else str(default),
        required=required,
        description=node["description"],
    )


def _resolve(schemas: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema, or the schema that it refers to."""
    target: Mapping[str, Any] = schemas[_last_part(node["$ref"])] if "$ref" in node else node
    return target


def _last_part(reference: str) -> str:
    return reference.rpartition("/")[2]
