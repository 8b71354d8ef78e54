"""Examples in place of responses, requested by a `Prefer` header."""

from typing import Any

import httpx
import pytest

from mockserver.api.examples import rows
from openapi import contract
from tests.harness.sandbox_client import World

DOCUMENTED = rows(contract())
EVERY = [
    (operation, status, name)
    for operation, known in sorted(DOCUMENTED.items())
    for status, row in known.items()
    for name in row.examples
]
REQUESTS = {
    operation["operationId"]: (method.upper(), path)
    for path, item in contract()["paths"].items()
    for method, operation in item.items()
    if isinstance(operation, dict)
}
AUDIENCE = "/audiences/b00000000000000000000001"


def send_with_preference(client: httpx.Client, key: str, operation: str, *prefer: str) -> httpx.Response:
    """Send a request of an operation without a body and with identifiers that need not exist."""
    method, path = REQUESTS[operation]
    for name in ("accountGroupId", "audienceId", "folderId", "jobId"):
        path = path.replace(f"{{{name}}}", "0" * 24)
    headers = [("Authorization", f"Bearer {key}"), *(("Prefer", value) for value in prefer)]
    return client.request(method, path, headers=headers)


def error(answer: httpx.Response) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["success"]) == (400, False), answer.text
    error_: dict[str, Any] = answer.json()["error"]
    return error_


@pytest.mark.parametrize(("operation", "status", "name"), EVERY)
def test_every_example_of_the_contract_can_be_requested(
    client: httpx.Client, world: World, operation: str, status: int, name: str
) -> None:
    answer = send_with_preference(client, world.key, operation, f"code={status}, example={name}")

    assert answer.status_code == status
    assert answer.json() == DOCUMENTED[operation][status].examples[name]
    assert answer.headers["preference-applied"] == f"code={status}, example={name}"
    assert answer.headers["vary"] == "Prefer"


def test_a_code_alone_selects_the_realistic_example_and_an_example_alone_the_success(world: World) -> None:
    guard = world.call("DELETE", AUDIENCE, headers={"Prefer": "code=409"})
    deleted = world.call("DELETE", AUDIENCE, headers={"Prefer": "example=documented"})

    assert (guard.status_code, guard.json()["error"]["code"]) == (409, "AUDIENCE_NOT_READY")
    assert guard.headers["preference-applied"] == "code=409"
    assert (deleted.status_code, deleted.json()["traceId"]) == (200, "507f1f77bcf86cd799439011")
    assert deleted.headers["preference-applied"] == "example=documented"


def test_an_example_response_changes_nothing(world: World) -> None:
    audience = world.ready()
    before = world.everything()

    world.call("DELETE", f"/audiences/{audience}", headers={"Prefer": "code=200"}).raise_for_status()
    world.call("POST", "/audiences", {"name": "x", "type": "on_demand"}, headers={"Prefer": "code=201"})

    assert world.everything() == before


def test_an_example_response_ignores_limits_faults_and_permissions(world: World) -> None:
    reader = world.another_key("audiences:read")
    world.control("POST", "/faults", {"kind": "response", "status": 500})
    world.state("the rate limit is exhausted", apiKey=reader)

    answer = world.call("DELETE", AUDIENCE, key=reader, headers={"Prefer": "code=200"})

    assert answer.json()["data"] == {"deleted": True}
    assert [fault["matched"] for fault in world.control("GET", "/faults")["faults"]] == [0]


@pytest.mark.parametrize("key", ["sk_test_nobody", "sk_test_revoked", "two keys"])
def test_an_example_without_a_valid_key_is_401(world: World, key: str) -> None:
    answer = send_with_preference(world.client, key, "deleteAudience", "code=200")

    assert answer.status_code == 401
    assert "preference-applied" not in answer.headers


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", AUDIENCE, 405)])
def test_a_request_without_an_operation_ignores_preferences(world: World, method: str, path: str, status: int) -> None:
    assert world.call(method, path, headers={"Prefer": "code=200"}).status_code == status


@pytest.mark.parametrize("code", ["418", "502", "abc", "", "0409", "409.0"])
def test_an_undocumented_code_is_400_with_the_documented_codes(world: World, code: str) -> None:
    refusal = error(send_with_preference(world.client, world.key, "deleteAudience", f'code="{code}"'))

    assert refusal["code"] == "VALIDATION_ERROR"
    assert refusal["details"]["documented"] == [200, 400, 401, 403, 404, 409, 429, 500]
    assert "200, 400, 401, 403, 404, 409, 429, 500" in refusal["message"]


def test_an_unknown_example_is_400_with_the_known_examples(world: World) -> None:
    refusal = error(send_with_preference(world.client, world.key, "deleteAudience", "code=409, example=funny"))

    assert refusal["details"]["documented"] == ["documented", "realistic"]


@pytest.mark.parametrize("prefer", ["respond-async", "dynamic=true", "return=minimal; code=409", ""])
def test_other_preferences_are_ignored(world: World, prefer: str) -> None:
    answer = world.call("GET", "/audiences", headers={"Prefer": prefer})

    assert answer.json()["data"]["items"] == []
    assert "preference-applied" not in answer.headers


def test_the_control_plane_ignores_preferences(world: World) -> None:
    answer = world.client.get("/_mock/health", headers={"Prefer": "code=500"})

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_an_example_with_an_expired_key_is_401(world: World) -> None:
    later = "2100-01-01T00:00:00.000Z"
    world.control("PATCH", f"/keys/{world.key}", {"expiresAt": later})
    world.control("PUT", "/clock", {"mode": "manual", "at": later})

    answer = send_with_preference(world.client, world.key, "deleteAudience", "code=200")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")
