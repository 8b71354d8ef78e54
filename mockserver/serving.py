"""The running server: one process, or several processes that share a database."""

import asyncio
import gc
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from multiprocessing.connection import Connection

import click
import uvloop

from mockserver import __version__
from mockserver.adapters.http_server import HttpServer, for_each
from mockserver.adapters.line_writer import LineWriter
from mockserver.adapters.workers import Workers
from mockserver.banner import banner
from mockserver.bootstrap import Components, components, http_protocol, open_store, seed, server
from mockserver.config import Settings
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.middleware.access_log import Write
from mockserver.ports import StoreError
from mockserver.seed_watch import Stamp, stamp, watch_seed_file
from mockserver.service.highlights import highlights

_STDOUT = 1


def run(settings: Settings, listening: socket.socket, workers: int) -> int:
    """Serve a socket until a signal to stop, and return the exit status.

    Raises:
        SeedError: The seed file is invalid.
        StoreError: The store cannot be used.
    """
    with _standard_output(settings) as write:
        if workers == 1:
            uvloop.run(_serve(settings, listening, write))
            return 0
        banner_text = uvloop.run(_prepare(settings, listening))
        sockets = for_each(workers, listening)
        return Workers(partial(_run_worker, settings), sockets, partial(write, banner_text)).run()


@contextmanager
def _standard_output(settings: Settings) -> Iterator[Write]:
    """Open standard output for lines, which the log's format may require to be JSON."""
    as_json = settings.log_format == "json"
    writer = LineWriter(_STDOUT, notice=_json_notice) if as_json else LineWriter(_STDOUT)
    try:
        yield writer
    finally:
        writer.close()


def _json_notice(dropped: int) -> str:
    return json.dumps({"droppedLines": dropped})


async def _serve(settings: Settings, listening: socket.socket, write: Write) -> None:
    async with open_store(settings) as store:
        parts = components(settings, store=store)
        as_seeded = None if settings.seed_file is None else stamp(settings.seed_file)
        banner_text = await _seed_store(settings, parts, listening)
        async with _watch_over_seed_file(settings, as_seeded, parts):
            await _http_server(settings, parts, write, partial(write, banner_text)).serve([listening])


@asynccontextmanager
async def _watch_over_seed_file(settings: Settings, as_seeded: Stamp, parts: Components) -> AsyncIterator[None]:
    """Watch the seed file during the block, if the settings say so."""
    if settings.seed_file is None or not settings.watch:
        yield
        return
    reseed = partial(parts.sandboxes.reset, DEFAULT_SANDBOX)
    say = partial(click.echo, err=True)
    watch = asyncio.create_task(watch_seed_file(settings.seed_file, as_seeded, reseed, say, asyncio.sleep))
    try:
        yield
    finally:
        watch.cancel()


async def _prepare(settings: Settings, listening: socket.socket) -> str:
    """Seed the store once, before any worker process starts, and return the banner."""
    async with open_store(settings) as store:
        return await _seed_store(settings, components(settings, store=store), listening)


async def _seed_store(settings: Settings, parts: Components, listening: socket.socket) -> str:
    """Seed the store, and return the banner."""
    await seed(settings, parts)
    sandbox_highlights = await parts.sandboxes.work(DEFAULT_SANDBOX, highlights)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return banner(f"http://{host}:{listening.getsockname()[1]}", __version__, sandbox_highlights, settings.admin_token)


def _run_worker(settings: Settings, listening: socket.socket, pipe: Connection) -> None:
    """Serve as one of several processes: report when it is ready, and stop when the parent process is gone."""
    gc.disable()  # until the server is up, as in `__main__`
    try:
        with _standard_output(settings) as write:
            uvloop.run(_serve_as_worker(settings, listening, pipe, write))
    except StoreError as error:
        click.echo(f"audience-mock: --store {settings.shown_store}: {error}", err=True)
        sys.exit(1)


async def _serve_as_worker(settings: Settings, listening: socket.socket, pipe: Connection, write: Write) -> None:
    async with open_store(settings) as store:
        http_server = _http_server(settings, components(settings, store=store), write, partial(pipe.send, "ready"))
        asyncio.get_running_loop().add_reader(pipe.fileno(), http_server.stop)
        await http_server.serve([listening])


def _http_server(settings: Settings, parts: Components, write: Write, on_start: Callable[[], None]) -> HttpServer:
    app = server(settings, parts, write)
    return HttpServer(app, http_protocol(settings, parts, write), on_start, parts.journal_tails.stop)
