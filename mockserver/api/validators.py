"""Connexion's validators, saying what is wrong in words that a developer can act on."""

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


def _pattern(_validator: object, pattern: str, text: object, _schema: object) -> Iterable[ValidationError]:
    """The keyword as JSON Schema means it: a `$` is the end of the text, and no line break may come after it."""
    if isinstance(text, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


_OfParameter = extend(Draft4Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # jsonschema's
_OfBody = extend(Draft4RequestValidator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # jsonschema's


class InvalidRequestProblem(BadRequestProblem):  # type: ignore[misc]  # Connexion has no types
    """What Connexion raises for a 400, with structured details."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(detail=message)
        self.details: Mapping[str, object] = details


def described(error: ValidationError) -> str:
    """What a value must be, by the keyword that it breaks."""
    value: Any = error.validator_value
    if error.validator == "anyOf" and all(set(branch) == {"required"} for branch in value):
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
    return error.message if expected is None else expected.format(_listed(value))


def _listed(value: Any) -> str:  # noqa: ANN401  (a keyword's value is any JSON)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class NamedParameterValidator(ParameterValidator):  # type: ignore[misc]  # Connexion has no types
    """Names the parameter that is wrong."""

    @staticmethod
    def validate_parameter(
        parameter_type: str, value: object, param: dict[str, Any], param_name: str | None = None
    ) -> None:
        """Raise InvalidRequestProblem where a parameter does not fit its schema, or is missing though required."""
        name = param_name or param["name"]
        if value is None:
            if param.get("required"):
                raise InvalidRequestProblem(
                    f"{parameter_type} parameter {name} is missing", **{"in": parameter_type, "name": name}
                )
            return
        error = next(_OfParameter(param["schema"]).iter_errors(value), None)
        if error is not None:
            raise InvalidRequestProblem(
                f"{parameter_type} parameter {name} {described(error)}", **{"in": parameter_type, "name": name}
            )


class StrictJSONBodyValidator(JSONRequestBodyValidator):  # type: ignore[misc]  # Connexion has no types
    """Refuses what is not JSON (RFC 8259) in the charset that it claims; stock Connexion fails on some of that.

    What it accepts it passes on as UTF-8 and by its type, so that the handler gets what has been checked.
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
        try:
            text = content.decode(self._encoding)
        except LookupError:
            raise InvalidRequestProblem(
                "the charset of the Content-Type is unknown; send UTF-8", **{"in": "header", "name": "Content-Type"}
            ) from None
        except UnicodeDecodeError as error:
            raise InvalidRequestProblem(
                f"the body is not {self._encoding}: byte {error.start} cannot be read", **{"in": "body"}
            ) from None
        return _parsed(text) if text else None

    def _validate(self, body: Any) -> None:  # noqa: ANN401  (JSON)
        error = next(_OfBody(self._schema).iter_errors(body), None)
        if error is not None:
            name = ".".join(map(str, error.absolute_path))
            raise InvalidRequestProblem(
                f"the body's {name} {described(error)}" if name else f"the body {_of_whole(error)}",
                **{"in": "body", "name": name},
            )


def _of_whole(error: ValidationError) -> str:
    text = described(error)
    return f"is incomplete: {text}" if error.validator == "required" else text


def _parsed(text: str) -> Any:  # noqa: ANN401  (JSON)
    try:
        body = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise InvalidRequestProblem("the body is nested too deeply", **{"in": "body"}) from None
    except ValueError as error:
        raise InvalidRequestProblem(f"the body is not JSON: {error}", **{"in": "body"}) from None
    if any(_is_unstorable(string) for string in _strings(body)):
        raise InvalidRequestProblem(
            "a string in the body has a NUL or half a surrogate pair; no store keeps those", **{"in": "body"}
        )
    return body


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _is_unstorable(string: str) -> bool:
    return any(character == "\0" or "\ud800" <= character <= "\udfff" for character in string)


def _strings(body: Any) -> Iterable[str]:  # noqa: ANN401  (JSON)
    """Every string in a JSON document, the names of its members included."""
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
