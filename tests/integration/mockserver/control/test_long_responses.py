"""Responses of the control plane that are sent in pieces."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mockserver.api.long_responses import LongResponses
from mockserver.domain.audience import Audience
from tests.harness.control_plane import AUDIENCE, DEFAULT, GROUP, OPERATIONS, ControlPlane
from tests.harness.journal_builder import JournalBuilder

LONG: dict[str, tuple[str, str, str]] = {
    "listSandboxes": ("GET", "/_mock/sandboxes", "sandboxes"),
    "exportSeed": ("GET", f"{DEFAULT}/seed", "accountGroups"),
    "listSandboxAudiences": ("GET", f"{DEFAULT}/audiences", "audiences"),
    "listExchanges": ("GET", f"{DEFAULT}/journal?limit=1000", "exchanges"),
    "exportJournal": ("GET", f"{DEFAULT}/journal.har", "log"),
    "listFindings": ("GET", f"{DEFAULT}/findings", "findings"),
    "verifyClient": ("POST", f"{DEFAULT}/verify", "findings"),
}
"""Requests with long responses, and a member of these that is not empty, by operation."""


@pytest.fixture
def large(control: ControlPlane) -> ControlPlane:
    """A control plane with many sandboxes, a large audience, and a journal with many findings."""

    async def fill() -> None:
        for _ in range(300):
            await control.sandboxes.create({}, name="x" * 1_000)
        async with control.store.transaction("default") as transaction:
            await transaction.save_audience(Audience(AUDIENCE, 99, GROUP, "x" * 300_000, "on_demand", None, None, 0, 0))

    asyncio.run(fill())
    journal = JournalBuilder()
    for _ in range(800):
        journal.add("createAudience", 400, rule="validation", size=500)
    for exchange in journal.exchanges:
        control.store.append("default", exchange)
    return control


@pytest.mark.parametrize("operation", sorted(LONG))
def test_a_long_response_is_sent_in_pieces_and_fits_the_contract(large: ControlPlane, operation: str) -> None:
    method, path, member = LONG[operation]

    answer = large.send(method, path)

    assert answer.status_code == (422 if operation == "verifyClient" else 200)
    assert "content-length" not in answer.headers
    assert len(answer.content) > 262_144
    assert answer.json()[member]


def shown(control: ControlPlane, path: str, method: str = "GET") -> Any:
    answer = control.send(method, path)
    return answer.json(), "content-length" in answer.headers


@pytest.mark.parametrize(("method", "path"), [("GET", f"{DEFAULT}/findings"), ("POST", f"{DEFAULT}/verify")])
def test_long_findings_look_like_short_ones(large: ControlPlane, method: str, path: str) -> None:
    long, long_is_at_once = shown(large, path, method)
    exchange = large.store.records["default"].journal.read(0).exchanges[0]
    large.call("DELETE", f"{DEFAULT}/journal")
    large.store.append("default", replace(exchange, number=1))
    short, short_is_at_once = shown(large, path, method)

    assert (long_is_at_once, short_is_at_once) == (False, True)
    assert list(long) == list(short)
    assert [{**one, "exchanges": [0]} for one in long["findings"]] == [{**short["findings"][0], "exchanges": [0]}] * 800


def test_a_long_list_of_sandboxes_looks_like_a_short_one(large: ControlPlane) -> None:
    long, long_is_at_once = shown(large, "/_mock/sandboxes")
    for one in long["sandboxes"][2:]:
        large.call("DELETE", f"/_mock/sandboxes/{one['id']}")
    short, short_is_at_once = shown(large, "/_mock/sandboxes")

    assert (long_is_at_once, short_is_at_once) == (False, True)
    assert len(long["sandboxes"]) == 301
    assert short == {"sandboxes": long["sandboxes"][:2]}


@pytest.fixture
def busy(large: ControlPlane, long_responses: LongResponses) -> Iterator[ControlPlane]:
    """A control plane whose only place for a long response is taken."""
    usual = long_responses.limit, long_responses.most_waiting
    long_responses.limit, long_responses.most_waiting = 1, 0
    place = asyncio.run(long_responses.enter(None))
    yield large
    long_responses.leave(place)
    long_responses.limit, long_responses.most_waiting = usual


def test_the_contract_states_every_response_that_may_find_no_place() -> None:
    assert {name for name, (*_, described) in OPERATIONS.items() if "503" in described["responses"]} == set(LONG)


@pytest.mark.parametrize("operation", sorted(LONG))
def test_a_long_response_without_a_place_is_503_as_the_contract_states(busy: ControlPlane, operation: str) -> None:
    method, path, _ = LONG[operation]

    answer = busy.send(method, path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "no place" in answer.json()["reason"]
    assert answer.json()["hint"] == "Try again in a moment."
