"""The client findings over HTTP, and the verification that a test asserts on."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.harness.sandbox_client import BODY, World

FAILING = "the server fails internally"


def verify(world: World, body: Mapping[str, Any] | None = None) -> httpx.Response:
    return world.client.post(f"/_mock/sandboxes/{world.sandbox}/verify", json=body)


@pytest.fixture
def blind(world: World) -> World:
    """A world in which a client has retried a deletion blindly (1, 2) and sent an invalid request (3)."""
    audience = world.ready()
    world.state(FAILING)
    world.call("DELETE", f"/audiences/{audience}")
    world.call("DELETE", f"/audiences/{audience}")
    world.call("POST", "/audiences", {"name": 5})
    return world


def test_a_correct_client_is_verified(world: World) -> None:
    audience = world.ready()
    world.state(FAILING)
    world.call("DELETE", f"/audiences/{audience}")
    world.call("GET", f"/audiences/{audience}")
    world.call("DELETE", f"/audiences/{audience}")

    answer = verify(world)

    assert (answer.status_code, answer.json()) == (200, {"findings": [], "held": 3, "dropped": 0})


def test_the_findings_of_a_faulty_client_are_returned(blind: World) -> None:
    answer = verify(blind)

    assert answer.status_code == 422
    verdict = answer.json()
    assert verdict["reason"] == "the client did what it should not: CLIENT-RETRY-UNREAD (1), CLIENT-CONTRACT (1)"
    assert [finding["exchanges"] for finding in verdict["findings"]] == [[1, 2], [3]]
    assert verdict["findings"][0] == {
        "rule": "CLIENT-RETRY-UNREAD",
        "summary": verdict["findings"][0]["summary"],
        "basis": "documented",
        "sentence": "not supported; check the current resource state before retrying this request.",
        "source": "https://app.sonarly.io/docs/api/audiences/audiences-delete",
        "operation": "deleteAudience",
        "exchanges": [1, 2],
        "advice": "Read the resource, or the list that it stands in, before you send the request again.",
    }


def test_findings_are_listed_without_a_verdict(blind: World) -> None:
    listed = blind.control("GET", "/findings")

    assert [finding["rule"] for finding in listed["findings"]] == ["CLIENT-RETRY-UNREAD", "CLIENT-CONTRACT"]
    assert [finding["rule"] for finding in blind.control("GET", "/findings?since=3")["findings"]] == ["CLIENT-CONTRACT"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"ignore": ["CLIENT-CONTRACT"]}, 422),
        ({"ignore": ["CLIENT-CONTRACT", "CLIENT-RETRY-UNREAD"]}, 200),
        ({"rules": ["CLIENT-RETRY-AFTER"]}, 200),
        ({"rules": ["CLIENT-CONTRACT"]}, 422),
        ({"rules": ["CLIENT-CONTRACT"], "ignore": ["CLIENT-CONTRACT"]}, 200),
        ({"rules": []}, 200),
        ({"since": 3}, 422),
        ({"since": 4}, 200),
        ({"since": 2, "rules": ["CLIENT-RETRY-UNREAD"]}, 422),
    ],
)
def test_a_verification_can_be_narrowed_by_rules_and_start(blind: World, body: dict[str, Any], status: int) -> None:
    assert verify(blind, body).status_code == status


@pytest.mark.parametrize("body", [{"rules": ["CLIENT-MANNERS"]}, {"since": -1}, {"since": "x"}, {"only": []}])
def test_an_invalid_verification_body_is_400(world: World, body: dict[str, Any]) -> None:
    assert verify(world, body).status_code == 400


def test_a_verification_changes_nothing(blind: World) -> None:
    before = blind.control("GET", "/journal")
    verify(blind)

    assert blind.control("GET", "/journal") == before


def test_every_kind_of_finding_arises_from_real_requests(world: World) -> None:
    audience, _ = world.populated()
    reader = world.another_key("audiences:read")
    world.state(FAILING)
    world.call("POST", "/prospecting", BODY, headers={"Idempotency-Key": "one"})
    world.call("POST", "/prospecting", BODY, headers={"Idempotency-Key": "two"})
    world.call("POST", "/prospecting", BODY | {"maxResults": 5}, headers={"Idempotency-Key": "two"})
    for _ in range(3):
        world.call("DELETE", f"/audiences/{audience}")
    for _ in range(2):
        world.call("DELETE", f"/audiences/{audience}", key=reader)
    world.call("GET", "/nothing")
    world.state(FAILING)
    world.call("POST", "/audiences", {"name": "New", "type": "on_demand"})
    world.call("POST", "/audiences", {"name": "New", "type": "on_demand"})

    rules = {finding["rule"] for finding in world.control("GET", "/findings")["findings"]}

    assert rules == {
        "CLIENT-START-KEY",
        "CLIENT-KEY-REUSED",
        "CLIENT-GUARD-HAMMERED",
        "CLIENT-PERMISSION-REPEATED",
        "CLIENT-CONTRACT",
        "CLIENT-RETRY-UNREAD",
    }
