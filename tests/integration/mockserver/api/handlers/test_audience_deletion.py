"""Deletion of audiences as on the delete page, end to end."""

import pytest

from tests.harness.sandbox_client import World

STATUSES = ["queued", "running"]
OUTCOMES = ["completed", "failed", "cancelled"]


def test_a_ready_audience_is_deleted_with_the_documented_response(world: World) -> None:
    answer = world.call("DELETE", f"/audiences/{world.ready()}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert {**answer.json(), "traceId": "any"} == {
        "success": True,
        "data": {"deleted": True},
        "error": None,
        "traceId": "any",
    }


def test_a_deleted_audience_is_gone_everywhere_and_nothing_else_changes(world: World) -> None:
    gone, kept = world.ready(), world.ready(5)
    folder = world.folder()
    world.call("POST", f"/audiences/{gone}/move-to-folder", {"folderId": folder})
    before = {gone: world.call("GET", f"/audiences/{gone}"), kept: world.call("GET", f"/audiences/{kept}")}

    world.call("DELETE", f"/audiences/{gone}")

    refused = [
        world.call("GET", f"/audiences/{gone}"),
        world.call("PATCH", f"/audiences/{gone}", {"name": "New"}),
        world.call("GET", f"/audiences/{gone}/prospects"),
        world.call("POST", f"/audiences/{gone}/move-to-folder", {"folderId": folder}),
        world.call("POST", f"/audiences/{gone}/remove-from-folder"),
        world.call("DELETE", f"/audiences/{gone}"),
    ]
    assert [answer.status_code for answer in refused] == [404] * 6
    assert {answer.json()["error"]["code"] for answer in refused} == {"NOT_FOUND"}
    assert world.listed() == [kept]
    navigation = world.call("GET", "/audiences/navigation").json()["data"]
    assert [audience["id"] for audience in navigation["ungroupedAudiences"]] == [kept]
    assert [folder["audiences"] for folder in navigation["folders"]] == [[]]
    assert world.call("GET", f"/audiences/{kept}").json()["data"] == before[kept].json()["data"]


@pytest.mark.parametrize("status", STATUSES)
def test_the_deletion_of_an_audience_with_an_active_job_is_refused_without_effect(world: World, status: str) -> None:
    world.ready()
    audience, job = world.populated(status)
    before = world.everything()

    answer = world.call("DELETE", f"/audiences/{audience}")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "AUDIENCE_NOT_READY")
    assert error["details"]["jobId"] == job
    assert error["details"]["jobStatus"] == status
    assert world.everything() == before


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_audience_can_be_deleted_after_any_end_of_its_prospecting(world: World, status: str, outcome: str) -> None:
    audience, job = world.populated(status)
    refused = world.call("DELETE", f"/audiences/{audience}")

    world.state("the prospecting has ended", jobId=job, outcome=outcome)

    assert refused.status_code == 409
    assert audience in world.listed()
    assert world.call("DELETE", f"/audiences/{audience}").status_code == 200
    assert world.call("DELETE", f"/audiences/{audience}").status_code == 404


def test_the_refusal_names_two_requests_that_end_the_job_and_both_work(world: World) -> None:
    first, second = world.populated()[0], world.populated()[0]
    details = {
        audience: world.call("DELETE", f"/audiences/{audience}").json()["error"]["details"]
        for audience in (first, second)
    }

    method, path = details[first]["cancel"].split(" ")
    world.client.request(method, path, headers={"Authorization": f"Bearer {world.key}"}).raise_for_status()
    method, path = details[second]["end"].split(" ")
    world.client.request(method, path).raise_for_status()

    assert [world.call("DELETE", f"/audiences/{audience}").status_code for audience in (first, second)] == [200, 200]


def test_a_refused_deletion_has_no_later_effect(world: World) -> None:
    audience, job = world.populated()
    world.call("DELETE", f"/audiences/{audience}")

    world.state("the prospecting has ended", jobId=job, outcome="completed")

    assert world.call("GET", f"/audiences/{audience}").status_code == 200


@pytest.mark.parametrize(
    ("method", "action", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"name": "New"}),
        ("DELETE", "", None),
        ("GET", "/prospects", None),
        ("POST", "/move-to-folder", {"folderId": ""}),
        ("POST", "/remove-from-folder", None),
    ],
)
def test_every_guarded_operation_is_refused_only_while_a_job_is_active(
    world: World, method: str, action: str, body: dict[str, str] | None
) -> None:
    audience, job = world.populated()
    sent = {"folderId": world.folder()} if body and "folderId" in body else body
    refused = world.call(method, f"/audiences/{audience}{action}", sent)

    world.state("the prospecting has ended", jobId=job, outcome="completed")

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "AUDIENCE_NOT_READY")
    assert world.call(method, f"/audiences/{audience}{action}", sent).status_code == 200


def test_list_and_navigation_hide_an_audience_being_populated(world: World) -> None:
    ready = world.ready()
    audience, job = world.populated()
    hidden = (world.listed(), world.call("GET", "/audiences/navigation").json()["data"]["ungroupedAudiences"])

    world.state("the prospecting has ended", jobId=job, outcome="completed")

    assert hidden[0] == [ready]
    assert [audience["id"] for audience in hidden[1]] == [ready]
    assert sorted(world.listed()) == sorted([ready, audience])


@pytest.mark.parametrize("extra", [{"headers": {"Idempotency-Key": "once"}}, {"body": {"force": True}}])
def test_additional_request_members_do_not_bypass_the_guard(world: World, extra: dict[str, object]) -> None:
    audience, _ = world.populated()

    assert world.call("DELETE", f"/audiences/{audience}?force=true", **extra).status_code == 409  # type: ignore[arg-type]
