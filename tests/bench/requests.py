"""The seed of every server, and the requests that the benchmark sends."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle, repeat
from pathlib import Path

from tests.bench.failure import BenchError

Turn = Callable[[bytes], bytes | None]
"""A function from the last response on a connection, empty at first, to its next request; None if none is left."""

RESET = "/_mock/sandboxes/default/reset"
DELETES = "200"
FLOW = "flow"
PATHS = {DELETES: (200,), "404": (404,), "409": (409,), "401": (401,), "403": (403,), FLOW: (201, 200)}
"""The paths, each with the expected statuses."""
REFUSALS = tuple(path for path in PATHS if path not in {DELETES, FLOW})

_WRITER = "sk_test_all_permissions"
_READER = "sk_test_read_only"
_GROUP = "a00000000000000000000001"
_POPULATED = "b00000000000000000000002"
_NOWHERE = "e00000000000000000000009"
_AUDIENCES = f"/v1/accounts/{_GROUP}/audiences"
_NEW = json.dumps({"name": "Heads of sales", "type": "on_demand"}).encode()
_ID = re.compile(rb'"id": ?"([0-9a-f]{24})"')


def write_seed(file: Path, audiences: int) -> None:
    """Write a seed document with the number of ready audiences, and one audience that is being populated."""
    ready = [{"id": _ready(number), "name": "Heads of sales"} for number in range(audiences)]
    populated = {"id": _POPULATED, "name": "Founders", "job": {"pace": "manual", "status": "running"}}
    group = {"id": _GROUP, "name": "Acme Growth", "audiences": [populated, *ready]}
    reader = {"key": _READER, "permissions": ["audiences:read", "prospects:read", "prospecting:read"]}
    file.write_text(json.dumps({"keys": [{"key": _WRITER}, reader], "accountGroups": [group]}))


def turns(path: str, audiences: int, *, remembers: bool) -> Callable[[], Turn]:
    """Return the maker of turns on a path; a server without state can get the same deletions again."""
    if path == FLOW:
        return Flow
    sent = requests(path, audiences)
    return in_turn(sent if remembers or path != DELETES else cycle(sent))


def in_turn(requests: Iterator[bytes]) -> Callable[[], Turn]:
    """Return the maker of turns that share these requests and ignore the responses."""

    def turn(_answer: bytes) -> bytes | None:
        return next(requests, None)

    return lambda: turn


def requests(path: str, audiences: int) -> Iterator[bytes]:
    """Return the requests of a path: one delete for each audience; refusals without end."""
    if path == DELETES:
        return iter([_request(_WRITER, _ready(number)) for number in range(audiences)])
    return repeat(_REFUSED[path])


def reads() -> Iterator[bytes]:
    """Return endless reads of one ready audience."""
    return repeat(_request(_WRITER, _ready(0), "GET"))


class Flow:
    """The turns of a connection that creates, reads and deletes one audience after the other."""

    def __init__(self) -> None:
        self._audience = b""
        self._next: Callable[[bytes], bytes] = self._create

    def __call__(self, answer: bytes) -> bytes:
        return self._next(answer)

    def _create(self, _answer: bytes) -> bytes:
        self._next = self._get
        return _CREATE

    def _get(self, answer: bytes) -> bytes:
        match = _ID.search(answer)
        if match is None:
            raise BenchError(f"no identifier was in the answer {answer[:300]!r}")
        self._audience, self._next = match[1], self._delete
        return _BEFORE_ID["GET"] + self._audience + _AFTER_ID

    def _delete(self, _answer: bytes) -> bytes:
        self._next = self._create
        return _BEFORE_ID["DELETE"] + self._audience + _AFTER_ID


class Pages:
    """The turns of a connection that reads the first page of the list repeatedly; each page must be full."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._request = _head("GET", f"{_AUDIENCES}?limit={limit}", _WRITER) + b"\r\n"

    def __call__(self, answer: bytes) -> bytes:
        count = answer.count(b'"createdAt"')
        if answer and count != self._limit:
            raise BenchError(f"a page had {count} audiences, not {self._limit}")
        return self._request


def _ready(number: int) -> str:
    return f"d{number:023x}"


def _request(key: str, audience: str, method: str = "DELETE") -> bytes:
    return _head(method, f"{_AUDIENCES}/{audience}", key) + b"\r\n"


def _head(method: str, target: str, key: str) -> bytes:
    return (
        f"{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\naccept: application/json\r\n"
    ).encode()


_REFUSED = {
    "404": _request(_WRITER, _NOWHERE),
    "409": _request(_WRITER, _POPULATED),
    "401": _request("sk_test_of_nobody", _NOWHERE),
    "403": _request(_READER, _NOWHERE),
}
FIRST = _REFUSED["404"]
_CREATE = _head("POST", _AUDIENCES, _WRITER) + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(_NEW),
    _NEW,
)
_BEFORE_ID = {method: f"{method} {_AUDIENCES}/".encode() for method in ("GET", "DELETE")}
_AFTER_ID = _request(_WRITER, "").removeprefix(_BEFORE_ID["DELETE"])
