"""The yardstick: bare Starlette with one templated route, on uvicorn with the flags that the others have."""

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
_ANSWER = {"success": True, "data": {"deleted": True}, "error": None, "traceId": "0123456789abcdef01234567"}


async def _delete(_request: Request) -> JSONResponse:
    return JSONResponse(_ANSWER)


def main() -> None:
    """Serve; the one option is read by hand, since a parser would count as time to start."""
    app = Starlette(routes=[Route("/v1/accounts/{a}/audiences/{b}", _delete, methods=["DELETE"])])
    uvicorn.run(app, port=int(sys.argv[sys.argv.index("--port") + 1]), **FLAGS)


if __name__ == "__main__":
    main()
