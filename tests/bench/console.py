"""`python -m tests.bench.console`: the speed of the console in Chromium, and the cost of a page that is open."""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click
import httpx
import uvloop
from playwright.sync_api import Browser, Page

from tests.bench.failure import BenchError
from tests.bench.figures import Ratio, frugality, throughput
from tests.bench.load import Load, Plan, load
from tests.bench.placing import on, places
from tests.bench.requests import in_turn, reads, requests, write_seed
from tests.bench.server import Server
from tests.bench.targets import OURS
from tests.system.browser import chromium

_PAINT_GOAL = 300
_ROW_GOAL = 200
_OPEN_GOAL = 0.95
_PATHS = {"GET 200": (reads, 200), "DELETE 409": (lambda: requests("409", 0), 409)}
_WATCH = """
    const painted = (act) => requestAnimationFrame(() => setTimeout(act));
    const seen = { paint: null, row: null, rows: {} };
    new PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries()) {
            if (name === 'first-contentful-paint') seen.paint = startTime;
        }
    }).observe({ type: 'paint', buffered: true });
    const now = () => performance.timeOrigin + performance.now();
    new MutationObserver(() => {
        if (seen.row === null && document.querySelector('tbody tr:not(.spacer) td')) {
            seen.row = 0;
            painted(() => { seen.row = performance.now(); });
        }
        const newest = document.querySelector('a.opening')?.textContent;
        if (newest && !(newest in seen.rows)) {
            seen.rows[newest] = null;
            painted(() => { seen.rows[newest] = now(); });
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });
    window.seen = seen;
"""
"""Notes when the page first paints, when it has painted its first row, and when each exchange is painted."""
_AWAIT = """(number) => new Promise((resolve) => {
    const look = () => {
        const found = number === null ? seen.row && seen.paint && [seen.paint, seen.row] : seen.rows[number];
        found ? resolve(found) : setTimeout(look, 5);
    };
    look();
})"""
"""Returns what was noted, as soon as it was: both paints, or the instant at which an exchange was painted."""


@dataclass(frozen=True)
class Extent:
    """The rounds with and without a page, the length of one in seconds, and the number of clients."""

    rounds: int
    seconds: float
    connections: int


@click.command()
@click.option("--loads", default=15, show_default=True, type=click.IntRange(1), help="Loads of the first panel.")
@click.option("--exchanges", default=40, show_default=True, type=click.IntRange(1), help="Exchanges to wait for.")
@click.option("--rounds", default=12, show_default=True, type=click.IntRange(1), help="Rounds with and without a page.")
@click.option("--seconds", default=2.0, show_default=True, type=click.FloatRange(0.05, 60), help="Length of a round.")
@click.option("--connections", default=16, show_default=True, type=click.IntRange(1, 1000), help="Clients.")
@click.option("--panel", default="journal", show_default=True, help="The panel that is open meanwhile.")
def main(*, loads: int, exchanges: int, panel: str, **extent: Any) -> None:
    """Measure the console; exit status 0 whatever the figures. Only the last part is bound to cores."""
    cores = places()
    click.echo(f"load average at the start: {os.getloadavg()[0]:.1f}")
    try:
        with _seeded() as seed, Server(OURS, cores.server, seed) as server:
            with chromium() as browser:
                _paints(browser, server, loads)
                _rows(browser, server, exchanges)
            with on(cores.client), chromium() as browser:
                _open_pages(browser, server, panel, Extent(**extent))
    except BenchError as error:
        raise click.ClickException(" ".join(str(error).split())) from None
    click.echo(f"load average at the end: {os.getloadavg()[0]:.1f}")


@contextmanager
def _seeded() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        write_seed(Path(folder) / "seed.json", 200)
        yield Path(folder) / "seed.json"


@contextmanager
def _shown(browser: Browser, server: Server, panel: str) -> Iterator[Page]:
    """Show a panel in a browser that has no file of the console yet."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.add_init_script(_WATCH)
        page.goto(f"http://127.0.0.1:{server.port}/_mock/#/default/{panel}")
        yield page


def _paints(browser: Browser, server: Server, loads: int) -> None:
    """Print when a page first paints, and when it has painted its first row, without files in the cache and with."""
    times: dict[str, list[tuple[float, float]]] = {"without a cache": [], "with a cache": []}
    for _ in range(loads):
        with _shown(browser, server, "audiences") as page:
            times["without a cache"].append(_first(page))
            page.reload()
            times["with a cache"].append(_first(page))
    for name, pairs in times.items():
        for what, values in zip(("first paint", "first row of data"), zip(*pairs, strict=True), strict=True):
            click.echo(f"{what}, {name}: {_spread(values)}; goal {_PAINT_GOAL}")


def _first(page: Page) -> tuple[float, float]:
    paint, row = page.evaluate(_AWAIT, None)
    return paint, row


def _rows(browser: Browser, server: Server, exchanges: int) -> None:
    """Print how long after its end an exchange is painted in the journal."""
    root = f"http://127.0.0.1:{server.port}"
    with _shown(browser, server, "journal") as page, httpx.Client(base_url=root) as client:
        _await_live(page)
        waits = []
        for _ in range(exchanges):
            client.get("/v1/accounts", headers={"Authorization": "Bearer sk_test_all_permissions"}).raise_for_status()
            ended = time.time() * 1_000  # noqa: TID251  (the page's clock is of the same machine)
            newest = client.get("/_mock/sandboxes/default/journal?limit=1").json()["exchanges"][0]["number"]
            waits.append(page.evaluate(_AWAIT, newest) - ended)
    click.echo(f"from the end of an exchange to its row in the journal: {_spread(waits)}; goal {_ROW_GOAL}")


def _open_pages(browser: Browser, server: Server, panel: str, extent: Extent) -> None:
    """Print the throughput with no page and with one, in rounds that begin with the one and the other in turn."""
    loads: dict[tuple[bool, str], list[Load]] = {}
    for number in range(extent.rounds):
        for is_open in (False, True)[:: 1 if number % 2 else -1]:
            with _perhaps(browser, server, panel, is_open=is_open):
                for name in _PATHS:
                    loads.setdefault((is_open, name), []).append(_load(server, name, extent))
    for name in _PATHS:
        with_page, without = loads[True, name], loads[False, name]
        pairs = list(zip(with_page, without, strict=True))
        by_time = Ratio.of([throughput(first) / throughput(second) for first, second in pairs])
        by_cpu = Ratio.of([frugality(first) / frugality(second) for first, second in pairs])
        fast, free = median(map(throughput, with_page)), median(map(throughput, without))
        ratios = f"ratio {by_time.median:.3f} ({by_time.low:.3f} to {by_time.high:.3f})"
        click.echo(
            f"{name}, {extent.connections} connections, the panel {panel}: {fast:,.0f}/s with a page, {free:,.0f}/s "
            f"without; {ratios}, by CPU time of the server {by_cpu.median:.3f}; goal {_OPEN_GOAL}"
        )


@contextmanager
def _perhaps(browser: Browser, server: Server, panel: str, *, is_open: bool) -> Iterator[None]:
    """Show a page, or none."""
    if not is_open:
        yield
        return
    with _shown(browser, server, panel) as page:
        _await_live(page)
        yield


def _await_live(page: Page) -> None:
    page.locator("#status", has_text="Live").wait_for()
    page.locator("main:not([aria-busy]) h1").wait_for()


def _load(server: Server, name: str, extent: Extent) -> Load:
    """Measure the server; in a thread of its own, for the one of the browser has a loop."""
    sent, status = _PATHS[name]
    plan = Plan(name, in_turn(sent()), (status,), extent.connections, extent.seconds)

    def run() -> Load:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(load(plan, server.port, server.cpu))

    gc.collect()
    gc.disable()  # a pause of the client is not the server's latency
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def _spread(values: tuple[float, ...] | list[float]) -> str:
    return f"{median(values):.0f} ms in the middle, {min(values):.0f} to {max(values):.0f}"


if __name__ == "__main__":
    main()
