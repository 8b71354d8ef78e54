"""Requests about faults of a sandbox, and connections on which faults can be seen."""

import socket
from typing import Any

import httpx

from tests.harness.sandbox_client import World


def add_fault(world: World, **fault: Any) -> list[dict[str, Any]]:
    """Add a fault; those that it came to."""
    faults: list[dict[str, Any]] = world.control("POST", "/faults", fault)["faults"]
    return faults


def fault_counts(world: World) -> list[tuple[int, int, int | None]]:
    """What each fault of the sandbox has matched, acted, and has left."""
    return [
        (fault["matched"], fault["acted"], fault["remaining"]) for fault in world.control("GET", "/faults")["faults"]
    ]


def delete_audience(world: World, audience: str, **request: Any) -> httpx.Response:
    return world.call("DELETE", f"/audiences/{audience}", **request)


def fault_refusal(world: World, **fault: Any) -> tuple[int, str]:
    """Status and reason of a fault that is refused."""
    answer = world.client.post(f"/_mock/sandboxes/{world.sandbox}/faults", json=fault)
    return answer.status_code, answer.json()["reason"]


def raw_request(world: World, method: str, path: str) -> socket.socket:
    """A connection on which a request was sent."""
    url = world.client.base_url
    connection = socket.create_connection((url.host, url.port or 0), 20)
    head = f"{method} /v1/accounts/{world.group}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n\r\n"
    connection.sendall(head.encode())
    return connection
