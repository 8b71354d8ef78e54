"""The world that every server starts from, and the requests that are sent into it."""

import json
from collections.abc import Iterator
from itertools import cycle, repeat
from pathlib import Path

RESET = "/_mock/sandboxes/default/reset"
PATHS = {"200": 200, "404": 404, "409": 409, "401": 401, "403": 403}
DELETES = "200"

_WRITER = "sk_test_all_permissions"
_READER = "sk_test_read_only"
_GROUP = "a00000000000000000000001"
_POPULATED = "b00000000000000000000002"
_NOWHERE = "e00000000000000000000009"


def write_seed(file: Path, audiences: int) -> None:
    """Write a seed document with so many audiences that are ready, and one that is being populated."""
    ready = [{"id": _ready(number), "name": "Heads of sales"} for number in range(audiences)]
    populated = {"id": _POPULATED, "name": "Founders", "job": {"pace": "manual", "status": "running"}}
    group = {"id": _GROUP, "name": "Acme Growth", "audiences": [populated, *ready]}
    reader = {"key": _READER, "permissions": ["audiences:read", "prospects:read", "prospecting:read"]}
    file.write_text(json.dumps({"keys": [{"key": _WRITER}, reader], "accountGroups": [group]}))


def requests(path: str, audiences: int) -> Iterator[bytes]:
    """The requests of a path: each delete names another audience, and ends with the last; the refusals go on."""
    if path == DELETES:
        return iter([_request(_WRITER, _ready(number)) for number in range(audiences)])
    return repeat(_REFUSED[path])


def yardstick(path: str, audiences: int) -> Iterator[bytes]:
    """The same requests for a server that remembers nothing: they never end."""
    return cycle(requests(path, audiences)) if path == DELETES else requests(path, audiences)


def reads() -> Iterator[bytes]:
    """One audience that is ready, read again and again."""
    return repeat(_request(_WRITER, _ready(0), "GET"))


def _ready(number: int) -> str:
    return f"d{number:023x}"


def _request(key: str, audience: str, method: str = "DELETE") -> bytes:
    return (
        f"{method} /v1/accounts/{_GROUP}/audiences/{audience} HTTP/1.1\r\n"
        f"host: 127.0.0.1\r\nauthorization: Bearer {key}\r\naccept: application/json\r\n\r\n"
    ).encode()


_REFUSED = {
    "404": _request(_WRITER, _NOWHERE),
    "409": _request(_WRITER, _POPULATED),
    "401": _request("sk_test_of_nobody", _NOWHERE),
    "403": _request(_READER, _NOWHERE),
}
FIRST = _REFUSED["404"]
