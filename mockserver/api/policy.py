"""The contract with our server's own choices written into it, for validation alone: where the vendor is silent."""

import copy
from typing import Any

from mockserver.domain.identifier import PATTERN
from mockserver.domain.job import JobStatus

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_LIMIT = {"minimum": 1, "maximum": MAX_LIMIT, "multipleOf": 1, "default": DEFAULT_LIMIT}
_STATUS = {"enum": [status.value for status in JobStatus]}


def with_policy(contract: dict[str, Any]) -> dict[str, Any]:
    """A copy of the contract in which identifiers, limits and statuses are as narrow as this server takes them."""
    narrowed = copy.deepcopy(contract)
    for parameter in narrowed["components"]["parameters"].values():
        _narrow(parameter)
    for item in narrowed["paths"].values():
        for parameter in item.get("parameters", []):
            _narrow(parameter)
        for method in _METHODS & item.keys():
            for parameter in item[method].get("parameters", []):
                _narrow(parameter)
    return narrowed


def _narrow(parameter: dict[str, Any]) -> None:
    match parameter.get("in"), parameter.get("name"):
        case "path", _:
            parameter["schema"]["pattern"] = PATTERN
        case "query", "limit":
            parameter["schema"].update(_LIMIT)
        case "query", "status":
            parameter["schema"].update(_STATUS)


def permissions(contract: dict[str, Any]) -> dict[str, str | None]:
    """The permission that each operation requires, by operationId; None where any valid key will do."""
    return {operation["operationId"]: operation.get("x-required-permission") for operation in _operations(contract)}


def with_body(contract: dict[str, Any]) -> frozenset[str]:
    """The operations that take a body, by operationId."""
    return frozenset(operation["operationId"] for operation in _operations(contract) if "requestBody" in operation)


def _operations(contract: dict[str, Any]) -> list[dict[str, Any]]:
    return [item[method] for item in contract["paths"].values() for method in _METHODS & item.keys()]
