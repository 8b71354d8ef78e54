"""The realistic examples of requests, sent to the sandbox `default` as it is after a reset."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.documented_contract import CONTRACT, OPERATIONS, Documented, case_id, operations, resolved
from tests.harness.in_thread import served

KEY = {"Authorization": "Bearer sk_test_all_permissions"}
OPEN = {"id", "jobId", "createdAt", "updatedAt", "items", "folders", "ungroupedAudiences", "stages"}
"""Members whose values the server makes up, and those that the examples shorten."""


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, headers=KEY, timeout=20) as client:
        yield client


def parameters(operation_id: str) -> dict[str, dict[str, Any]]:
    """Return the values of the parameters with a realistic example, by where they stand and by name."""
    values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in map(resolved, operations()[operation_id].get("parameters", [])):
        if "examples" in parameter:
            values[parameter["in"]][parameter["name"]] = parameter["examples"]["realistic"]["value"]
    return values


def realistic_request(documented: Documented) -> dict[str, Any]:
    """Return the realistic request of an operation, as arguments for a client."""
    values = parameters(documented.operation_id)
    operation = operations()[documented.operation_id]
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


@pytest.mark.parametrize("documented", OPERATIONS, ids=case_id)
def test_a_realistic_request_succeeds_in_the_sandbox_default(client: httpx.Client, documented: Documented) -> None:
    client.post("/_mock/sandboxes/default/reset").raise_for_status()

    response = client.request(**realistic_request(documented))

    assert response.is_success, response.text
    expected = resolved(operations()[documented.operation_id]["responses"][str(response.status_code)])
    example = resolved(expected["content"]["application/json"]["examples"]["realistic"])["value"]
    assert settled(response.json()["data"]) == settled(example["data"])


def test_the_prospect_of_the_example_is_in_the_sandbox_default(client: httpx.Client) -> None:
    documented = next(each for each in OPERATIONS if each.operation_id == "listAudienceProspects")
    shown = resolved(CONTRACT["components"]["examples"]["realistic-200-listAudienceProspects"])["value"]
    client.post("/_mock/sandboxes/default/reset").raise_for_status()

    listed = client.request(**realistic_request(documented)).raise_for_status().json()

    assert shown["data"]["items"] == listed["data"]["items"][:1]


def settled(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in OPEN}


def test_every_parameter_but_a_cursor_has_a_realistic_example() -> None:
    declared = CONTRACT["components"]["parameters"].items()

    without = {name for name, parameter in declared if "realistic" not in parameter.get("examples", {})}

    assert without == {"Cursor"}
