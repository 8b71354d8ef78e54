"""The flags of uvicorn for every server of the benchmark in Python."""

from typing import Any

FLAGS: dict[str, Any] = {
    "host": "127.0.0.1",
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "backlog": 2048,
}


def option(arguments: list[str], name: str) -> str | None:
    """Return the value of an option, read by hand, because a parser would count as start time; None without it."""
    return arguments[arguments.index(name) + 1] if name in arguments else None
