"""The contract of the API, which validates responses with openapi-core, not with the code of the mock server."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from jsonschema_path import SchemaPath
from openapi_core.validation.schemas import oas30_read_schema_validators_factory
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.json_text import parse_json
from conformance.results.exchange import Exchange

_JSON = "application/json"
_SHOWN = 3
_LONG = 1 << 20  # bytes
_MOST_ITEMS = 1_000
"""The items of each list of a long body that are validated: a page has a hundred."""
_INFERRED = "x-inferred"
_MAY_BE_ABSENT = frozenset({"details"})
"""The members of examples whose presence cannot be read in the documentation."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
"""A point in time in ISO 8601, with its offset."""


class ResponseRow:
    """A documented response of an operation, the validator of its body, and its example.

    Attributes:
        is_inferred: Whether the row itself is inferred, because its response or its content is marked `x-inferred`.
    """

    def __init__(self, contract: SchemaPath, response: SchemaPath) -> None:
        content = response / "content" / _JSON
        self._schema = content / "schema"
        self._validator = oas30_read_schema_validators_factory.create(contract, self._schema)
        self._example = (content / "examples" / "documented" / "value").read_value()
        self.is_inferred = _INFERRED in response or _INFERRED in content

    def schema_violations(self, body: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  (JSON)
        """Yield each violation of the schema by a body, and whether that part of the schema is only inferred."""
        try:
            self._validator.validate(body)
        except InvalidSchemaValue as invalid:
            for error in invalid.schema_errors or ():
                location = "".join(f".{part}" for part in error.absolute_path)  # type: ignore[attr-defined]  # jsonschema's
                path = list(error.absolute_schema_path)  # type: ignore[attr-defined]  # the same
                yield f"body{location}: {error.message}"[:300], self._is_inferred(path)  # type: ignore[attr-defined]

    def example_violations(self, body: Any) -> Iterator[str]:  # noqa: ANN401  (JSON)
        """Yield each member of the documented example that a body lacks, or that has another form."""
        yield from _differences_in_form(self._example, body, "body")

    def _is_inferred(self, path: list[Any]) -> bool:
        """Whether a node of the schema, or one above it, is marked `x-inferred`; `path` passes through references."""
        node = self._schema
        for part in path:
            if _INFERRED in node:
                return True
            node = node / part
        return False


def _differences_in_form(example: Any, shown: Any, location: str) -> Iterator[str]:  # noqa: ANN401  (JSON)
    """Yield each member of an example that a document lacks, and each text in it that should be an instant."""
    if isinstance(example, dict) and isinstance(shown, dict):
        for name, value in example.items():
            if name in shown:
                yield from _differences_in_form(value, shown[name], f"{location}.{name}")
            elif name not in _MAY_BE_ABSENT:
                yield f"{location}: '{name}' is missing, which the example shows"
    elif isinstance(example, list) and isinstance(shown, list):
        for index, item in enumerate(shown):
            yield from _differences_in_form(example[0], item, f"{location}.{index}")
    elif _is_instant(example) and isinstance(shown, str) and not _is_instant(shown):
        yield f"{location}: {shown!r} is no instant like {example}"[:300]


def _is_instant(value: Any) -> bool:  # noqa: ANN401  (JSON)
    return isinstance(value, str) and _INSTANT.fullmatch(value) is not None


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

    def has_inferred_method(self, operation: OperationSpec) -> bool:
        """Whether the operation is marked `x-inferred`, which holds for its method."""
        return _INFERRED in self._operations[operation.id][2]

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
            response = self._contract / "paths" / template / method / "responses" / str(status)
            self._rows[operation, status] = ResponseRow(self._contract, response)
        return self._rows[operation, status]


class RawSegment(str):
    """An identifier that stands in a path unchanged, with its percent-encoding, valid or not."""

    __slots__ = ()


def path_segment(identifier: str) -> str:
    """Return an identifier as a path segment, percent-encoded unless it is a RawSegment."""
    return identifier if isinstance(identifier, RawSegment) else quote(identifier, safe="", errors="surrogatepass")


def schema_violations(exchange: Exchange, row: ResponseRow) -> tuple[list[str], list[str]]:
    """Return the first three violations of the documented and of the inferred parts of a row by a response.

    A violation of a row that is itself inferred counts as one of the documented part: its requirement is no MUST.
    """
    content_type = media_type(exchange)
    if content_type != _JSON and not content_type.endswith("+json"):
        return [f"Content-Type {content_type or 'missing'}, not JSON"], []
    try:
        body = json_body(exchange)
    except ValueError as error:
        return [f"no JSON: {error}"], []
    documented: list[str] = []
    inferred: list[str] = []
    if len(exchange.response_body or b"") > _LONG:
        body = _shortened(body)
    for violation, is_inferred in row.schema_violations(body):
        (inferred if is_inferred and not row.is_inferred else documented).append(violation)
    inferred += [] if documented else row.example_violations(body)
    return documented[:_SHOWN], inferred[:_SHOWN]


def _shortened(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Return a body with the first items of each list."""
    if isinstance(value, dict):
        return {name: _shortened(member) for name, member in value.items()}
    return [_shortened(item) for item in value[:_MOST_ITEMS]] if isinstance(value, list) else value


def media_type(exchange: Exchange) -> str:
    """Return the media type of a response, without its parameters, in lower case."""
    types = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    return types[0].split(";")[0].strip().lower() if types else ""


def json_body(exchange: Exchange) -> Any:  # noqa: ANN401  (JSON)
    """Return the body of a response.

    Raises:
        ValueError: The body is not JSON in UTF-8, or is nested too deeply.
    """
    return parse_json(exchange.response_body or b"")


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
