"""The contract cut to the measured operations, and one that lists."""

from typing import Any

import yaml

OPERATIONS = ("createAudience", "getAudience", "deleteAudience", "listAudiences")


def cut(contract: str, operations: tuple[str, ...] = OPERATIONS) -> str:
    """Return a contract in YAML with these operations alone; links, which name others, go."""
    document = yaml.safe_load(contract)
    document["paths"] = {
        path: kept for path, item in document["paths"].items() if (kept := _operations(item, operations))
    }
    document["components"].pop("links", None)
    return yaml.safe_dump(document, sort_keys=False)


def _operations(item: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """Return the kept operations of a path."""
    kept = {
        method: operation
        for method, operation in item.items()
        if isinstance(operation, dict) and operation.get("operationId") in operations
    }
    for operation in kept.values():
        for response in operation["responses"].values():
            response.pop("links", None)
    return kept
