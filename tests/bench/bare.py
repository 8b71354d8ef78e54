"""The yardstick: bare Starlette with templated routes, on uvicorn with the flags of the other servers."""

import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

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
_ENVELOPE = {"success": True, "error": None, "traceId": "0123456789abcdef01234567"}
_ANSWER = {**_ENVELOPE, "data": {"deleted": True}}
_AUDIENCE = {
    **_ENVELOPE,
    "data": {
        "id": "0123456789abcdef01234567",
        "name": "Heads of sales",
        "type": "on_demand",
        "description": None,
        "folderId": None,
        "prospectCount": 0,
        "createdAt": "2026-04-28T15:30:00.000Z",
    },
}


async def _delete(_request: Request) -> JSONResponse:
    return JSONResponse(_ANSWER)


async def _get(_request: Request) -> JSONResponse:
    return JSONResponse(_AUDIENCE)


async def _create(request: Request) -> JSONResponse:
    await request.json()
    return JSONResponse(_AUDIENCE, 201)


def main() -> None:
    """Serve; the single option is read by hand, because a parser would count as start time."""
    path = "/v1/accounts/{a}/audiences"
    app = Starlette(
        routes=[
            Route(path + "/{b}", _delete, methods=["DELETE"]),
            Route(path + "/{b}", _get, methods=["GET"]),
            Route(path, _create, methods=["POST"]),
        ]
    )
    uvicorn.run(app, port=int(sys.argv[sys.argv.index("--port") + 1]), **FLAGS)


if __name__ == "__main__":
    main()
