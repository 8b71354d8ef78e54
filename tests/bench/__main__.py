"""`make bench`: our server beside bare Starlette and stock Connexion, in one interleaved run."""

import json
import os
from pathlib import Path

import click

from tests.bench.failure import BenchError
from tests.bench.figures import Figures
from tests.bench.measure import Options, footprint, samples
from tests.bench.report import document, text
from tests.bench.targets import cores


def _connections(_context: click.Context, _option: click.Parameter, value: str) -> tuple[int, ...]:
    numbers = [int(number) for number in value.split(",") if number.isdecimal()]
    if not numbers or not all(0 < number <= 1000 for number in numbers):
        message = "write them like 1,16,64"
        raise click.BadParameter(message)
    return tuple(sorted(set(numbers)))


@click.command()
@click.option("--seconds", default=0.4, show_default=True, type=click.FloatRange(0.05, 60), help="Of one measurement.")
@click.option("--rounds", default=8, show_default=True, type=click.IntRange(1), help="Each measures everything once.")
@click.option("--connections", default="1,16,64", show_default=True, callback=_connections, help="Numbers of clients.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures to this file.")
def main(seconds: float, rounds: int, connections: tuple[int, ...], file: Path | None) -> None:
    """Measure the server beside bare Starlette and stock Connexion; any figures are exit status 0."""
    chosen = cores()
    server, client = chosen or (None, None)
    if client is not None:
        os.sched_setaffinity(0, {client})
    options = Options(seconds, rounds, connections, server, client)
    try:
        footprints = footprint(options, _progress)
        figures = Figures(samples(options, _progress), footprints)
    except BenchError as error:
        raise click.ClickException(" ".join(str(error).split())) from None
    _progress("")
    click.echo(text(figures, options))
    if file is not None:
        file.write_text(json.dumps(document(figures, options), indent=1))


def _progress(line: str) -> None:
    if os.isatty(2):
        click.echo(f"\r\x1b[K{line}", err=True, nl=False)


if __name__ == "__main__":
    main()
