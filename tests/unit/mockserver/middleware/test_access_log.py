"""The line of a request in the access log."""

import asyncio
import json
from itertools import count

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.middleware.access_log import _WORDS, AccessLogMiddleware, shown_path
from mockserver.recording.request_record import RECORD
from openapi import contract, control_contract

TOKEN = "own/key"


def app(status: int | None, **notes: object) -> ASGIApp:
    """Return an application that takes notes, and responds with a status, or not at all."""

    async def run(scope: Scope, _receive: Receive, send: Send) -> None:
        for name, value in notes.items():
            setattr(scope[RECORD], name, value)
        if status is not None:
            await send({"type": "http.response.start", "status": status, "headers": []})

    return run


def line(served: ASGIApp, path: str = "/v1/accounts", *, as_json: bool = False, **headers: str) -> str:
    lines: list[str] = []
    ticks = count(step=0.002)
    log = AccessLogMiddleware(served, write=lines.append, as_json=as_json, secret="of/admin", timer=lambda: next(ticks))
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        """Ignore the response."""

    asyncio.run(log({"type": "http", "method": "GET", "path": path, "headers": sent}, receive, send))
    (written,) = lines
    return written


@pytest.mark.parametrize(
    ("served", "end"),
    [
        (app(200), "200 accepted 2.00 ms"),
        (app(409, rule="guard"), "409 guard 2.00 ms"),
        (app(404), "404 - 2.00 ms"),
        (app(None, faults=["e1"]), "- fault e1 2.00 ms"),
        (app(429, faults=["e1"], rule="fault"), "429 fault e1 2.00 ms"),
    ],
)
def test_the_line_tells_the_status_the_rule_that_decided_and_the_time(served: ASGIApp, end: str) -> None:
    assert line(served) == f"GET /v1/accounts {end}"


def test_the_line_may_be_json() -> None:
    assert json.loads(line(app(409, rule="guard"), as_json=True)) == {
        "method": "GET",
        "path": "/v1/accounts",
        "status": 409,
        "rule": "guard",
        "faults": [],
        "ms": 2.0,
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/accounts/" + "a1" * 12 + "/audiences", "/v1/accounts/" + "a1" * 12 + "/audiences"),
        ("/v1/nothing", "/v1/nothing"),
        ("/v1/somebody-s-key", "/v1/som..."),
        ("/v1/" + "A1" * 12, "/v1/A1A..."),
        ("/\n/ü", "/\\n/\\xfc"),
        ("/of/admin/x", "/.../x"),
    ],
)
def test_a_part_of_the_path_that_could_be_a_key_is_cut(path: str, shown: str) -> None:
    assert shown_path(path, ["of/admin", None]) == shown


def test_the_own_key_of_a_request_is_not_shown_in_its_path() -> None:
    assert TOKEN not in line(app(404), f"/x/{TOKEN}", authorization=f"Bearer {TOKEN}")
    assert TOKEN not in line(app(404, token=TOKEN), f"/x/{TOKEN}")


def test_every_word_of_a_path_of_both_contracts_is_shown() -> None:
    paths = [path for document in (contract(), control_contract()) for path in document["paths"]]
    words = {part for path in paths for part in path.split("/") if "{" not in part and len(part) >= 8}

    assert words | {"favicon.ico"} == _WORDS
