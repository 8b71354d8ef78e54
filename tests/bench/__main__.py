"""`make bench`: our server beside bare Starlette, stock Connexion and others, in one interleaved run."""

import json
import os
from collections.abc import Iterable
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


@click.command()
@click.option(
    "--seconds", default=0.3, show_default=True, type=click.FloatRange(0.05, 60), help="Length of one measurement."
)
@click.option("--rounds", default=6, show_default=True, type=click.IntRange(1), help="Each measures everything once.")
@click.option("--connections", default="1,16,64", show_default=True, type=Numbers(1000), help="Numbers of clients.")
@click.option("--paths", default=",".join(PATHS), show_default=True, type=Several(PATHS), help="Paths to measure.")
@click.option("--parts", default=",".join(PARTS), show_default=True, type=Several(PARTS), help="Parts of the run.")
@click.option("--stores", default=MEMORY, show_default=True, type=Several(STORES), help="Stores of our server.")
@click.option("--workers", default="1,3", show_default=True, type=Numbers(16), help="Worker processes on a database.")
@click.option("--peers", is_flag=True, envvar="PEERS", help="Also measure Prism and openapi-backend, installed by npm.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures to this file.")
def main(
    *,
    seconds: float,
    rounds: int,
    connections: tuple[int, ...],
    paths: tuple[str, ...],
    file: Path | None,
    **choice: Any,
) -> None:
    """Measure the server beside bare Starlette, stock Connexion and others; exit status 0 whatever the figures."""
    options = Options(seconds, rounds, connections, paths, places())
    try:
        figures = Figures(run(Choice(**choice), options, _progress))
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
