"""The checks of Schemathesis, and the requirement of the catalogue that each of them checks."""

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
    "ignored_auth": "it sends by itself, without our record, pace and redaction; the permission matrix covers more",
    "object_level_authorization": "it sends by itself, and only reads; the checks across account groups cover more",
    "positive_data_acceptance": "a request that fits the schemas may break a rule that is in no schema",
    "response_headers_conformance": "the contract documents no response header",
    "unsupported_method": "it demands 405, although 404 is allowed as well",
    "use_after_free": "an identifier may be given out again after a deletion; our own checks know which ones were",
}
"""The disabled checks, and the reasons. `ENABLED_CHECKS` has the others."""

_KEY_COMES_FIRST = frozenset({402, 403, 404, 409})
"""The statuses that a request without a key must not get, if only the key is missing."""

_NOT_FOUND, _NOT_IMPLEMENTED = 404, 501


@dataclass(frozen=True)
class SentCase:
    """A case that was sent.

    Attributes:
        operation: The operation that the case is generated for.
        case: The case.
        raw: The request.
        exchange: The exchange.
        has_key: Whether the request carried the key.
    """

    operation: OperationSpec
    case: Case
    raw: RawRequest
    exchange: Exchange
    has_key: bool


@dataclass(frozen=True)
class CheckFailure:
    """A failed check: the `fact` of the violated requirement's id, and the expected response."""

    fact: str
    expected: str


def check_failures(sent: SentCase, response: Response, contract: Contract) -> Iterator[CheckFailure]:
    """Yield the check failures that a documented sentence or the contract supports."""
    checks = [check for check in ENABLED_CHECKS if not (check is not_a_server_error and _would_send(sent.case))]
    if _fails(checks, sent.case, response):
        for check in checks:
            if _fails([check], sent.case, response):
                fact = ENABLED_CHECKS[check](sent, contract)
                if fact is not None:
                    yield CheckFailure(fact, _EXPECTED[check])


def is_invalid(case: Case) -> bool:
    """Return whether the documentation calls a body invalid: a required member is missing, or has another type."""
    schema = _documented_schema(case)
    if schema is None or is_shape_probe(case):
        return False
    body = _decoded_body(case)
    if not isinstance(body, dict):
        return True
    alternatives = schema.get("anyOf", [schema])
    properties = {name: member for one in alternatives for name, member in one["properties"].items()}
    if "anyOf" in schema:  # a member may be emptied by null
        is_incomplete = not properties.keys() & body.keys()
    else:
        is_incomplete = any(body.get(name) is None for name in schema.get("required", ()))
    is_wrong = any(_is_wrong(body[name], properties[name]) for name in properties if name in body)
    return is_incomplete or is_wrong


def _documented_schema(case: Case) -> dict[str, Any] | None:
    """Return the schema of the body; None where there is none, or where the contract infers it."""
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    is_documented = isinstance(schema, dict) and schema.keys() & {"properties", "anyOf"} and "x-inferred" not in schema
    return schema if is_documented else None


def _decoded_body(case: Case) -> object:
    """Return the body as a server decodes it; None where there is no body, or where it is no JSON."""
    if case.body is NOT_SET:
        return None
    if isinstance(case.body, bytes):
        try:
            return json.loads(case.body)
        except ValueError:
            return None
    return case.body


def _is_wrong(value: object, schema: Mapping[str, Any]) -> bool:
    """Return whether a member has another type, or none of the listed values; null may mean "none"."""
    if value is None:
        return False
    if not isinstance(value, str):
        return True
    listed = schema.get("enum")
    return listed is not None and value.strip().lower() not in listed


def _would_send(case: Case) -> bool:
    """Return whether the check for server errors would send a second request by itself, for comparison."""
    return coverage_scenario(case) in CONTENT_TYPE_PROBES


def _fails(checks: list[CheckFunction], case: Case, response: Response) -> bool:
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup:
        return True
    return False


# For each check, a function that returns the fact of the violated requirement; None where none is violated.


def _fact_of_server_error(sent: SentCase, _: Contract) -> str | None:
    """Return CONSISTENT, as 500 is a documented row; None for 501, the response to an unknown method."""
    return None if sent.exchange.status == _NOT_IMPLEMENTED else "CONSISTENT"


def _fact_of_status(sent: SentCase, _: Contract) -> str | None:
    """Return ROW-OTHER, except for a 404 that the account group may be the reason of."""
    may_mean_group = sent.exchange.status == _NOT_FOUND and sent.operation is not operations.LIST_ACCOUNTS
    return "ROW-OTHER" if sent.raw.operation is not None and not may_mean_group else None


def _fact_of_row(sent: SentCase, contract: Contract) -> str | None:
    """Return the row, a MUST, where our own validation finds a violation of a documented schema; else INFERRED."""
    status = sent.exchange.status
    row = contract.row(sent.operation, status) if sent.raw.operation is not None and status is not None else None
    if row is None:
        return None
    documented, _ = schema_violations(sent.exchange, row)
    return f"ROW-{status}" if documented else "INFERRED"


def _fact_of_accepted_negative(sent: SentCase, _: Contract) -> str | None:
    """Return the fact where an invalid request is accepted.

    Bounds and queries that the contract infers, or that a server may ignore, are not violated.
    """
    if sent.exchange.status not in SUCCESS or is_shape_probe(sent.case):
        return None
    if not sent.has_key:
        return "KEY"
    if is_invalid(sent.case):
        return "VALID"
    is_no_object = _documented_schema(sent.case) is None and not isinstance(_decoded_body(sent.case), dict)
    return "CONSISTENT" if is_no_object and len(sent.case.operation.body) > 0 else None


def _fact_of_missing_key(sent: SentCase, _: Contract) -> str | None:
    """Return KEY for a success, or a status that a key comes before; other errors may be reported before the key's."""
    status = sent.exchange.status
    return "KEY" if not sent.has_key and (status in SUCCESS or status in _KEY_COMES_FIRST) else None


ENABLED_CHECKS: Mapping[CheckFunction, Callable[[SentCase, Contract], str | None]] = {
    not_a_server_error: _fact_of_server_error,
    status_code_conformance: _fact_of_status,
    content_type_conformance: _fact_of_row,
    response_schema_conformance: _fact_of_row,
    negative_data_rejection: _fact_of_accepted_negative,
    missing_required_header: _fact_of_missing_key,
}
_EXPECTED: Mapping[CheckFunction, str] = {
    not_a_server_error: "no server error",
    status_code_conformance: "one of the documented statuses",
    content_type_conformance: "the documented media type",
    response_schema_conformance: "a body that fits the contract",
    negative_data_rejection: "a refusal of an invalid request",
    missing_required_header: "401, without a key",
}
