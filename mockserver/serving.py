"""From settings to a server that answers: in one process, or in several that share a database."""

import asyncio
import gc
import socket
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection

import click
import uvloop

from mockserver import __version__
from mockserver.adapters.http_server import HttpServer
from mockserver.adapters.workers import Workers
from mockserver.banner import banner, highlights
from mockserver.bootstrap import Components, components, http_protocol, open_store, seed, server
from mockserver.config import Settings
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.ports import StoreError


def run(settings: Settings, listening: socket.socket, workers: int) -> int:
    """Serve a socket until SIGINT or SIGTERM; answers the exit status. SeedError, StoreError."""
    if workers == 1:
        uvloop.run(_serve(settings, listening))
        return 0
    text = uvloop.run(_prepare(settings, listening))
    return Workers(partial(_work, settings), listening, workers, lambda: click.echo(text)).run()


async def _serve(settings: Settings, listening: socket.socket) -> None:
    async with open_store(settings) as store:
        parts = components(settings, store=store)
        text = await _seeded(settings, parts, listening)
        await _http_server(settings, parts, lambda: click.echo(text)).serve([listening])


async def _prepare(settings: Settings, listening: socket.socket) -> str:
    """What has to be done once, whatever the number of processes."""
    async with open_store(settings) as store:
        return await _seeded(settings, components(settings, store=store), listening)


async def _seeded(settings: Settings, parts: Components, listening: socket.socket) -> str:
    """Seed the store; answers what to print when the server is ready."""
    await seed(settings, parts)
    seen = await parts.sandboxes.work(DEFAULT_SANDBOX, highlights)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return banner(f"http://{host}:{listening.getsockname()[1]}", __version__, seen, settings.admin_token)


def _work(settings: Settings, listening: socket.socket, line: Connection) -> None:
    """Be one of several processes: say when it is ready, and end when the one that has started it is gone."""
    gc.disable()  # until the server is up, as in `__main__`
    try:
        uvloop.run(_serve_for(settings, listening, line))
    except StoreError as error:
        click.echo(f"audience-mock: --store {settings.shown_store}: {error}", err=True)
        sys.exit(1)


async def _serve_for(settings: Settings, listening: socket.socket, line: Connection) -> None:
    async with open_store(settings) as store:
        running = _http_server(settings, components(settings, store=store), partial(line.send, "ready"))
        asyncio.get_running_loop().add_reader(line.fileno(), running.stop)
        await running.serve([listening])


def _http_server(settings: Settings, parts: Components, on_start: Callable[[], None]) -> HttpServer:
    app = server(settings, parts, click.echo)
    return HttpServer(app, http_protocol(settings, parts, click.echo), on_start, parts.journal_tails.stop)
