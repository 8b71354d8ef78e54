"""The limit of the stack: a bare ASGI application on uvicorn, whose responses are constants for each method."""

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from tests.bench.constants import AUDIENCE, DELETED, compact
from tests.bench.flags import FLAGS, option


def _content(body: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    return [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))], body


_RESPONSES = {
    "DELETE": (200, *_content(compact(DELETED))),
    "GET": (200, *_content(compact(AUDIENCE))),
    "POST": (201, *_content(compact(AUDIENCE))),
}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Read a body that comes, and send the response of the method."""
    status, headers, body = _RESPONSES[scope["method"]]
    if scope["method"] == "POST":
        await receive()
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(application, port=int(option(sys.argv, "--port") or 0), **FLAGS)
