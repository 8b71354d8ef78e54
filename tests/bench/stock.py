"""Stock Connexion with our contract, handlers and memory store, as in the differential test."""

import argparse
import asyncio
import gc
from pathlib import Path

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.bootstrap import Components, components, seed
from mockserver.config import Settings
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from tests.bench.flags import FLAGS
from tests.bench.requests import RESET
from tests.harness.stock_connexion import stock_app


class Resettable:
    """The application, and the single path of the control plane that the benchmark needs."""

    def __init__(self, app: ASGIApp, parts: Components) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == RESET:
            await self._parts.sandboxes.reset(DEFAULT_SANDBOX)
            await Response(status_code=204)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def main() -> None:
    """Serve stock Connexion."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed-file", type=Path)
    options = parser.parse_args()
    gc.freeze()  # the test libraries that came along with stock_app: the collector would not meet them elsewhere
    settings = Settings(seed_file=options.seed_file)
    parts = components(settings)
    asyncio.run(seed(settings, parts))
    uvicorn.run(Resettable(stock_app(parts), parts), port=options.port, **FLAGS)


if __name__ == "__main__":
    main()
