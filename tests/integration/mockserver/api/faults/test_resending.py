"""Requests that a browser sends again by itself after a reset, on raw connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.config import Settings
from tests.harness.fault_client import add_fault, fault_counts, fault_refusal
from tests.harness.in_thread import served
from tests.harness.journal_reader import exchanges
from tests.harness.sandbox_client import World

BROWSER = {"User-Agent": "Mozilla/5.0 (Macintosh) AppleWebKit/537.36"}
RESETS = ["reset-before", "reset-after"]


class Pages:
    """Clients in a world, each with a connection of its own."""

    def __init__(self, world: World, **headers: str) -> None:
        self.world = world
        self.headers = headers
        self.clients: list[httpx.Client] = []

    def connection(self, *, used: bool) -> httpx.Client:
        """Return a client with a fresh connection, or with one that has carried a request."""
        client = httpx.Client(base_url=self.world.client.base_url, headers=self.headers, timeout=20)
        self.clients.append(client)
        if used:
            client.get("/v1/nothing")
        return client

    def sends(self, method: str, path: str, body: Any = None, *, used: bool, key: str | None = None) -> int | None:
        """Send a request on another connection; return None if the connection was reset."""
        client = self.connection(used=used)
        headers = {"Authorization": f"Bearer {key or self.world.key}"}
        try:
            return client.request(
                method, f"/v1/accounts/{self.world.group}{path}", json=body, headers=headers
            ).status_code
        except httpx.ReadError:
            return None

    def deletes(self, audience: str, *, used: bool = False) -> int | None:
        return self.sends("DELETE", f"/audiences/{audience}", used=used)


@contextmanager
def opened(world: World, **headers: str) -> Iterator[Pages]:
    pages = Pages(world, **headers)
    yield pages
    for client in pages.clients:
        client.close()


@pytest.fixture
def pages(world: World) -> Iterator[Pages]:
    with opened(world, **BROWSER) as pages:
        yield pages


def lost(world: World) -> list[tuple[str, bool]]:
    """Return, for each exchange that a fault acted on, its outcome and whether it was sent again, oldest first."""
    return [(one["outcome"], one["resent"]) for one in exchanges(world) if one["faults"]]


def rules(world: World) -> list[str]:
    return [finding["rule"] for finding in world.control("GET", "/findings")["findings"]]


@pytest.mark.parametrize("kind", RESETS)
def test_a_request_sent_again_is_reset_until_a_fresh_connection_was(world: World, pages: Pages, kind: str) -> None:
    audience = world.ready()
    add_fault(world, kind=kind, operation="deleteAudience", times=1, resendMs=60_000)

    seen = [pages.deletes(audience, used=used) for used in (True, True, False)]

    assert seen == [None, None, None]
    assert lost(world) == [("lost", False), ("lost", True), ("lost", True)]
    assert fault_counts(world) == [(1, 1, 0)]
    assert rules(world) == []
    assert (audience in world.listed()) is (kind == "reset-before")


def test_the_client_is_found_that_repeats_the_request_after_the_browser_has_given_up(
    world: World, pages: Pages
) -> None:
    audience = world.ready()
    add_fault(world, preset="lost-reply", operation="deleteAudience", resendMs=60_000)
    assert [pages.deletes(audience, used=used) for used in (True, False)] == [None, None]

    assert pages.deletes(audience) == 404

    assert rules(world) == ["CLIENT-RETRY-UNREAD"]


def test_a_reset_of_a_fresh_connection_is_seen_by_the_page_and_not_repeated(world: World, pages: Pages) -> None:
    audience = world.ready()
    add_fault(world, preset="lost-reply", operation="deleteAudience", resendMs=60_000)

    assert [pages.deletes(audience) for _ in range(2)] == [None, 404]
    assert lost(world) == [("lost", False)]


def test_a_request_through_a_proxy_that_closes_its_connections_is_reset_again(world: World) -> None:
    with opened(world, **BROWSER, Connection="close") as proxy:
        audience = world.ready()
        add_fault(world, preset="lost-reply", operation="deleteAudience", resendMs=60_000)

        assert [proxy.deletes(audience) for _ in range(3)] == [None] * 3
        assert lost(world) == [("lost", False), ("lost", True), ("lost", True)]


@pytest.mark.parametrize("change", ["method", "path", "key", "body"])
def test_another_request_is_not_taken_for_the_same(world: World, pages: Pages, change: str) -> None:
    audience, other = world.ready(), world.ready()
    key = world.another_key("audiences:write") if change == "key" else None
    add_fault(world, kind="reset-before", times=1, resendMs=60_000)
    path = f"/audiences/{audience}"

    assert pages.sends("PATCH", path, {"name": "first"}, used=True) is None
    changed = {
        "method": ("DELETE", path, None),
        "path": ("PATCH", f"/audiences/{other}", {"name": "first"}),
        "key": ("PATCH", path, {"name": "first"}),
        "body": ("PATCH", path, {"name": "second"}),
    }[change]

    assert pages.sends(*changed, used=False, key=key) == 200
    assert pages.sends("PATCH", path, {"name": "first"}, used=False) is None


def test_by_default_the_request_of_a_browser_is_reset_again_for_a_quarter_of_a_second() -> None:
    clock = ManualClock()
    with served(Settings(), clock) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        world = World.make(client)
        with opened(world, **BROWSER) as pages:
            for milliseconds, seen in ((249, None), (250, 404)):
                audience = world.ready()
                add_fault(world, preset="lost-reply", operation="deleteAudience")
                assert pages.deletes(audience, used=True) is None
                clock.advance(milliseconds)
                assert pages.deletes(audience) == seen


def test_a_program_is_reset_once_unless_the_fault_says_for_how_long(world: World) -> None:
    choices: list[tuple[dict[str, int], int | None]] = [({}, 404), ({"resendMs": 60_000}, None)]
    with opened(world) as programs:
        for more, seen in choices:
            audience = world.ready()
            add_fault(world, preset="lost-reply", operation="deleteAudience", **more)
            assert [programs.deletes(audience, used=used) for used in (True, False)] == [None, seen]


def test_a_browser_is_reset_once_if_the_fault_says_so(world: World, pages: Pages) -> None:
    audience = world.ready()
    add_fault(world, preset="lost-reply", operation="deleteAudience", resendMs=0)

    assert [pages.deletes(audience, used=used) for used in (True, False)] == [None, 404]


def test_the_document_of_a_fault_tells_the_time(world: World) -> None:
    assert [one["resendMs"] for one in add_fault(world, kind="reset-after")] == [None]
    assert [one["resendMs"] for one in add_fault(world, kind="reset-before", resendMs=40)] == [40]
    assert [one["resendMs"] for one in add_fault(world, preset="flaky", resendMs=40)] == [None, 40, 40]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "reset-after", "resendMs": -1}, "resendMs"),
        ({"kind": "reset-after", "resendMs": 60_001}, "resendMs"),
        ({"kind": "reset-after", "resendMs": "soon"}, "resendMs"),
        ({"kind": "delay", "delayMs": 1, "resendMs": 5}, "not with the kind delay"),
        ({"preset": "slow", "resendMs": 5}, "the preset slow has none"),
    ],
)
def test_a_time_that_does_not_fit_is_refused(world: World, fault: dict[str, Any], reason: str) -> None:
    status, said = fault_refusal(world, **fault)

    assert (status, reason in said) == (400, True)
