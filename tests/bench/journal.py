"""`python -m tests.bench.journal`: the cost of the journal in throughput, and its memory over many requests."""

import asyncio
import gc
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import median

import click
import uvloop

from tests.bench.failure import BenchError
from tests.bench.figures import Ratio, frugality, throughput
from tests.bench.load import Load, Plan, load
from tests.bench.placing import Cores, on, places
from tests.bench.requests import DELETES, in_turn, reads, requests, write_seed
from tests.bench.server import Server
from tests.bench.targets import NO_JOURNAL, OURS

_AUDIENCES_A_SECOND = 25_000
_GOAL = 0.95
_SETTLED = 50_000
_LONG = 600.0


@click.command()
@click.option(
    "--seconds", default=0.4, show_default=True, type=click.FloatRange(0.05, 60), help="Length of one measurement."
)
@click.option("--rounds", default=12, show_default=True, type=click.IntRange(0), help="Each measures everything once.")
@click.option("--connections", default=16, show_default=True, type=click.IntRange(1, 1000), help="Clients.")
@click.option("--requests", "count", default=1_000_000, show_default=True, type=click.IntRange(0), help="For memory.")
def main(seconds: float, rounds: int, connections: int, count: int) -> None:
    """Measure the journal; exit status 0 whatever the figures."""
    cores = places()
    try:
        with on(cores.client):
            if rounds:
                _throughput(seconds, rounds, connections, cores.server)
            if count:
                _memory(count, connections, cores.server)
    except BenchError as error:
        raise click.ClickException(" ".join(str(error).split())) from None


def _throughput(seconds: float, rounds: int, connections: int, core: Cores) -> None:
    audiences = int(seconds * _AUDIENCES_A_SECOND) + connections
    loads: dict[tuple[str, str], list[Load]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, _runner() as runner:
        seed = Path(folder) / "seed.json"
        write_seed(seed, audiences)
        servers = [stack.enter_context(Server(target, core, seed)) for target in (OURS, NO_JOURNAL)]
        for number in range(rounds):
            for method in ("DELETE", "GET"):
                for server in servers[:: 1 if number % 2 else -1]:
                    server.reset()
                    sent = requests(DELETES, audiences) if method == "DELETE" else reads()
                    measured = runner.run(_measure(server, sent, connections, seconds))
                    loads.setdefault((server.target.name, method), []).append(measured)
    for method in ("DELETE", "GET"):
        on, off = loads[OURS.name, method], loads[NO_JOURNAL.name, method]
        by_time = Ratio.of([throughput(first) / throughput(second) for first, second in zip(on, off, strict=True)])
        by_cpu = Ratio.of([frugality(first) / frugality(second) for first, second in zip(on, off, strict=True)])
        click.echo(
            f"{method}, {connections} connections: {median(map(throughput, on)):,.0f}/s with the journal, "
            f"{median(map(throughput, off)):,.0f}/s without; ratio {by_time.median:.3f} "
            f"({by_time.low:.3f} to {by_time.high:.3f}), by CPU time {by_cpu.median:.3f}; goal {_GOAL}"
        )


def _memory(count: int, connections: int, core: Cores) -> None:
    part = min(_SETTLED, max(count // 20, connections + 1))
    samples: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, _runner() as runner:
        seed = Path(folder) / "seed.json"
        write_seed(seed, 1)
        server = stack.enter_context(Server(OURS, core, seed))
        samples.append((0, server.resident_megabytes()))
        for sent in _counted(count, part):
            paths = (reads(), 200) if len(samples) % 2 else (requests("404", 0), 404)
            runner.run(_measure(server, islice(paths[0], sent), connections, _LONG, paths[1]))
            samples.append((samples[-1][0] + sent, server.resident_megabytes()))
    for sent, megabytes in samples:
        click.echo(f"{sent:>10,} requests: {megabytes:7.1f} MB")
    settled = next((sample for sample in samples if sample[0] >= _SETTLED), samples[-1])
    click.echo(f"at the end beside {settled[0]:,} requests: {samples[-1][1] / settled[1]:.3f}")


def _counted(count: int, part: int) -> Iterator[int]:
    while count > 0:
        yield min(part, count)
        count -= part


async def _measure(server: Server, sent: Iterator[bytes], connections: int, seconds: float, status: int = 200) -> Load:
    gc.collect()
    gc.disable()  # a pause of the client is not the server's latency
    plan = Plan(server.target.name, in_turn(sent), (status,), connections, seconds)
    return await load(plan, server.port, server.cpu)


def _runner() -> asyncio.Runner:
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
