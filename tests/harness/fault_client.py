"""Requests about the faults of a sandbox, and raw connections on which faults are observed."""

import socket
from typing import Any

import httpx

from tests.harness.sandbox_client import World


def add_fault(world: World, **fault: Any) -> list[dict[str, Any]]:
    """Add a fault or a preset; return the resulting faults."""
    faults: list[dict[str, Any]] = world.control("POST", "/faults", fault)["faults"]
    return faults


def fault_counts(world: World) -> list[tuple[int, int, int | None]]:
    """Return how often each fault of the sandbox has matched, has acted, and may still act."""
    return [
        (fault["matched"], fault["acted"], fault["remaining"]) for fault in world.control("GET", "/faults")["faults"]
    ]


def delete_audience(world: World, audience: str, **request: Any) -> httpx.Response:
    return world.call("DELETE", f"/audiences/{audience}", **request)


def fault_refusal(world: World, **fault: Any) -> tuple[int, str]:
    """Send a fault that must be refused; return status and reason."""
    answer = world.client.post(f"/_mock/sandboxes/{world.sandbox}/faults", json=fault)
    return answer.status_code, answer.json()["reason"]


def raw_request(world: World, method: str, path: str) -> socket.socket:
    """Send a request; return its connection."""
    url = world.client.base_url
    connection = socket.create_connection((url.host, url.port or 0), 20)
    head = f"{method} /v1/accounts/{world.group}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n\r\n"
    connection.sendall(head.encode())
    return connection
