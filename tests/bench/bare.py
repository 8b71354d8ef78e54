"""Bare Starlette: templated routes with constant content, without a check or state."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.bench.constants import AUDIENCE, DELETED
from tests.bench.flags import FLAGS, option


async def _delete(_request: Request) -> JSONResponse:
    return JSONResponse(DELETED)


async def _get(_request: Request) -> JSONResponse:
    return JSONResponse(AUDIENCE)


async def _create(request: Request) -> JSONResponse:
    await request.json()
    return JSONResponse(AUDIENCE, 201)


def main() -> None:
    """Serve until a signal."""
    path = "/v1/accounts/{a}/audiences"
    app = Starlette(
        routes=[
            Route(path + "/{b}", _delete, methods=["DELETE"]),
            Route(path + "/{b}", _get, methods=["GET"]),
            Route(path, _create, methods=["POST"]),
        ]
    )
    uvicorn.run(app, port=int(option(sys.argv, "--port") or 0), **FLAGS)


if __name__ == "__main__":
    main()
