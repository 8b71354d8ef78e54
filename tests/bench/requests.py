"""The seed of every server, and the requests that the benchmark sends."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

from tests.bench.failure import BenchError

Turn = Callable[[bytes], bytes | None]
"""A function from the last response on a connection, empty at first, to its next request; None if none is left."""

RESET = "/_mock/sandboxes/default/reset"
DELETES = "200"
FLOW = "flow"
FLOW_METHODS = ("POST", "GET", "DELETE", "GET", "DELETE")
PATHS = {DELETES: (200,), "404": (404,), "409": (409,), "401": (401,), "403": (403,), FLOW: (201, 200, 200, 404, 404)}
"""The paths, each with the statuses of its requests: the flow creates, reads, deletes, reads and deletes."""
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


def in_turn(requests: Iterator[bytes]) -> Callable[[], Turn]:
    """Return the maker of turns that share these requests and ignore the responses."""

    def turn(_answer: bytes) -> bytes | None:
        return next(requests, None)

    return lambda: turn


def requests(path: str, audiences: int) -> Iterator[bytes]:
    """Return the requests of a path: one delete for each audience; refusals without end."""
    if path == DELETES:
        return iter([_request(_WRITER, _ready(number)) for number in range(audiences)])
    return repeat(REFUSED[path])


def reads() -> Iterator[bytes]:
    """Return endless reads of one ready audience."""
    return repeat(_request(_WRITER, _ready(0), "GET"))


class FlowTurns:
    """The turns of a connection that creates, reads, deletes, reads and deletes one audience after the other."""

    def __init__(self, statuses: tuple[int, ...]) -> None:
        self._statuses = [b"HTTP/1.1 %d " % status for status in statuses]
        self._step = 0
        self._audience = b""

    def __call__(self, answer: bytes) -> bytes:
        if answer:
            self._check(answer)
            self._step = (self._step + 1) % len(self._statuses)
        if self._step == 0:
            return CREATE
        return BEFORE_ID[FLOW_METHODS[self._step]] + self._audience + AFTER_ID

    def _check(self, answer: bytes) -> None:
        expected = self._statuses[self._step]
        if not answer.startswith(expected):
            raise BenchError(f"{expected.decode()!r} was expected in step {self._step + 1}, and {answer[:300]!r} came")
        if self._step == 0:
            match = _ID.search(answer)
            if match is None:
                raise BenchError(f"no identifier was in the answer {answer[:300]!r}")
            self._audience = match[1]


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


def preferring(status: str) -> bytes:
    """Return a deletion that prefers the example of a status, for a server without state."""
    return _head("DELETE", f"{_AUDIENCES}/{_NOWHERE}", _WRITER) + f"prefer: code={status}\r\n\r\n".encode()


REFUSED = {
    "404": _request(_WRITER, _NOWHERE),
    "409": _request(_WRITER, _POPULATED),
    "401": _request("sk_test_of_nobody", _NOWHERE),
    "403": _request(_READER, _NOWHERE),
}
FIRST = REFUSED["404"]
WITHOUT_KEY = re.sub(rb"authorization: [^\r]*\r\n", b"", FIRST)
CREATE = _head("POST", _AUDIENCES, _WRITER) + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(_NEW),
    _NEW,
)
BEFORE_ID = {method: f"{method} {_AUDIENCES}/".encode() for method in ("GET", "DELETE")}
AFTER_ID = _request(_WRITER, "").removeprefix(BEFORE_ID["DELETE"])
