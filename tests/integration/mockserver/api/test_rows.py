"""Every response row of the contract, reached by state, with the body that the contract promises."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest
from openapi_core.testing import MockResponse
from requests import Request as SentRequest

from openapi import contract, typed_contract
from tests.harness.operation_requests import OPERATIONS, PERMISSIONS, REQUIRED, send_valid_request, valid_requests
from tests.harness.sandbox_client import BODY, World

METHODS = ("get", "post", "patch", "delete")
UPSTREAM = 502  # the mock has no upstream that could fail
NOT_AN_ID = "no-identifier"
UNKNOWN = "0" * 24
Act = Callable[[World], httpx.Response]


def rows() -> list[tuple[str, int]]:
    """Return every (operationId, status) of the contract that state can bring about."""
    return [
        (item[method]["operationId"], int(status))
        for item in contract()["paths"].values()
        for method in METHODS
        if method in item
        for status in item[method]["responses"]
        if int(status) != UPSTREAM
    ]


def invalid(world: World, operation: str) -> httpx.Response:
    """Send the operation's request with an invalid path, query or body."""
    method, path, body = valid_requests(world)[operation]
    if path.count("/") > 1 and not path.endswith(("/folders", "/navigation")):
        parts = path.split("/")
        index = 3 if parts[2] == "folders" else 2
        path = "/".join([*parts[:index], NOT_AN_ID, *parts[index + 1 :]])
    elif body is not None:
        body = {"name": 5}
    elif operation != "getAudienceNavigation":
        path += "?limit=0"
    else:
        return World(world.client, world.sandbox, world.key, NOT_AN_ID).call(method, path)
    return world.call(method, path, body)


def unknown(world: World, operation: str) -> httpx.Response:
    """Send the operation's request for an unknown resource."""
    method, path, body = valid_requests(world)[operation]
    parts = path.split("/")
    index = 3 if parts[2] == "folders" else 2
    return world.call(method, "/".join([*parts[:index], UNKNOWN, *parts[index + 1 :]]), body)


def guarded(world: World, operation: str) -> httpx.Response:
    method, path, body = valid_requests(world)[operation]
    return world.call(method, "/".join(["", "audiences", world.populated()[0], *path.split("/")[3:]]), body)


def limited(world: World, operation: str) -> httpx.Response:
    key = world.another_key(*sorted(PERMISSIONS))
    world.state("the rate limit is exhausted", apiKey=key)
    return send_valid_request(world, operation, key)


def failing(world: World, operation: str) -> httpx.Response:
    key = world.another_key(*sorted(PERMISSIONS))
    world.state("the server fails internally", apiKey=key)
    return send_valid_request(world, operation, key)


def revoked(world: World, operation: str) -> httpx.Response:
    key = world.another_key(*sorted(PERMISSIONS))
    world.state("the API key is revoked", apiKey=key)
    return send_valid_request(world, operation, key)


def forbidden(world: World, operation: str) -> httpx.Response:
    needed = REQUIRED[operation]
    return send_valid_request(world, operation, world.another_key(*sorted(PERMISSIONS - {needed})))


def unwanted_monitoring(world: World) -> httpx.Response:
    seed = {"keys": [{"key": f"sk_test_of_{world.sandbox}"}], "accountGroups": [{"name": "Trial", "plan": "tester"}]}
    sandbox = world.client.post("/_mock/sandboxes", json={"seed": seed}).raise_for_status().json()
    trial = World(world.client, sandbox["id"], sandbox["keys"][0]["key"], sandbox["accountGroups"][0]["id"])
    return trial.call("POST", "/audiences", {"name": "New", "type": "monitoring"})


def blank_name(world: World) -> httpx.Response:
    return world.call("PATCH", f"/audiences/{world.ready()}", {"name": " "})


def other_folder_type(world: World) -> httpx.Response:
    folder = world.folder("monitoring")
    return world.call("POST", f"/audiences/{world.ready()}/move-to-folder", {"folderId": folder})


def ended_job(world: World) -> httpx.Response:
    job = world.started()
    world.state("the prospecting has ended", jobId=job, outcome="completed")
    return world.call("POST", f"/prospecting/{job}/cancel")


def no_credits(world: World) -> httpx.Response:
    world.state("the credits are exhausted")
    return world.call("POST", "/prospecting", BODY)


def too_many_jobs(world: World) -> httpx.Response:
    for _ in range(5):
        world.started()
    return world.call("POST", "/prospecting", BODY)


def replayed_job(world: World) -> httpx.Response:
    key = {"Idempotency-Key": "once"}
    first = world.call("POST", "/prospecting", BODY, headers=key).json()["data"]["jobId"]
    world.state("the prospecting has ended", jobId=first, outcome="completed")
    return world.call("POST", "/prospecting", BODY, headers=key)


BY_STATUS: Mapping[int, Callable[[World, str], httpx.Response]] = {
    200: send_valid_request,
    201: send_valid_request,
    202: send_valid_request,
    400: invalid,
    401: revoked,
    403: forbidden,
    404: unknown,
    409: guarded,
    429: limited,
    500: failing,
}
SPECIAL: Mapping[tuple[str, int], Act] = {
    ("createAudience", 422): unwanted_monitoring,
    ("updateAudience", 422): blank_name,
    ("moveAudienceToFolder", 422): other_folder_type,
    ("cancelProspectingJob", 422): ended_job,
    ("startProspectingJob", 402): no_credits,
    ("startProspectingJob", 409): too_many_jobs,
    ("startProspectingJob", 200): replayed_job,
}


@pytest.fixture(scope="module")
def checkers() -> list[OpenAPI]:
    """The contract, and the narrower one for generators of clients: each response fits both."""
    return [OpenAPI.from_dict(contract()), OpenAPI.from_dict(typed_contract())]


@pytest.mark.parametrize(("operation", "status"), rows())
def test_every_row_of_the_contract_is_reached_with_a_valid_body(
    world: World, checkers: list[OpenAPI], operation: str, status: int
) -> None:
    special = SPECIAL.get((operation, status))

    answer = special(world) if special else BY_STATUS[status](world, operation)

    assert answer.status_code == status, answer.text
    for checker in checkers:
        checker.validate_response(*as_openapi_core_has_it(answer))


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_an_ended_job_fits_both_contracts(world: World, checkers: list[OpenAPI], outcome: str) -> None:
    job = world.started()
    world.state("the prospecting has ended", jobId=job, outcome=outcome)

    answers = [world.call("GET", path) for path in (f"/prospecting/{job}", "/prospecting", "/audiences/navigation")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json()["data"]["status"] == outcome
    for answer in answers:
        for checker in checkers:
            checker.validate_response(*as_openapi_core_has_it(answer))


def as_openapi_core_has_it(answer: httpx.Response) -> tuple[Any, Any]:
    request = RequestsOpenAPIRequest(SentRequest(answer.request.method, str(answer.request.url)))
    return request, MockResponse(answer.content, answer.status_code, content_type=answer.headers["content-type"])


@pytest.mark.parametrize(("operation", "status"), rows())
def test_the_realistic_example_of_a_row_matches_the_response_of_the_server(
    world: World, operation: str, status: int
) -> None:
    special = SPECIAL.get((operation, status))
    row = resolved(OPERATIONS[operation][2]["responses"][str(status)])
    expected = resolved(row["content"]["application/json"]["examples"]["realistic"])["value"]

    body = (special(world) if special else BY_STATUS[status](world, operation)).json()

    assert set(body["data"] or {}) == set(expected["data"] or {})
    assert list(body["error"] or {}) == list(expected["error"] or {})
    if status not in SEVERAL:
        assert without_values(body["error"]) == without_values(expected["error"])


SEVERAL = {400, 401, 403}  # rows that several rules lead to; the example shows one of them


def without_values(error: dict[str, Any] | None) -> Any:
    """Return an error without its identifiers and numbers, and with only the names of its details."""
    if error is None:
        return None
    message = re.sub("sandboxes/[0-9a-z]+|[0-9a-f]{24}|[0-9]+", "?", error["message"])
    return {"code": error["code"], "message": message, "details": sorted(error["details"])}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return the node that a reference names, or the node itself."""
    if "$ref" not in node:
        return node
    target: Any = contract()
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return dict(target)
