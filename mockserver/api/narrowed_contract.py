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


def with_policy(contract: dict[str, Any], *, responses: bool = True) -> dict[str, Any]:
    """A copy of the contract in which identifiers, limits and statuses are as narrow as this server takes them.

    Without `responses` it has no schemas of those: a server that does not check its own answers need not load them.
    """
    narrowed = copy.deepcopy(contract if responses else _of_requests(contract))
    for parameter in narrowed["components"]["parameters"].values():
        _narrow(parameter)
    for item in narrowed["paths"].values():
        for parameter in item.get("parameters", []):
            _narrow(parameter)
        for method in _METHODS & item.keys():
            for parameter in item[method].get("parameters", []):
                _narrow(parameter)
    return narrowed


def _of_requests(contract: dict[str, Any]) -> dict[str, Any]:
    """The contract with nothing of its responses but that they are JSON, nor what only they refer to."""
    paths = {
        path: {name: {**part, "responses": _UNDESCRIBED} if name in _METHODS else part for name, part in item.items()}
        for path, item in contract["paths"].items()
    }
    components = contract["components"]
    kept = {name: components[name] for name in ("parameters", "securitySchemes")}
    referred: set[str] = set()
    pending: list[Any] = [paths, kept]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            pending += node.values()
            name = str(node.get("$ref", "")).removeprefix(_SCHEMAS)
            if name in components["schemas"] and name not in referred:
                referred.add(name)
                pending.append(components["schemas"][name])
    return {
        **contract,
        "paths": paths,
        "components": {**kept, "schemas": {one: components["schemas"][one] for one in referred}},
    }


_SCHEMAS = "#/components/schemas/"
_UNDESCRIBED = {"default": {"description": "JSON", "content": {"application/json": {}}}}


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


def methods(contract: dict[str, Any]) -> frozenset[str]:
    """The HTTP methods of the contract's operations; where it has GET, HEAD goes as well."""
    found = {method.upper() for item in contract["paths"].values() for method in _METHODS & item.keys()}
    return frozenset(found | {"HEAD"} if "GET" in found else found)


def with_body(contract: dict[str, Any]) -> frozenset[str]:
    """The operations that take a body, by operationId."""
    return frozenset(operation["operationId"] for operation in _operations(contract) if "requestBody" in operation)


def _operations(contract: dict[str, Any]) -> list[dict[str, Any]]:
    return [item[method] for item in contract["paths"].values() for method in _METHODS & item.keys()]
