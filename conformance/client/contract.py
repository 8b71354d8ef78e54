"""Holds each response against the contract: openapi-core has the word, not the code that serves the mock."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from jsonschema_path import SchemaPath
from openapi_core.validation.schemas import oas30_read_schema_validators_factory
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from conformance.catalogue.operation_spec import OperationSpec
from conformance.results.exchange import Exchange

_JSON = "application/json"


class ResponseRow:
    """One response row of an operation: what is wrong with a body, as the documentation has it, and as we infer it."""

    def __init__(self, contract: SchemaPath, schema: SchemaPath) -> None:
        self._contract = contract
        self._schema = schema
        self._validator = oas30_read_schema_validators_factory.create(contract, schema)

    def schema_violations(self, body: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  (JSON)
        """Each fault of a body, and whether it is one only by what we infer."""
        try:
            self._validator.validate(body)
        except InvalidSchemaValue as invalid:
            for error in invalid.schema_errors or ():
                place = "".join(f".{part}" for part in error.absolute_path)  # type: ignore[attr-defined]  # jsonschema's
                path = list(error.absolute_schema_path)  # type: ignore[attr-defined]  # the same
                yield f"body{place}: {error.message}"[:300], self._is_inferred(path)  # type: ignore[attr-defined]

    def _is_inferred(self, path: list[Any]) -> bool:
        """Whether a node of the schema, or one above it, is marked so; `path` leads through references unnamed."""
        node = self._schema
        for part in path:
            if "x-inferred" in node:
                return True
            node = node / part
        return False


class Contract:
    """The contract's operations: how each is asked for, and its response rows."""

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._contract = SchemaPath.from_dict(dict(contract))
        self._rows: dict[tuple[OperationSpec, int], ResponseRow] = {}
        self._places = {
            operation["operationId"]: (method, template, operation)
            for template, item in contract["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def method(self, operation: OperationSpec) -> str:
        """The method, in capitals."""
        return str(self._places[operation.id][0]).upper()

    def path(self, operation: OperationSpec, group: str, target: str) -> str:
        """The path, with the account group and the other identifier as its segments."""
        filled = str(self._places[operation.id][1]).replace("{accountGroupId}", path_segment(group))
        before, brace, rest = filled.partition("{")
        return before + path_segment(target) + rest.partition("}")[2] if brace else filled

    def statuses(self, operation: OperationSpec) -> list[int]:
        """The documented statuses."""
        return [int(status) for status in self._places[operation.id][2]["responses"]]

    def row(self, operation: OperationSpec, status: int) -> ResponseRow | None:
        """The row of a status, None where the operation documents none."""
        if status not in self.statuses(operation):
            return None
        if (operation, status) not in self._rows:
            method, template, _ = self._places[operation.id]
            found = self._contract / "paths" / template / method / "responses" / str(status) / "content" / _JSON
            self._rows[operation, status] = ResponseRow(self._contract, found / "schema")
        return self._rows[operation, status]


class RawSegment(str):
    """An identifier as it is to stand in a path, with its percent-encoding, whether or not that is right."""

    __slots__ = ()


def path_segment(identifier: str) -> str:
    """An identifier as a segment of a path."""
    return identifier if isinstance(identifier, RawSegment) else quote(identifier, safe="", errors="surrogatepass")


def schema_violations(exchange: Exchange, row: ResponseRow) -> tuple[list[str], list[str]]:
    """What is wrong with a response by the documentation, and by what we infer: the first three of each."""
    kind = media_type(exchange)
    if kind != _JSON and not kind.endswith("+json"):
        return [f"Content-Type {kind or 'missing'}, not JSON"], []
    try:
        body = json_body(exchange)
    except ValueError as error:
        return [f"no JSON: {error}"], []
    documented: list[str] = []
    inferred: list[str] = []
    for fault, only_inferred in row.schema_violations(body):
        (inferred if only_inferred else documented).append(fault)
    return documented[:3], inferred[:3]


def media_type(exchange: Exchange) -> str:
    """The media type of a response, without its parameters, in lower case."""
    types = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    return types[0].split(";")[0].strip().lower() if types else ""


def json_body(exchange: Exchange) -> Any:  # noqa: ANN401  (JSON)
    """The body of a response; ValueError where it is not JSON in UTF-8, or none that can be read."""
    try:
        return json.loads((exchange.response_body or b"").decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def json_at(exchange: Exchange, *names: str) -> Any:  # noqa: ANN401  (JSON)
    """A member of the body by its path, such as `data`, `items`; None where there is none to read."""
    try:
        found = json_body(exchange)
    except ValueError:
        return None
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
