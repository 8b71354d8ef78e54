"""The contract for request validation, narrowed by this server's own choices where the vendor is silent."""

import copy
from typing import Any

from mockserver.domain.identifier import PATTERN
from mockserver.domain.job import JobStatus

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_LIMIT = {"minimum": 1, "maximum": MAX_LIMIT, "multipleOf": 1, "default": DEFAULT_LIMIT}
_STATUS = {"enum": [status.value for status in JobStatus]}
_SCHEMAS = "#/components/schemas/"
_UNDESCRIBED = {"default": {"description": "JSON", "content": {"application/json": {}}}}


def with_policy(contract: dict[str, Any], *, responses: bool = True) -> dict[str, Any]:
    """Return a copy of the contract with this server's constraints on identifiers, limits and statuses.

    Args:
        contract: The vendor's contract.
        responses: Whether to keep the schemas of responses, which only a server that validates its responses needs.
    """
    narrowed = copy.deepcopy(contract if responses else _without_responses(contract))
    for parameter in narrowed["components"]["parameters"].values():
        _narrow(parameter)
    for path_item in narrowed["paths"].values():
        for parameter in path_item.get("parameters", []):
            _narrow(parameter)
        for method in _METHODS & path_item.keys():
            for parameter in path_item[method].get("parameters", []):
                _narrow(parameter)
    return narrowed


def _without_responses(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with undescribed JSON responses, and without the components that only responses refer to."""
    paths = {
        path: {
            name: {**member, "responses": _UNDESCRIBED} if name in _METHODS else member
            for name, member in path_item.items()
        }
        for path, path_item in contract["paths"].items()
    }
    components = contract["components"]
    kept = {name: components[name] for name in ("parameters", "securitySchemes")}
    referenced: set[str] = set()
    pending: list[Any] = [paths, kept]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            pending += node.values()
            name = str(node.get("$ref", "")).removeprefix(_SCHEMAS)
            if name in components["schemas"] and name not in referenced:
                referenced.add(name)
                pending.append(components["schemas"][name])
    return {
        **contract,
        "paths": paths,
        "components": {**kept, "schemas": {name: components["schemas"][name] for name in referenced}},
    }


def _narrow(parameter: dict[str, Any]) -> None:
    match parameter.get("in"), parameter.get("name"):
        case "path", _:
            parameter["schema"]["pattern"] = PATTERN
        case "query", "limit":
            parameter["schema"].update(_LIMIT)
        case "query", "status":
            parameter["schema"].update(_STATUS)


def permissions(contract: dict[str, Any]) -> dict[str, str | None]:
    """Return the permission that each operation requires, by operationId; None for any valid key."""
    return {operation["operationId"]: operation.get("x-required-permission") for operation in _operations(contract)}


def methods(contract: dict[str, Any]) -> frozenset[str]:
    """Return the HTTP methods of the contract's operations; GET implies HEAD."""
    names = {method.upper() for path_item in contract["paths"].values() for method in _METHODS & path_item.keys()}
    return frozenset(names | {"HEAD"} if "GET" in names else names)


def with_body(contract: dict[str, Any]) -> frozenset[str]:
    """Return the operationIds of the operations that take a body."""
    return frozenset(operation["operationId"] for operation in _operations(contract) if "requestBody" in operation)


def _operations(contract: dict[str, Any]) -> list[dict[str, Any]]:
    return [path_item[method] for path_item in contract["paths"].values() for method in _METHODS & path_item.keys()]
