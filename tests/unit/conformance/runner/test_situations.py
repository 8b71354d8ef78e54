"""The situations in which a target cannot be checked at all."""

import httpx
import pytest

from conformance.catalogue.requirements import Profile
from conformance.runner.situations import is_not_served, narrower_profile, situation_of, without_version

BASE = "http://target/api"
ENVELOPE = {"success": False, "error": {}}


def page(status: int) -> httpx.Response:
    return httpx.Response(status, html="<html>")


def bare(status: int) -> httpx.Response:
    return httpx.Response(status, text="no")


def documented(status: int) -> httpx.Response:
    return httpx.Response(status, json=ENVELOPE)


@pytest.mark.parametrize(
    ("responses", "said"),
    [
        ([page(200), page(200)], "answers every request with an HTML page (200)"),
        ([page(302), page(200)], "answers every request with an HTML page (200, 302)"),
        ([bare(502), page(502), documented(503)], "answers 502, 503 to every request"),
        ([bare(404), documented(404)], "answers 404 to every request: is --base-url right?"),
    ],
)
def test_a_target_that_answers_every_request_alike_is_told(responses: list[httpx.Response], said: str) -> None:
    assert said in str(situation_of(BASE, responses))


@pytest.mark.parametrize(
    "responses",
    [
        [documented(401), documented(404)],
        [documented(401), page(404)],
        [bare(502), documented(404)],
        [bare(405), bare(404), documented(200)],
    ],
)
def test_a_target_that_makes_a_difference_is_checked(responses: list[httpx.Response]) -> None:
    assert situation_of(BASE, responses) is None


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("http://host/v1", "http://host?"),
        ("http://host/v1/", "http://host?"),
        ("http://host:8080/api/v1/accounts", "http://host:8080/api?"),
        ("http://host/v10", None),
        ("http://v1.host/api", None),
    ],
)
def test_the_address_before_the_version_is_proposed(url: str, meant: str | None) -> None:
    question = without_version(url)

    assert question is None if meant is None else str(question).endswith(f"did you mean {meant}")


@pytest.mark.parametrize(
    ("response", "is_missing"),
    [(bare(404), True), (documented(404), False), (documented(405), True), (bare(501), True), (bare(400), False)],
)
def test_an_operation_that_is_not_served_is_no_missing_resource(
    response: httpx.Response,
    is_missing: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    assert is_not_served(response) is is_missing


@pytest.mark.parametrize(
    ("profile", "audiences", "jobs", "said"),
    [
        (Profile.FULL, [bare(404), bare(405)], [], "--profile delete"),
        (Profile.AUDIENCES, [bare(404), bare(405)], [], "--profile delete"),
        (Profile.FULL, [documented(200)], [bare(404), bare(404)], "--profile audiences"),
        (Profile.DELETE, [bare(404)], [], "None"),
        (Profile.FULL, [bare(404), documented(404)], [], "None"),
        (Profile.AUDIENCES, [documented(200)], [bare(404)], "None"),
        (Profile.FULL, [documented(403)], [bare(404)], "None"),
    ],
)
def test_a_narrower_profile_is_proposed_where_the_target_serves_no_more(
    profile: Profile, audiences: list[httpx.Response], jobs: list[httpx.Response], said: str
) -> None:
    assert said in str(narrower_profile(profile, audiences, jobs))
