"""The response rows of the contract: what each operation is documented to answer, with the examples of each row."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = Any
_ERROR = 400


class Row(NamedTuple):
    """One documented response: its words, and its examples by name."""

    description: str
    examples: Mapping[str, Json]


Rows = Mapping[int, Row]


def rows(contract: dict[str, Any]) -> dict[str, Rows]:
    """The rows of each operation, by operationId and status."""
    return {
        operation["operationId"]: {
            int(status): _row(contract, response) for status, response in operation["responses"].items()
        }
        for item in contract["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def success(of_operation: Rows) -> int:
    """The first success that an operation documents."""
    return min(status for status in of_operation if status < _ERROR)


def _row(contract: dict[str, Any], response: dict[str, Any]) -> Row:
    response = _resolved(contract, response)
    examples = response["content"]["application/json"]["examples"]
    return Row(
        response["description"], {name: _resolved(contract, example)["value"] for name, example in examples.items()}
    )


def _resolved(contract: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a node is, or refers to."""
    while "$ref" in node:
        reference, node = node["$ref"], contract
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    return node
