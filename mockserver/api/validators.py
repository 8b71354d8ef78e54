"""Connexion's validators with error messages that a developer can act on."""

import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, NoReturn

from connexion.exceptions import BadRequestProblem
from connexion.json_schema import Draft4RequestValidator
from connexion.validators.json import JSONRequestBodyValidator
from connexion.validators.parameter import ParameterValidator
from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend
from starlette.types import Receive, Scope

from mockserver.domain.identifier import PATTERN

_CHARSETS = frozenset({"utf-8", "utf8", *(f"utf-{size}{order}" for size in (16, 32) for order in ("", "le", "be"))})
"""The charsets of JSON; a name outside would choose a codec of Python, and some are slow or fail."""


def _validate_pattern(_validator: object, pattern: str, text: object, _schema: object) -> Iterable[ValidationError]:
    """Validate the keyword `pattern` as JSON Schema defines it: `$` is the end of the text, without a line break."""
    if isinstance(text, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


_ParameterSchemaValidator = extend(Draft4Validator, {"pattern": _validate_pattern})  # type: ignore[no-untyped-call]  # jsonschema's
_BodySchemaValidator = extend(Draft4RequestValidator, {"pattern": _validate_pattern})  # type: ignore[no-untyped-call]  # jsonschema's


class InvalidRequestProblem(BadRequestProblem):  # type: ignore[misc]  # Connexion has no types
    """A Connexion error with the status 400 and structured details."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(detail=message)
        self.details: Mapping[str, object] = details


def describe(error: ValidationError) -> str:
    """Return the expectation that a value violates, by its JSON Schema keyword."""
    value: Any = error.validator_value
    if error.validator == "anyOf":
        names = ", ".join(name for branch in value for name in branch["required"])
        return f"needs at least one of {names}"
    if error.validator == "required":
        return error.message.replace(" is a required property", " is missing")
    if error.validator == "pattern" and value == PATTERN:
        return "is not an identifier: 24 lower-case hex digits"
    expected = {
        "type": "must be of type {}",
        "enum": "must be one of {}",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
        "minItems": "must have at least {} items",
        "maxItems": "must have at most {} items",
        "multipleOf": "must be a multiple of {}",
    }.get(str(error.validator))
    return error.message if expected is None else expected.format(_join(value))


def _join(value: Any) -> str:  # noqa: ANN401  (a keyword's value is any JSON)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class NamedParameterValidator(ParameterValidator):  # type: ignore[misc]  # Connexion has no types
    """A parameter validator whose errors name the parameter."""

    @staticmethod
    def validate_parameter(
        parameter_type: str, value: object, param: dict[str, Any], param_name: str | None = None
    ) -> None:
        """Raise InvalidRequestProblem for a parameter that violates its schema or is required and missing."""
        name = param_name or param["name"]
        if value is None:
            if param.get("required"):
                raise InvalidRequestProblem(
                    f"{parameter_type} parameter {name} is missing", **{"in": parameter_type, "name": name}
                )
            return
        error = next(_ParameterSchemaValidator(param["schema"]).iter_errors(value), None)
        if error is not None:
            raise InvalidRequestProblem(
                f"{parameter_type} parameter {name} {describe(error)}", **{"in": parameter_type, "name": name}
            )


class StrictJSONBodyValidator(JSONRequestBodyValidator):  # type: ignore[misc]  # Connexion has no types
    """A validator of JSON bodies (RFC 8259) in their declared charset; stock Connexion crashes on some invalid ones.

    A valid body is passed on in UTF-8 as `application/json`, so that the handler gets the validated document.
    """

    MUTABLE_VALIDATION = True

    def _insert_body(self, receive: Receive, *, body: Any, scope: Scope) -> tuple[Receive, Scope]:  # noqa: ANN401  (JSON)
        if body is None:
            return receive, scope
        content = json.dumps(body).encode()
        headers = [header for header in scope["headers"] if header[0] not in {b"content-length", b"content-type"}]
        headers += [(b"content-length", b"%d" % len(content)), (b"content-type", b"application/json")]
        messages = [{"type": "http.request", "body": content, "more_body": False}]
        return self._insert_messages(receive, messages=messages), {**scope, "headers": headers}

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:  # noqa: ANN401, ARG002  (JSON; Connexion's)
        content = b"".join([part async for part in stream])
        if self._encoding.lower() not in _CHARSETS:
            raise InvalidRequestProblem(
                "the charset of the Content-Type is none of JSON; send UTF-8",
                **{"in": "header", "name": "Content-Type"},
            )
        try:
            text = content.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise InvalidRequestProblem(
                f"the body is not {self._encoding}: byte {error.start} cannot be read", **{"in": "body"}
            ) from None
        return _parse_json(text) if text else None

    def _validate(self, body: Any) -> None:  # noqa: ANN401  (JSON)
        error = next(_BodySchemaValidator(self._schema).iter_errors(body), None)
        if error is not None:
            error = _in_a_member(error)
            name = ".".join(map(str, error.absolute_path))
            raise InvalidRequestProblem(
                f"the body's {name} {describe(error)}" if name else f"the body {_describe_for_body(error)}",
                **{"in": "body", "name": name},
            )


def _in_a_member(error: ValidationError) -> ValidationError:
    """Return the error of a member where no alternative fits because of it; else the error itself."""
    return next((inner for inner in error.context if inner.absolute_path), error)


def _describe_for_body(error: ValidationError) -> str:
    description = describe(error)
    return f"is incomplete: {description}" if error.validator == "required" else description


def _parse_json(text: str) -> Any:  # noqa: ANN401  (JSON)
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise InvalidRequestProblem("the body is nested too deeply", **{"in": "body"}) from None
    except ValueError as error:
        raise InvalidRequestProblem(f"the body is not JSON: {error}", **{"in": "body"}) from None
    if any(_is_unstorable(string) for string in _strings(body)):
        raise InvalidRequestProblem(
            "a string in the body has a NUL or half a surrogate pair; no store keeps those", **{"in": "body"}
        )
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _is_unstorable(string: str) -> bool:
    return any(character == "\0" or "\ud800" <= character <= "\udfff" for character in string)


def _strings(body: Any) -> Iterable[str]:  # noqa: ANN401  (JSON)
    """Yield every string in a JSON document, including the names of members."""
    pending = [body]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            pending += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            pending += value


VALIDATOR_MAP = {"parameter": NamedParameterValidator, "body": {"application/json": StrictJSONBodyValidator}}
