"""Prospecting jobs: started, watched, replayed, cancelled, paid for."""

from typing import Any

import pytest

from tests.harness.sandbox_client import BODY, World

PROFILES = [f"https://www.linkedin.com/in/person-{number}" for number in range(4)]
MINUTE = {"seconds": 60}


def start(world: World, key: str | None = None, **body: Any) -> Any:
    return world.call("POST", "/prospecting", BODY | body, headers={} if key is None else {"Idempotency-Key": key})


def freeze(world: World) -> None:
    world.control("PUT", "/clock", {"mode": "manual"})


def advance(world: World, seconds: float) -> None:
    world.control("POST", "/clock/advance", {"seconds": seconds})


def test_a_job_goes_from_queued_to_completed_with_time_and_fills_its_audience(world: World) -> None:
    freeze(world)
    job = start(world, maxResults=50, name="Leads").json()["data"]["jobId"]

    statuses = []
    for seconds in (0, 6, 12, 12):
        advance(world, seconds or 0.001)
        data = world.call("GET", f"/prospecting/{job}").json()["data"]
        stages = data["stages"]
        statuses.append((data["status"], stages["import"]["status"], stages["enrichment"]["status"]))

    assert statuses == [
        ("queued", "queued", "queued"),
        ("running", "running", "queued"),
        ("running", "running", "queued"),
        ("completed", "completed", "completed"),
    ]
    (audience,) = world.call("GET", "/audiences").json()["data"]["items"]
    assert (audience["name"], audience["type"], audience["prospectCount"]) == ("Leads", "linkedin_search", 50)


def test_an_audience_is_guarded_until_its_timed_job_has_ended(world: World) -> None:
    freeze(world)
    start(world)
    advance(world, 29.999)
    hidden = world.listed()

    advance(world, 0.001)

    assert hidden == []
    (audience,) = world.listed()
    assert world.call("DELETE", f"/audiences/{audience}").status_code == 200


def test_an_upload_imports_the_uploaded_profiles(world: World) -> None:
    job = start(world, source="url_upload", urls=PROFILES, maxResults=1).json()["data"]["jobId"]

    world.state("the prospecting has ended", jobId=job, outcome="completed")

    (audience,) = world.listed()
    prospects = world.call("GET", f"/audiences/{audience}/prospects").json()["data"]["items"]
    assert [prospect["linkedinUrl"] for prospect in prospects] == PROFILES[::-1]


@pytest.mark.parametrize(
    "order", [{"source": BODY["source"], "searchUrl": BODY["searchUrl"]}, dict(reversed(BODY.items()))]
)
def test_equal_starts_with_one_idempotency_key_return_the_same_job(world: World, order: dict[str, str]) -> None:
    first = start(world, "once")

    again = world.call("POST", "/prospecting", order, headers={"Idempotency-Key": "once"})

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["data"]["jobId"] == first.json()["data"]["jobId"]
    assert len(world.call("GET", "/prospecting").json()["data"]["items"]) == 1


def test_a_replay_of_a_completed_job_is_200(world: World) -> None:
    first = start(world, "once").json()["data"]["jobId"]
    world.state("the prospecting has ended", jobId=first, outcome="completed")

    again = start(world, "once")

    assert (again.status_code, again.json()["data"]["jobId"], again.json()["data"]["status"]) == (
        200,
        first,
        "completed",
    )


def test_an_idempotency_key_with_another_body_is_a_conflict(world: World) -> None:
    start(world, "once")

    again = start(world, "once", maxResults=7)

    assert (again.status_code, again.json()["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert len(world.call("GET", "/prospecting").json()["data"]["items"]) == 1


def test_starts_without_an_idempotency_key_create_new_jobs(world: World) -> None:
    assert start(world).json()["data"]["jobId"] != start(world).json()["data"]["jobId"]


def test_an_idempotency_key_is_forgotten_after_24_hours_of_sandbox_time(world: World) -> None:
    freeze(world)
    first = start(world, "once").json()["data"]["jobId"]
    advance(world, 24 * 3600 - 0.001)
    repeated = start(world, "once").json()["data"]["jobId"]

    advance(world, 0.001)

    assert repeated == first
    assert start(world, "once").json()["data"]["jobId"] != first


def test_a_refused_start_is_not_remembered(world: World) -> None:
    world.state("the credits are exhausted")
    refused = start(world, "once")
    world.state("the credits are exhausted", action="teardown")

    assert (refused.status_code, start(world, "once").status_code) == (402, 202)


def test_five_jobs_may_be_active_and_a_sixth_may_not(world: World) -> None:
    statuses = [start(world).status_code for _ in range(6)]

    assert statuses == [202] * 5 + [409]
    assert len(world.call("GET", "/prospecting").json()["data"]["items"]) == 5


def test_a_cancelled_job_keeps_its_imported_prospects(world: World) -> None:
    freeze(world)
    job = start(world, maxResults=100).json()["data"]["jobId"]
    advance(world, 18)

    answer = world.call("POST", f"/prospecting/{job}/cancel")

    assert answer.json()["data"] == {"jobId": job, "status": "cancelled"}
    (audience,) = world.call("GET", "/audiences").json()["data"]["items"]
    assert audience["prospectCount"] == 62


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_a_job_that_has_ended_cannot_be_cancelled(world: World, outcome: str) -> None:
    job = start(world).json()["data"]["jobId"]
    world.state("the prospecting has ended", jobId=job, outcome=outcome)
    before = world.call("GET", f"/prospecting/{job}").json()["data"]

    answer = world.call("POST", f"/prospecting/{job}/cancel")

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert world.call("GET", f"/prospecting/{job}").json()["data"] == before


def test_a_failed_job_has_an_error(world: World) -> None:
    job = start(world).json()["data"]["jobId"]
    world.state("the prospecting has ended", jobId=job, outcome="failed")

    data = world.call("GET", f"/prospecting/{job}").json()["data"]

    assert (data["status"], data["error"]["code"]) == ("failed", "PROSPECTING_FAILED")


def test_a_polled_job_advances_with_each_read(world: World) -> None:
    world.control("PUT", "/job-pace", {"pace": "polls", "polls": 3})
    job = start(world).json()["data"]["jobId"]

    statuses = [world.call("GET", f"/prospecting/{job}").json()["data"]["status"] for _ in range(4)]

    assert statuses == ["queued", "running", "completed", "completed"]


def test_an_immediate_job_is_completed_when_started(world: World) -> None:
    world.control("PUT", "/job-pace", {"pace": "immediate"})

    answer = start(world, maxResults=9)

    assert answer.json()["data"]["status"] == "completed"
    assert [item["prospectCount"] for item in world.call("GET", "/audiences").json()["data"]["items"]] == [9]


class TestCredits:
    """A sandbox whose account group has 100 credits on the plan `starter`."""

    @pytest.fixture
    def world(self, world: World) -> World:
        seed = {
            "keys": [{"key": f"sk_test_of_{world.sandbox}"}],
            "accountGroups": [{"name": "Poor", "plan": "starter", "credits": 100}],
        }
        sandbox = world.client.post("/_mock/sandboxes", json={"seed": seed}).raise_for_status().json()
        return World(world.client, sandbox["id"], sandbox["keys"][0]["key"], sandbox["accountGroups"][0]["id"])

    def test_a_job_that_may_cost_more_than_the_credits_is_402_and_not_started(self, world: World) -> None:
        answer = start(world, maxResults=51, searchEmails=True)

        assert (answer.status_code, answer.json()["error"]["code"]) == (402, "INSUFFICIENT_CREDITS")
        assert answer.json()["error"]["details"]["needed"] == 102
        assert world.call("GET", "/prospecting").json()["data"]["items"] == []
        assert start(world, maxResults=50, searchEmails=True).status_code == 202

    def test_credits_for_an_active_job_are_reserved(self, world: World) -> None:
        start(world, maxResults=60)

        assert start(world, maxResults=41).status_code == 402
        assert start(world, maxResults=40).status_code == 202

    def test_only_imported_prospects_are_charged(self, world: World) -> None:
        freeze(world)
        job = start(world, maxResults=100).json()["data"]["jobId"]
        world.call("POST", f"/prospecting/{job}/cancel")

        assert start(world, maxResults=100).status_code == 202
        advance(world, 30)
        assert start(world, maxResults=1).status_code == 402

    def test_max_results_above_the_cap_of_the_plan_is_lowered_to_it(self, world: World) -> None:
        answer = start(world, maxResults=5_000)

        assert answer.json()["error"]["details"]["needed"] == 1_000
