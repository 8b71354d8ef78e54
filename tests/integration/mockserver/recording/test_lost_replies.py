"""Clients that meet an injected fault: the journal and the findings about their next request."""

from typing import Any

import httpx
import pytest

from tests.harness.sandbox_client import World

LOSING = ["reset-before", "reset-after", "truncated-body"]
AMBIGUOUS = {"reset-before": "lost", "reset-after": "lost", "truncated-body": "truncated"}
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "deleteAudience": ("DELETE", "/audiences/{audience}", None),
    "updateAudience": ("PATCH", "/audiences/{audience}", {"name": "another"}),
    "createAudience": ("POST", "/audiences", {"name": "new", "type": "on_demand"}),
    "moveAudienceToFolder": ("POST", "/audiences/{audience}/move-to-folder", {"folderId": "{folder}"}),
}


class Trial:
    """A world in which the reply to one request is lost."""

    def __init__(self, world: World, operation: str, kind: str) -> None:
        self.world = world
        self.audience, self.folder = world.ready(), world.folder()
        self.before = len(self.exchanges())
        [self.fault] = world.control("POST", "/faults", {"kind": kind, "operation": operation, "times": 1})["faults"]
        method, path, body = REQUESTS[operation]
        self.request = method, path.format(audience=self.audience), body
        if body and "folderId" in body:
            self.request = method, path.format(audience=self.audience), {"folderId": self.folder}

    def send(self) -> int | None:
        """Send the request; return None if no complete response arrives."""
        try:
            return self.world.call(*self.request).status_code
        except httpx.TransportError:
            return None

    def exchanges(self) -> list[dict[str, Any]]:
        """Return the exchanges of the journal, oldest first."""
        listed: list[dict[str, Any]] = self.world.control("GET", "/journal?order=oldest")["exchanges"]
        return listed

    def broken_rules(self) -> list[str]:
        """Return the rules that the client broke."""
        return [finding["rule"] for finding in self.world.control("GET", "/findings")["findings"]]


@pytest.mark.parametrize("operation", REQUESTS)
@pytest.mark.parametrize("kind", LOSING)
def test_a_blind_retry_of_a_lost_request_is_found_and_a_retry_after_a_read_is_not(
    world: World, operation: str, kind: str
) -> None:
    blind = Trial(world, operation, kind)

    assert blind.send() is None
    assert blind.broken_rules() == []
    lost = blind.exchanges()[blind.before]
    assert (lost["operation"], lost["outcome"], lost["faults"]) == (operation, AMBIGUOUS[kind], [blind.fault["id"]])
    assert blind.send() is not None
    assert blind.broken_rules() == ["CLIENT-RETRY-UNREAD"]

    world.control("DELETE", "/journal")
    reading = Trial(world, operation, kind)
    assert reading.send() is None
    world.call("GET", f"/audiences/{reading.audience}")
    world.call("GET", "/audiences")
    assert reading.send() is not None
    assert reading.broken_rules() == []


def test_a_lost_reply_was_lost_after_the_effect(world: World) -> None:
    trial = Trial(world, "deleteAudience", "reset-after")

    assert trial.send() is None
    assert world.call("GET", f"/audiences/{trial.audience}").status_code == 404
    exchange = world.control("GET", f"/journal/{trial.exchanges()[trial.before]['number']}")
    assert (exchange["status"], exchange["outcome"]) == (None, "lost")
    assert {entry["verdict"] for entry in exchange["trace"]} == {"passed"}


def test_the_trace_of_an_injected_response_ends_with_the_fault_after_the_permission(world: World) -> None:
    world.control("POST", "/faults", {"kind": "response", "status": 429, "retryAfter": 2})

    world.call("GET", "/audiences")

    [newest] = world.control("GET", "/journal?limit=1")["exchanges"]
    trace = world.control("GET", f"/journal/{newest['number']}")["trace"]
    assert trace[-2:] == [{"rule": "permission", "verdict": "passed"}, {"rule": "fault", "verdict": "answered"}]


def test_the_trace_of_an_example_ends_with_the_preference_after_the_key(world: World) -> None:
    world.call("GET", "/audiences", headers={"Prefer": "code=500"})

    [newest] = world.control("GET", "/journal?limit=1")["exchanges"]
    trace = world.control("GET", f"/journal/{newest['number']}")["trace"]
    assert trace[-2:] == [{"rule": "api-key", "verdict": "passed"}, {"rule": "prefer", "verdict": "answered"}]


def test_a_blind_retry_of_an_abandoned_request_is_found(world: World) -> None:
    world.control("POST", "/faults", {"kind": "delay", "delayMs": 300, "operation": "deleteAudience", "times": 1})
    audience = world.ready()
    url = f"/v1/accounts/{world.group}/audiences/{audience}"
    headers = {"Authorization": f"Bearer {world.key}"}

    with pytest.raises(httpx.ReadTimeout):
        world.client.request("DELETE", url, headers=headers, timeout=0.05)
    world.call("DELETE", f"/audiences/{audience}")

    assert await_outcomes(world, "deleteAudience", 2) == {"abandoned", "answered"}
    assert [finding["rule"] for finding in world.control("GET", "/findings")["findings"]] == ["CLIENT-RETRY-UNREAD"]


def await_outcomes(world: World, operation: str, count: int) -> set[str]:
    """Return the outcomes of the given number of exchanges, once there are that many."""
    for _ in range(5_000):
        ended = world.control("GET", f"/journal?operation={operation}")["exchanges"]
        if len(ended) == count:
            return {exchange["outcome"] for exchange in ended}
    pytest.fail(f"there are not {count} exchanges")
