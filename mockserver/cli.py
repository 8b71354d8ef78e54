"""The command line: options in, one server out."""

import re
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from mockserver import __version__
from mockserver.adapters.http_server import bound
from mockserver.config import ADMIN_TOKEN, MEMORY, Settings
from mockserver.domain.limit import RateLimit
from mockserver.ports import StoreError
from mockserver.service.seeding import SeedError
from mockserver.serving import run

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_YEAR = 8_760 * _UNITS["h"]
_USAGE = 2


class Duration(click.ParamType[int]):
    """A span of time such as `500ms`, `30s`, `2m` or `1h`, read as milliseconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401  (click's)
        """Read it."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d{1,9})(ms|s|m|h)", value)
        if found is None:
            self.fail(f"{value!r} is not a duration; write it like 500ms, 30s, 2m or 1h", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


class Expiry(click.ParamType[int | None]):
    """A duration from a second to a year, or `never`, read as None."""

    name = "duration or never"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:  # noqa: ANN401  (click's)
        """Read it."""
        if value is None or value == "never":
            return None
        expiry = Duration().convert(value, param, ctx)
        if not _UNITS["s"] <= expiry <= _YEAR:
            self.fail(f"{value!r} does not do; it goes from 1s to 8760h, or never", param, ctx)
        return expiry


class Rate(click.ParamType[RateLimit]):
    """A rate limit such as `5/s`, `60/m` or `1000/h`."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> RateLimit:  # noqa: ANN401  (click's)
        """Read it."""
        try:
            return value if isinstance(value, RateLimit) else RateLimit.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Token(click.ParamType[str]):
    """A secret that a header can carry, and that is not guessed at once."""

    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401  (click's)
        """Read it; it is not repeated in what is said of it."""
        if re.fullmatch(r"[\x21-\x7e]{8,}", value) is None:
            self.fail("a token has 8 or more visible ASCII characters, and no blanks", param, ctx)
        return str(value)


class Origin(click.ParamType[str]):
    """An origin as browsers send it: scheme, host, and a port that is not the scheme's own; or `*`, or `null`."""

    name = "origin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401  (click's)
        """Read it."""
        origin = str(value).lower()
        found = re.fullmatch(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^\s/?#@:*\[\]]+)(:\d{1,5})?", origin, re.ASCII)
        if found is None and origin not in {"*", "null"}:
            self.fail(f"{value!r} is not an origin; write it like http://localhost:3000, without a path", param, ctx)
        usual = {"http": ":80", "https": ":443"}
        return origin.removesuffix(usual.get(found[1], "/")) if found is not None else origin


@click.group()
@click.version_option(__version__, prog_name="audience-mock")
def cli() -> None:
    """Mock server for the audiences API: it remembers, guards and refuses as the documentation says."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option(
    "--store",
    default="memory",
    show_default=True,
    help="Where the state is: memory, sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes; several need a database.",
)
@click.option("--seed", default=0, show_default=True, help="Of identifiers and keys: the same seed, the same names.")
@click.option("--seed-file", type=click.Path(path_type=Path), help="YAML or JSON: what the sandbox 'default' holds.")
@click.option(
    "--admin-token",
    type=Token(),
    envvar=ADMIN_TOKEN,
    show_envvar=True,
    help="Asked for on /_mock. Made up and printed when listening beyond this machine.",
)
@click.option("--allowed-host", "allowed_hosts", multiple=True, help="A further Host that /_mock answers to.")
@click.option("--job-duration", default="30s", show_default=True, type=Duration(), help="From start to end of a job.")
@click.option(
    "--max-body", default=1 << 20, show_default=True, type=click.IntRange(1), help="Bytes that a body may have."
)
@click.option("--rate-limit", type=Rate(), help="Of each key, such as 5/s, 60/m or 1000/h. None if left out.")
@click.option("--max-sandboxes", default=10_000, show_default=True, type=click.IntRange(1), help="More are refused.")
@click.option(
    "--sandbox-expiry",
    default="1h",
    show_default=True,
    type=Expiry(),
    help="A sandbox that nobody uses for so long is gone, but 'default'; or never.",
)
@click.option(
    "--max-connections", default=900, show_default=True, type=click.IntRange(1), help="That are open at once."
)
@click.option(
    "--cors-origin",
    "cors_origins",
    multiple=True,
    type=Origin(),
    help="An origin whose pages may use /v1, like http://localhost:3000; * for all.",
)
@click.option(
    "--journal-limit",
    default=1_000,
    show_default=True,
    type=click.IntRange(0),
    help="Exchanges that the journal of each sandbox keeps; 0 for no journal.",
)
@click.option("--log-format", type=click.Choice(["text", "json"]), help="Write one line for each request.")
def serve(*, allowed_hosts: tuple[str, ...], cors_origins: tuple[str, ...], workers: int, **options: Any) -> None:  # noqa: ANN401  (click's)
    """Serve the mock until SIGINT or SIGTERM."""
    settings = Settings(allowed_hosts=frozenset(allowed_hosts), cors_origins=frozenset(cors_origins), **options)
    if workers > 1 and settings.store == MEMORY:
        raise click.UsageError(
            f"--workers {workers}: the memory store belongs to one process; leave it out, or use another --store"
        )
    if not settings.is_loopback and settings.admin_token is None:
        settings = replace(settings, admin_token=secrets.token_hex(16))
    try:
        listening = bound(settings.host, settings.port)
    except OSError as error:
        raise click.UsageError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; choose another with --port"
        ) from None
    with listening:
        try:
            sys.exit(run(settings, listening, workers))
        except SeedError as error:
            raise click.UsageError(str(error)) from None
        except StoreError as error:
            raise click.UsageError(f"--store {settings.shown_store}: {error}") from None


def main() -> None:
    """Run the command line; a wrong option is one line on standard error, and exit status 2."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(_USAGE)
    except click.ClickException as error:
        click.echo(f"audience-mock: {error.format_message()}", err=True)
        sys.exit(_USAGE)
    except click.Abort:
        sys.exit(_USAGE)
