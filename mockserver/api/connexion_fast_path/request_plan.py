"""The plan for reading an operation's requests, built at the start: readers of its parameters, and one validator."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import orjson
from connexion.decorators.parameter import pythonic
from connexion.operations import AbstractOperation

from mockserver.api.connexion_fast_path.schema import draft4, has_format

JSON_TYPES = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", re.ASCII)
_JSON = "application/json"


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _integer(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and "." not in text else None


_READERS: dict[str, Callable[[str], Any]] = {"string": str, "number": _number, "integer": _integer}


class NotPlainError(Exception):
    """A request that is not plainly valid: Connexion's own code decides on it."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter: its name in Python, its reader, and its default."""

    argument: str
    read: Callable[[str], Any]
    default: Any


class RequestPlan:
    """The plan for reading one operation's requests."""

    def __init__(self, operation: AbstractOperation) -> None:
        parameters = {(parameter["in"], parameter["name"]): parameter for parameter in operation.parameters}
        self.path = {name: pythonic(name) for location, name in parameters if location == "path"}
        self.query = {
            name: _query(parameter) for (location, name), parameter in parameters.items() if location == "query"
        }
        self.takes_body = bool(operation.request_body)
        self.body_required = bool(operation.request_body.get("required"))
        self._is_valid = jsonschema_rs.Draft4Validator(self._schema(operation, parameters)).is_valid

    @staticmethod
    def supports(operation: AbstractOperation) -> bool:
        """Whether a plan is possible: strings and numbers as parameters, optional headers, a JSON body, no format."""
        content = operation.request_body.get("content", {})
        is_readable = all(map(_is_readable, operation.parameters))
        return is_readable and set(content) <= {_JSON} and not has_format(operation.request_body.get("content"))

    def _schema(self, operation: AbstractOperation, parameters: dict[tuple[str, str], Any]) -> dict[str, Any]:
        properties = {
            self.path.get(name) or self.query[name].argument: draft4(parameter["schema"])
            for (location, name), parameter in parameters.items()
            if location != "header"
        }
        required = [
            pythonic(name)
            for (location, name), parameter in parameters.items()
            if parameter.get("required") and location != "header"
        ]
        if self.takes_body:
            properties["body"] = draft4(operation.body_schema(_JSON))
            required += ["body"] if self.body_required else []
        return {"type": "object", "properties": properties, **({"required": required} if required else {})}

    def arguments(self, path_params: dict[str, str], query_string: bytes, content: bytes | None) -> dict[str, Any]:
        """Return the handler's arguments.

        Args:
            path_params: The parameters of the path.
            query_string: The query as sent.
            content: The body; None if the operation takes none or the request has none.

        Raises:
            NotPlainError: The request is not plainly valid.
        """
        arguments: dict[str, Any] = {self.path[name]: value for name, value in path_params.items()}
        if query_string and self.query:
            self._read_query(query_string, arguments)
        if content is not None:
            arguments["body"] = _read_body(content)
        if not self._is_valid(arguments):
            raise NotPlainError
        for query in self.query.values():
            if query.default is not None:
                arguments.setdefault(query.argument, query.default)
        return arguments

    def _read_query(self, query_string: bytes, arguments: dict[str, Any]) -> None:
        for name, text in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
            query = self.query.get(name)
            if query is not None:
                value = query.read(text)
                if value is None or query.argument in arguments:
                    raise NotPlainError
                arguments[query.argument] = value
            elif "[" in name:
                raise NotPlainError


def _is_readable(parameter: dict[str, Any]) -> bool:
    schema = draft4(parameter["schema"])
    if parameter["in"] == "header":
        return bool(schema == {"type": "string"} and not parameter.get("required"))
    return parameter["in"] != "cookie" and schema.get("type") in _READERS and not has_format(parameter["schema"])


def _query(parameter: dict[str, Any]) -> Query:
    schema = parameter["schema"]
    return Query(pythonic(parameter["name"]), _READERS[schema["type"]], schema.get("default"))


def _read_body(content: bytes) -> Any:  # noqa: ANN401  (JSON)
    """Parse JSON; raise NotPlainError for a body with Unicode escapes, which may hide a NUL or a lone surrogate."""
    if b"\\u" in content:
        raise NotPlainError
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise NotPlainError from None
