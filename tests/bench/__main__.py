"""`make bench`: our server beside a Starlette application with the same checks, and others, in one interleaved run."""

import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tests.bench.document import document
from tests.bench.failure import BenchError
from tests.bench.figures import Figures
from tests.bench.measure import Options
from tests.bench.placing import places
from tests.bench.report import text
from tests.bench.requests import PATHS
from tests.bench.run import PARTS, Choice, run
from tests.bench.stores import MEMORY, STORES
from tests.bench.targets import FROM_NPM, PYTHON
from tests.bench.versions import versions
from tests.bench.wrk import Wrk


class Several(click.ParamType):
    """A list of known words, separated by commas and returned in the known order."""

    name = "words"

    def __init__(self, known: Iterable[str]) -> None:
        self._known = tuple(known)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the words of an option."""
        words = [word.strip() for word in str(value).split(",")]
        if not set(words) <= set(self._known):
            self.fail(f"write some of {','.join(self._known)}, with commas", param, ctx)
        return tuple(word for word in self._known if word in words)


class Numbers(click.ParamType):
    """A list of numbers up to a maximum, separated by commas and returned in ascending order."""

    name = "numbers"

    def __init__(self, greatest: int) -> None:
        self._greatest = greatest

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the numbers of an option."""
        words = [word.strip() for word in str(value).split(",")]
        if not all(word.isdecimal() and 0 < int(word) <= self._greatest for word in words):
            self.fail(f"write numbers from 1 to {self._greatest}, with commas", param, ctx)
        return tuple(sorted({int(word) for word in words}))


WRK, IN_PYTHON = CLIENTS = ("wrk", "python")
_NAMES = tuple(target.name for target in PYTHON) + FROM_NPM
_EXTENT = ("rounds", "connections", "paths", "deletions")
_PYTHON_SECONDS = 0.3


@click.command()
@click.option(
    "--seconds", type=click.FloatRange(0.05, 60), help="Length of one measurement.  [default: 1 with wrk; 0.3]"
)
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1), help="Each measures everything once.")
@click.option("--connections", default="16,64", show_default=True, type=Numbers(1000), help="Numbers of clients.")
@click.option("--paths", default=",".join(PATHS), show_default=True, type=Several(PATHS), help="Paths to measure.")
@click.option("--parts", default=",".join(PARTS), show_default=True, type=Several(PARTS), help="Parts of the run.")
@click.option(
    "--targets",
    default=",".join(target.name for target in PYTHON),
    show_default=True,
    type=Several(_NAMES),
    help=f"Servers to measure; also {', '.join(FROM_NPM)}.",
)
@click.option("--peers", is_flag=True, envvar="PEERS", help=f"Add {', '.join(FROM_NPM)}, installed by npm.")
@click.option("--stores", default=MEMORY, show_default=True, type=Several(STORES), help="Stores of our server.")
@click.option("--workers", default="1,3", show_default=True, type=Numbers(16), help="Worker processes on a database.")
@click.option("--client", type=click.Choice(CLIENTS), help="The load generator.  [default: wrk where it is installed]")
@click.option(
    "--deletions",
    default=40_000,
    show_default=True,
    type=click.IntRange(100),
    help="Audiences that are prepared for each second of deletions.",
)
@click.option(
    "--requests", default=1_000_000, show_default=True, type=click.IntRange(1), help="Before our memory is read last."
)
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures to this file.")
def main(*, client: str | None, file: Path | None, **chosen: Any) -> None:
    """Measure the server beside others; exit status 0 whatever the figures."""
    wrk = _wrk(client)
    extent = {name: chosen.pop(name) for name in _EXTENT}
    options = Options(_length(chosen.pop("seconds"), wrk), places=places(), wrk=wrk, **extent)
    _prepare(file)
    begun = datetime.now(UTC)  # noqa: TID251  (the date of the figures)
    try:
        figures = Figures(run(Choice(**chosen), options, _progress))
    except BenchError as error:
        raise click.ClickException(" ".join(str(error).split())) from None
    _progress("")
    components = versions(wrk, figures.run.versions)
    click.echo(text(figures, options, components))
    if file is not None:
        file.write_text(json.dumps(document(figures, options, components, begun), indent=1))


def _prepare(file: Path | None) -> None:
    """Make the file of the figures, so that a run is not lost for want of it."""
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError as error:
            raise click.ClickException(f"--json {file}: {error.strerror}") from None


def _wrk(client: str | None) -> Wrk | None:
    """Return the load generator wrk, or None for the client in Python."""
    program = None if client == IN_PYTHON else shutil.which(WRK)
    if program is None and client == WRK:
        raise click.UsageError("wrk is not installed: apt-get install wrk, or --client python")
    return None if program is None else Wrk(program)


def _length(seconds: float | None, wrk: Wrk | None) -> float:
    """Return the seconds of a measurement; wrk takes whole ones alone."""
    if seconds is None:
        return _PYTHON_SECONDS if wrk is None else 1.0
    if wrk is not None and not seconds.is_integer():
        raise click.UsageError(f"wrk measures whole seconds, not {seconds:g}; or add --client python")
    return seconds


def _progress(line: str) -> None:
    if os.isatty(2):
        click.echo(f"\r\x1b[K{line}", err=True, nl=False)


if __name__ == "__main__":
    main()
