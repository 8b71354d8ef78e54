"""Keys, permissions, tenancy, and the order in which refusals are decided."""

from typing import Any

import httpx
import pytest

from mockserver.domain.permission import ALL_PERMISSIONS
from tests.harness.operation_requests import OPERATIONS, REQUIRED, send_valid_request, valid_requests
from tests.harness.sandbox_client import World

SCOPED = sorted(set(OPERATIONS) - {"listAccounts"})


def foreign(world: World) -> World:
    """Create another account group of the same sandbox, with its own key."""
    created = world.state("an API key")
    return World(world.client, world.sandbox, created["apiKey"], created["accountGroupId"])


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Basic c2stdGVzdA==",
        "bearer\tx",
        "Bearer unknown",
        "Token sk_test_all_permissions",
    ],
)
def test_every_operation_is_401_without_a_known_key(world: World, operation: str, header: str | None) -> None:
    method, path, _ = OPERATIONS[operation]

    answer = world.client.request(
        method, path.replace("{", "").replace("}", ""), headers={} if header is None else {"Authorization": header}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")


def test_near_misses_of_a_key_are_unknown_keys(world: World) -> None:
    misses = [world.key[:-1], world.key + "x", world.key.upper(), world.key[:-1] + "_"]

    assert {world.call("GET", "/audiences", key=miss).status_code for miss in misses} == {401}


def test_two_authorization_headers_are_401(world: World) -> None:
    headers = [("Authorization", f"Bearer {world.key}"), ("Authorization", "Bearer unknown")]

    answer = world.client.get(f"/v1/accounts/{world.group}/audiences", headers=headers)

    assert answer.status_code == 401


def test_a_key_without_its_scheme_is_refused_with_the_form_of_the_header(world: World) -> None:
    answer = world.client.get("/v1/accounts", headers={"Authorization": world.key})

    error = answer.json()["error"]
    assert "the request has no header 'Authorization: Bearer <API key>'" in error["message"]
    assert "the word 'Bearer' belongs to it" in error["details"]["hint"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_authorization_scheme_is_case_insensitive(world: World, scheme: str) -> None:
    answer = world.client.get("/v1/accounts", headers={"Authorization": f"{scheme} {world.key}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("operation", SCOPED)
def test_the_required_permission_is_sufficient_and_necessary(world: World, operation: str) -> None:
    needed = REQUIRED[operation]
    alone, others = world.another_key(needed), world.another_key(*sorted(ALL_PERMISSIONS - {needed}))

    refused, accepted = send_valid_request(world, operation, others), send_valid_request(world, operation, alone)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert refused.json()["error"]["details"]["required"] == needed
    assert accepted.is_success


def test_any_valid_key_lists_exactly_its_own_account_groups(world: World) -> None:
    foreign(world)
    key = world.another_key()

    answer = world.client.get("/v1/accounts", headers={"Authorization": f"Bearer {key}"})

    assert [item["id"] for item in answer.json()["data"]["items"]] == [world.group]


@pytest.mark.parametrize("operation", SCOPED)
def test_a_foreign_account_group_is_403_whether_it_exists_or_not(world: World, operation: str) -> None:
    other = foreign(world)
    unknown = World(world.client, world.sandbox, world.key, "0" * 24)
    method, path, body = valid_requests(world)[operation]
    before = world.everything()

    answers = [
        World(world.client, world.sandbox, world.key, other.group).call(method, path, body),
        unknown.call(method, path, body),
        world.call(method, path, body, key=other.key),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    messages = {
        answer.json()["error"]["message"].replace(other.group, "?").replace("0" * 24, "?") for answer in answers[:2]
    }
    assert len(messages) == 1
    assert world.everything() == before


@pytest.mark.parametrize("operation", [name for name in SCOPED if "{audienceId}" in OPERATIONS[name][1]])
def test_an_audience_of_another_account_group_is_404_even_while_populated(world: World, operation: str) -> None:
    other = foreign(world)
    method, path, body = valid_requests(world)[operation]
    rest = "/".join(path.split("/")[3:])

    statuses = {
        world.call(method, f"/audiences/{audience}/{rest}".rstrip("/"), body).status_code
        for audience in (other.ready(), other.populated()[0])
    }

    assert statuses == {404}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    error: dict[str, Any] = answer.json()["error"]
    return answer.status_code, error["details"]["rule"]


def test_refusals_are_decided_in_the_documented_order(world: World) -> None:
    audience, _ = world.populated()
    bad_path, foreign_group = "/audiences/x/move-to-folder", World(world.client, world.sandbox, world.key, "0" * 24)
    powerless = world.another_key("audiences:read")
    limited = world.another_key("audiences:read")
    world.state("the rate limit is exhausted", apiKey=limited)
    folder = world.folder("monitoring")

    assert refusal(foreign_group.call("POST", bad_path, {}, key="unknown")) == (401, "api-key")
    assert refusal(foreign_group.call("POST", bad_path, {}, key=limited)) == (429, "rate-limit")
    assert refusal(foreign_group.call("POST", bad_path, {}, key=powerless)) == (403, "permission")
    assert refusal(foreign_group.call("POST", bad_path, {})) == (400, "validation")
    assert refusal(foreign_group.call("POST", f"/audiences/{audience}/move-to-folder", {})) == (400, "validation")
    assert refusal(foreign_group.call("POST", f"/audiences/{'0' * 24}/move-to-folder", {"folderId": folder})) == (
        403,
        "account-group",
    )
    assert refusal(world.call("POST", f"/audiences/{'0' * 24}/move-to-folder", {"folderId": folder})) == (
        404,
        "resource",
    )
    assert refusal(world.call("POST", f"/audiences/{audience}/move-to-folder", {"folderId": "0" * 24})) == (
        404,
        "resource",
    )
    assert refusal(world.call("POST", f"/audiences/{audience}/move-to-folder", {"folderId": folder})) == (409, "guard")
    assert refusal(world.call("POST", f"/audiences/{world.ready()}/move-to-folder", {"folderId": folder})) == (
        422,
        "folder-type",
    )


def test_a_key_is_refused_once_it_is_revoked(world: World) -> None:
    audience = world.ready()
    key = world.another_key("audiences:write")
    first = world.call("PATCH", f"/audiences/{audience}", {"name": "New"}, key=key)

    world.state("the API key is revoked", apiKey=key)

    second = world.call("PATCH", f"/audiences/{audience}", {"name": "Newer"}, key=key)
    assert (first.status_code, second.status_code) == (200, 401)
    assert world.call("GET", f"/audiences/{audience}").json()["data"]["name"] == "New"


def test_an_internal_failure_changes_nothing_and_hits_only_acceptable_requests(world: World) -> None:
    audience = world.ready()
    key = world.another_key(*sorted(ALL_PERMISSIONS))
    world.state("the server fails internally", apiKey=key, times=2)

    statuses = [
        world.call("DELETE", f"/audiences/{'0' * 24}", key=key).status_code,
        world.call("DELETE", f"/audiences/{audience}", key=key).status_code,
        world.call("GET", f"/audiences/{audience}").status_code,
        world.call("POST", "/audiences", {"name": "New", "type": "on_demand"}, key=key).status_code,
        len(world.listed()),
        world.call("DELETE", f"/audiences/{audience}", key=key).status_code,
    ]

    assert statuses == [404, 500, 200, 500, 1, 200]
