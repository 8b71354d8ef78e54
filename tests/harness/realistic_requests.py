"""The realistic requests of the contract's examples, each of which succeeds in the sandbox `default`."""

from typing import Any

from tests.harness.documented_contract import Documented, operations, resolved

KEY = {"Authorization": "Bearer sk_test_all_permissions"}


def realistic_request(documented: Documented) -> dict[str, Any]:
    """Return the realistic request of an operation, as arguments for a client."""
    operation = operations()[documented.operation_id]
    values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in map(resolved, operation.get("parameters", [])):
        if "examples" in parameter:
            values[parameter["in"]][parameter["name"]] = parameter["examples"]["realistic"]["value"]
    content = operation.get("requestBody", {"content": {}})["content"]
    body = content["application/json"]["examples"]["realistic"]["value"] if content else None
    path = documented.path.format_map(values["path"])
    return {
        "method": documented.method,
        "url": path,
        "params": values["query"],
        "headers": values["header"],
        "json": body,
    }
