"""What Schemathesis' checks say of an exchange, and which requirement of the catalogue each of them speaks for."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.meta import CONTENT_TYPE_PROBES, coverage_scenario
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import RawRequest
from conformance.client.contract import Contract, schema_violations
from conformance.fuzzing.cases import Case
from conformance.fuzzing.conversion import is_shape_probe
from conformance.results.exchange import SUCCESS, Exchange

DISABLED_CHECKS: Mapping[str, str] = {
    "allow_header_conformance": "`/audiences/folders` and `/audiences/navigation` overlap `/audiences/{audienceId}`",
    "ensure_resource_availability": "it blames a creation for an identifier that was invented for a body",
    "ignored_auth": "it sends by itself, past our record, pace and redaction; the permission matrix asks more",
    "object_level_authorization": "it sends by itself, and reads only; the tenancy crossings ask more",
    "positive_data_acceptance": "what fits the schemas may break a rule that no schema says",
    "response_headers_conformance": "the contract documents no response header",
    "unsupported_method": "it demands 405, where 404 is as legal",
    "use_after_free": "an identifier may be given out again after a deletion; our own checks know which were",
}
"""The checks that are not asked, and why not. The others stand at the end of this module."""

_KEY_COMES_FIRST = frozenset({402, 403, 404, 409})
"""Nobody without a key is told these, where nothing but the key is missing."""

_NOT_FOUND, _NOT_IMPLEMENTED = 404, 501


@dataclass(frozen=True)
class Sent:
    """An exchange with what it was made from. `keyed`: the request carried the key."""

    operation: OperationSpec
    case: Case
    raw: RawRequest
    exchange: Exchange
    keyed: bool


@dataclass(frozen=True)
class CheckFailure:
    """That a requirement is broken: the `fact` of its id, and what was expected in its place."""

    fact: str
    expected: str


def check_failures(sent: Sent, response: Response, wire: Contract) -> Iterator[CheckFailure]:
    """What the checks object to, as far as a sentence of the documentation or the contract bears it out."""
    asked = [one for one in ENABLED_CHECKS if not (one is not_a_server_error and _would_send(sent.case))]
    if _objects(asked, sent.case, response):
        for check in asked:
            if _objects([check], sent.case, response):
                fact = ENABLED_CHECKS[check](sent, wire)
                if fact is not None:
                    yield CheckFailure(fact, _EXPECTED[check])


def is_invalid(case: Case) -> bool:
    """Whether the page itself calls a body invalid: it lacks what is required, or has a member of another type."""
    schema = _documented_body(case)
    if schema is None or is_shape_probe(case):
        return False
    body = _body(case)
    if not isinstance(body, dict):
        return True
    known = schema["properties"]
    lacks = any(body.get(name) is None for name in schema.get("required", ()))
    empty = "anyOf" in schema and not any(name in body for name in known)
    return lacks or empty or any(_is_wrong(body[name], known[name]) for name in known if name in body)


def _documented_body(case: Case) -> dict[str, Any] | None:
    """The schema of the body, None where there is none or where the contract infers it."""
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return schema if isinstance(schema, dict) and "properties" in schema and "x-inferred" not in schema else None


def _body(case: Case) -> object:
    """The body as a server reads it; None where it is none, or no JSON."""
    if case.body is NOT_SET:
        return None
    if isinstance(case.body, bytes):
        try:
            return json.loads(case.body)
        except ValueError:
            return None
    return case.body


def _is_wrong(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether a member has another type or none of the values that are listed; null may stand for "none"."""
    if value is None:
        return False
    if not isinstance(value, str):
        return True
    listed = schema.get("enum")
    return listed is not None and value.strip().lower() not in listed


def _would_send(case: Case) -> bool:
    """Whether the check for server errors would send a second request by itself, to compare."""
    return coverage_scenario(case) in CONTENT_TYPE_PROBES


def _objects(checks: list[CheckFunction], case: Case, response: Response) -> bool:
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup:
        return True
    return False


# Which requirement each check speaks for, if any.


def _server_error(sent: Sent, _: Contract) -> str | None:
    """A 500 is a documented row, so nothing is broken for certain; 501 is the answer to an unknown method."""
    return None if sent.exchange.status == _NOT_IMPLEMENTED else "CONSISTENT"


def _status(sent: Sent, _: Contract) -> str | None:
    """Of each operation that is in an account group, 404 may mean that."""
    is_of_the_group = sent.exchange.status == _NOT_FOUND and sent.operation is not operations.LIST_ACCOUNTS
    return "ROW-OTHER" if sent.raw.operation is not None and not is_of_the_group else None


def _row(sent: Sent, wire: Contract) -> str | None:
    """Documented only where our own judge says so too: what the contract infers is never a MUST."""
    status = sent.exchange.status
    row = wire.row(sent.operation, status) if sent.raw.operation is not None and status is not None else None
    if row is None:
        return None
    documented, _ = schema_violations(sent.exchange, row)
    return f"ROW-{status}" if documented else "INFERRED"


def _negative(sent: Sent, _: Contract) -> str | None:
    """Accepting is the fault. Bounds and queries that the contract infers, or that a server may not read, are not."""
    if sent.exchange.status not in SUCCESS or is_shape_probe(sent.case):
        return None
    if not sent.keyed:
        return "KEY"
    if is_invalid(sent.case):
        return "VALID"
    inferred = _documented_body(sent.case) is None and not isinstance(_body(sent.case), dict)
    return "CONSISTENT" if inferred and len(sent.case.operation.body) > 0 else None


def _key(sent: Sent, _: Contract) -> str | None:
    """What else is wrong with the request may be said before; a success, or what only a key's owner may know, not."""
    status = sent.exchange.status
    return "KEY" if not sent.keyed and (status in SUCCESS or status in _KEY_COMES_FIRST) else None


ENABLED_CHECKS: Mapping[CheckFunction, Callable[[Sent, Contract], str | None]] = {
    not_a_server_error: _server_error,
    status_code_conformance: _status,
    content_type_conformance: _row,
    response_schema_conformance: _row,
    negative_data_rejection: _negative,
    missing_required_header: _key,
}
_EXPECTED: Mapping[CheckFunction, str] = {
    not_a_server_error: "no server error",
    status_code_conformance: "one of the documented statuses",
    content_type_conformance: "the documented media type",
    response_schema_conformance: "a body as the contract has it",
    negative_data_rejection: "a refusal of an invalid request",
    missing_required_header: "401, without a key",
}
