"""The contract of the API, which validates responses with openapi-core, not with the code of the mock server."""

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
_SHOWN = 3


class ResponseRow:
    """A documented response of an operation, and the validator of its body."""

    def __init__(self, contract: SchemaPath, schema: SchemaPath) -> None:
        self._contract = contract
        self._schema = schema
        self._validator = oas30_read_schema_validators_factory.create(contract, schema)

    def schema_violations(self, body: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  (JSON)
        """Yield each violation of the schema by a body, and whether that part of the schema is only inferred."""
        try:
            self._validator.validate(body)
        except InvalidSchemaValue as invalid:
            for error in invalid.schema_errors or ():
                location = "".join(f".{part}" for part in error.absolute_path)  # type: ignore[attr-defined]  # jsonschema's
                path = list(error.absolute_schema_path)  # type: ignore[attr-defined]  # the same
                yield f"body{location}: {error.message}"[:300], self._is_inferred(path)  # type: ignore[attr-defined]

    def _is_inferred(self, path: list[Any]) -> bool:
        """Whether a node of the schema, or one above it, is marked `x-inferred`; `path` passes through references."""
        node = self._schema
        for part in path:
            if "x-inferred" in node:
                return True
            node = node / part
        return False


class Contract:
    """The operations of the contract: method, path and response rows of each."""

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._contract = SchemaPath.from_dict(dict(contract))
        self._rows: dict[tuple[OperationSpec, int], ResponseRow] = {}
        self._operations = {
            operation["operationId"]: (method, template, operation)
            for template, item in contract["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def method(self, operation: OperationSpec) -> str:
        """Return the HTTP method in capitals."""
        return str(self._operations[operation.id][0]).upper()

    def path(self, operation: OperationSpec, group: str, resource_id: str) -> str:
        """Return the path with the account group and the other identifier filled in."""
        path = str(self._operations[operation.id][1]).replace("{accountGroupId}", path_segment(group))
        prefix, brace, rest = path.partition("{")
        return prefix + path_segment(resource_id) + rest.partition("}")[2] if brace else path

    def statuses(self, operation: OperationSpec) -> list[int]:
        """Return the documented statuses."""
        return [int(status) for status in self._operations[operation.id][2]["responses"]]

    def row(self, operation: OperationSpec, status: int) -> ResponseRow | None:
        """Return the response row of a status; None if the operation does not document it."""
        if status not in self.statuses(operation):
            return None
        if (operation, status) not in self._rows:
            method, template, _ = self._operations[operation.id]
            content = self._contract / "paths" / template / method / "responses" / str(status) / "content" / _JSON
            self._rows[operation, status] = ResponseRow(self._contract, content / "schema")
        return self._rows[operation, status]


class RawSegment(str):
    """An identifier that stands in a path unchanged, with its percent-encoding, valid or not."""

    __slots__ = ()


def path_segment(identifier: str) -> str:
    """Return an identifier as a path segment, percent-encoded unless it is a RawSegment."""
    return identifier if isinstance(identifier, RawSegment) else quote(identifier, safe="", errors="surrogatepass")


def schema_violations(exchange: Exchange, row: ResponseRow) -> tuple[list[str], list[str]]:
    """Return the first three violations of the documented and of the inferred parts of a schema by a response."""
    content_type = media_type(exchange)
    if content_type != _JSON and not content_type.endswith("+json"):
        return [f"Content-Type {content_type or 'missing'}, not JSON"], []
    try:
        body = json_body(exchange)
    except ValueError as error:
        return [f"no JSON: {error}"], []
    documented: list[str] = []
    inferred: list[str] = []
    for violation, is_inferred in row.schema_violations(body):
        (inferred if is_inferred else documented).append(violation)
    return documented[:_SHOWN], inferred[:_SHOWN]


def media_type(exchange: Exchange) -> str:
    """Return the media type of a response, without its parameters, in lower case."""
    types = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    return types[0].split(";")[0].strip().lower() if types else ""


def json_body(exchange: Exchange) -> Any:  # noqa: ANN401  (JSON)
    """Return the body of a response.

    Raises:
        ValueError: The body is not JSON in UTF-8, or is nested too deeply.
    """
    try:
        return json.loads((exchange.response_body or b"").decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def bears_envelope(exchange: Exchange) -> bool:
    """Whether a body is a JSON object with `success` or `error`: an application sent it, not a proxy before it."""
    try:
        body = json_body(exchange)
    except ValueError:
        return False
    return isinstance(body, dict) and not body.keys().isdisjoint({"success", "error"})


def json_at(exchange: Exchange, *names: str) -> Any:  # noqa: ANN401  (JSON)
    """Return a member of the body by its path, such as `data`, `items`; None if there is none."""
    try:
        value = json_body(exchange)
    except ValueError:
        return None
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
