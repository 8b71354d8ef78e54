"""Delayed requests and late responses on a real socket."""

from collections.abc import Callable

import pytest

from tests.harness.fault_client import add_fault, delete_audience, fault_counts, raw_request
from tests.harness.sandbox_client import World

LONG = 60_000


def await_condition(condition: Callable[[], bool]) -> None:
    """Check a condition up to a thousand times, which is far more than it takes."""
    assert any(condition() for _ in range(1_000))


class TestDelays:
    def test_a_delayed_request_has_no_effect_if_its_client_disconnects(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, kind="delay", delayMs=LONG, operation="deleteAudience")

        with raw_request(world, "DELETE", f"/audiences/{audience}"):
            await_condition(lambda: fault_counts(world) == [(1, 1, None)])
            assert audience in world.listed()
        world.control("DELETE", "/faults")

        assert delete_audience(world, audience).status_code == 200

    def test_a_late_response_is_late_and_its_effect_is_immediate(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, kind="late-answer", delayMs=LONG, operation="deleteAudience")

        with raw_request(world, "DELETE", f"/audiences/{audience}") as connection:
            await_condition(lambda: audience not in world.listed())
            connection.settimeout(0.05)
            with pytest.raises(TimeoutError):
                connection.recv(1)

    def test_delays_combine_with_another_fault_and_keep_the_body(self, world: World) -> None:
        add_fault(world, kind="delay", delayMs=1)
        add_fault(world, kind="delay", delayMs=2)
        add_fault(world, kind="malformed-json", delayMs=1)

        answer = world.call("POST", "/audiences", {"name": "x", "type": "on_demand"})

        assert (answer.status_code, answer.content[-1:]) == (201, b",")
        assert fault_counts(world) == [(1, 1, None)] * 3
