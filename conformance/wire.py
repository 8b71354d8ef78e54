"""Holds each response against the contract: the schema of its row has the word, not the code that serves the mock."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_schema_validator import OAS30ReadValidator

from conformance.verdicts import Exchange

Schema = Mapping[str, Any]


class Row:
    """One response row of an operation: what is wrong with a body, as the documentation has it, and as we infer it."""

    def __init__(self, contract: Mapping[str, Any], schema: Schema) -> None:
        self._contract = contract
        self._validator = OAS30ReadValidator({**self._resolved(schema), "components": contract["components"]})

    def faults(self, body: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  (JSON)
        """Each fault of a body, and whether it is one only by what we infer."""
        for error in self._validator.iter_errors(body):
            place = "".join(f".{part}" for part in error.absolute_path)
            yield f"body{place}: {error.message}"[:300], self._is_inferred(list(error.absolute_schema_path))

    def _is_inferred(self, path: list[Any]) -> bool:
        node: Any = self._validator.schema
        for part in path:
            node = self._resolved(node)
            if isinstance(node, dict) and "x-inferred" in node:
                return True
            node = node[part]
        return False

    def _resolved(self, node: Any) -> Any:  # noqa: ANN401  (any part of a contract)
        while isinstance(node, dict) and "$ref" in node:
            found: Any = self._contract
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = {**found, **{name: value for name, value in node.items() if name == "x-inferred"}}
        return node


def rows(contract: Mapping[str, Any], operation_id: str) -> dict[int, Row]:
    """The response rows of an operation, by status."""
    for item in contract["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation.get("operationId") == operation_id:
                return {
                    int(status): Row(contract, _schema(contract, row)) for status, row in operation["responses"].items()
                }
    raise KeyError(operation_id)


def _schema(contract: Mapping[str, Any], row: Mapping[str, Any]) -> Schema:
    if "$ref" in row:
        row = contract["components"]["responses"][row["$ref"].rsplit("/", 1)[1]]
    return row["content"]["application/json"]["schema"]  # type: ignore[no-any-return]  # the contract is data


def media_type(exchange: Exchange) -> str:
    """The media type of a response, without its parameters, in lower case."""
    types = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    return types[0].split(";")[0].strip().lower() if types else ""


def json_body(exchange: Exchange) -> Any:  # noqa: ANN401  (JSON)
    """The body of a response; ValueError where it is not JSON in UTF-8."""
    return json.loads((exchange.response_body or b"").decode("utf-8"))
