"""The response rows of the contract: the documented responses of each operation, with their examples."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = Any
_ERROR = 400


class Row(NamedTuple):
    """A documented response: its description, and its examples by name."""

    description: str
    examples: Mapping[str, Json]


Rows = Mapping[int, Row]


def rows(contract: dict[str, Any]) -> dict[str, Rows]:
    """Return the rows of each operation, by operationId and status."""
    return {
        operation["operationId"]: {
            int(status): _row(contract, response) for status, response in operation["responses"].items()
        }
        for path_item in contract["paths"].values()
        for operation in path_item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def success(rows_of_operation: Rows) -> int:
    """Return the lowest success status that an operation documents."""
    return min(status for status in rows_of_operation if status < _ERROR)


def _row(contract: dict[str, Any], response: dict[str, Any]) -> Row:
    response = _resolve_references(contract, response)
    examples = response["content"]["application/json"]["examples"]
    return Row(
        response["description"],
        {name: _resolve_references(contract, example)["value"] for name, example in examples.items()},
    )


def _resolve_references(contract: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return a node, or the node that it refers to."""
    while "$ref" in node:
        reference, node = node["$ref"], contract
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    return node
