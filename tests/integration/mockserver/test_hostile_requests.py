"""Hostile requests: refused with a reason and without loss of data."""

from typing import Any

import pytest

from tests.harness.sandbox_client import World


class TestTrailingLineBreaks:
    """The end of a pattern: `$` in the contract is the end of the text; Python's `$` admits a line break after it."""

    def test_an_account_group_with_a_trailing_line_break_is_invalid(self, world: World) -> None:
        odd = World(world.client, world.sandbox, world.key, f"{world.group}%0A")

        answer = odd.call("GET", "/audiences")

        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR"), answer.text

    def test_an_audience_with_a_trailing_line_break_is_invalid(self, world: World) -> None:
        audience = world.ready()

        answer = world.call("DELETE", f"/audiences/{audience}%0A")

        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR"), answer.text
        assert world.listed() == [audience]

    def test_a_rate_with_a_trailing_line_break_is_invalid(self, world: World) -> None:
        answer = world.client.put(f"/_mock/sandboxes/{world.sandbox}/limits", json={"rate": "1/s\n"})

        assert (answer.status_code, "rate" in answer.json()["reason"]) == (400, True), answer.text

    def test_the_resource_of_a_fault_with_a_trailing_line_break_is_invalid(self, world: World) -> None:
        fault = {"kind": "delay", "delayMs": 1, "resource": f"{world.ready()}\n"}

        answer = world.client.post(f"/_mock/sandboxes/{world.sandbox}/faults", json=fault)

        assert (answer.status_code, "resource" in answer.json()["reason"]) == (400, True), answer.text
        assert world.control("GET", "/faults") == {"faults": []}


class TestInstants:
    """The first and the last instant that can be written."""

    def test_a_key_that_expired_in_the_year_1_is_shown_with_that_year(self, world: World) -> None:
        changed = world.control("PATCH", f"/keys/{world.key}", {"expiresAt": "0001-01-01T00:00:00Z"})

        assert changed["expiresAt"] == "0001-01-01T00:00:00.000Z"
        assert world.control("GET", "/keys")["keys"] == [changed]

    @pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9000-01-01T00:00:00Z"])
    def test_an_unwritable_expiry_is_refused_and_the_keys_can_still_be_listed(self, world: World, instant: str) -> None:
        before = world.control("GET", "/keys")

        answer = world.client.patch(f"/_mock/sandboxes/{world.sandbox}/keys/{world.key}", json={"expiresAt": instant})
        seed: dict[str, Any] = {"keys": [{"key": "sk_test_of_no_time", "expiresAt": instant}]}
        seeded = world.client.post("/_mock/sandboxes", json={"seed": seed})

        assert (answer.status_code, seeded.status_code) == (400, 400), answer.text + seeded.text
        assert world.control("GET", "/keys") == before

    def test_a_clock_past_its_last_instant_still_shows_the_time(self, world: World) -> None:
        world.control("PUT", "/clock", {"mode": "manual", "at": "8999-12-31T23:59:59.999Z"})
        world.control("PUT", "/limits", {"rate": "1/h"})
        job = world.started()

        limited = world.call("GET", f"/prospecting/{job}")
        world.control("PUT", "/clock", {"mode": "real"})

        assert limited.json()["error"]["details"]["passesAt"] == "9000-01-01T00:59:59.999Z"
        assert world.control("GET", "/clock")["mode"] == "real"
        assert world.control("GET", f"/jobs/{job}")["createdAt"] == "8999-12-31T23:59:59.999Z"
