"""The journal of a sandbox as the control plane shows it."""

from typing import Any

from tests.harness.sandbox_client import World


def exchanges(world: World, query: str = "order=oldest") -> list[dict[str, Any]]:
    return list(world.control("GET", f"/journal?{query}")["exchanges"])


def last_exchange(world: World) -> dict[str, Any]:
    number = exchanges(world, "limit=1")[0]["number"]
    return dict(world.control("GET", f"/journal/{number}"))
