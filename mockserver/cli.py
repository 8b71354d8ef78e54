"""The command line of `audience-mock`."""

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
from mockserver.agent_command import mcp
from mockserver.config import DURABILITIES, FULL, MEMORY, NO_LOG, Settings
from mockserver.domain.limit import RateLimit
from mockserver.ports import StoreError
from mockserver.seed_commands import seed
from mockserver.service.seeding import SeedError
from mockserver.serving import run
from mockserver.stdin_watch import stop_at_end_of_input

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_MAX_EXPIRY = 8_760 * _UNITS["h"]
_USAGE_ERROR = 2


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A duration such as `500ms`, `30s`, `2m` or `1h`, converted to milliseconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401  (click's)
        """Convert the value of an option."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d{1,9})(ms|s|m|h)", value)
        if match is None:
            self.fail(f"{value!r} is not a duration; write it like 500ms, 30s, 2m or 1h", param, ctx)
        return int(match[1]) * _UNITS[match[2]]


class Expiry(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A duration from a second to a year, converted to milliseconds, or `never`, converted to None."""

    name = "duration or never"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:  # noqa: ANN401  (click's)
        """Convert the value of an option."""
        if value is None or value == "never":
            return None
        expiry = Duration().convert(value, param, ctx)
        if not _UNITS["s"] <= expiry <= _MAX_EXPIRY:
            self.fail(f"{value!r} is out of range; use 1s to 8760h, or never", param, ctx)
        return expiry


class Rate(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A rate limit such as `5/s`, `60/m` or `1000/h`."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> RateLimit:  # noqa: ANN401  (click's)
        """Convert the value of an option."""
        try:
            return value if isinstance(value, RateLimit) else RateLimit.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Token(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A secret that a header can carry and that is not trivial to guess."""

    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401  (click's)
        """Convert the value of an option; the error message does not repeat it."""
        if re.fullmatch(r"[\x21-\x7e]{8,}", value) is None:
            self.fail("a token has 8 or more visible ASCII characters and no blanks", param, ctx)
        return str(value)


class Origin(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """An origin as browsers send it (scheme, host, and a port other than the scheme's default), or `*`, or `null`."""

    name = "origin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401  (click's)
        """Convert the value of an option."""
        origin = str(value).lower()
        match = re.fullmatch(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^\s/?#@:*\[\]]+)(:\d{1,5})?", origin, re.ASCII)
        if match is None and origin not in {"*", "null"}:
            self.fail(f"{value!r} is not an origin; write it like http://localhost:3000, without a path", param, ctx)
        default_ports = {"http": ":80", "https": ":443"}
        return origin.removesuffix(default_ports.get(match[1], "/")) if match is not None else origin


@click.group()
@click.version_option(__version__, prog_name="audience-mock")
def cli() -> None:
    """Stateful mock server of the audiences API, with the documented guards and refusals."""


cli.add_command(seed)
cli.add_command(mcp)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 for a free one.",
)
@click.option(
    "--store",
    default="memory",
    show_default=True,
    help="Store of the state: memory, sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
)
@click.option(
    "--store-connections",
    default=16,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Maximum number of connections of each process to PostgreSQL.",
)
@click.option(
    "--durability",
    default=FULL,
    show_default=True,
    type=click.Choice(DURABILITIES),
    help="What a crash of the machine may lose of a database: full: no change that was responded to; relaxed, which is "
    "faster: the latest changes. A crash of the server loses none in either.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Number of processes; more than one needs a database.",
)
@click.option(
    "--seed",
    type=int,
    help="Seed of generated identifiers and keys, to reproduce them. By default keys cannot be guessed.",
)
@click.option(
    "--seed-file", type=click.Path(path_type=Path), help="YAML or JSON file with the content of the sandbox 'default'."
)
@click.option("--watch", is_flag=True, help="Make the sandbox 'default' anew whenever the --seed-file changes.")
@click.option(
    "--admin-token",
    type=Token(),
    help="Token that /_mock requires. Generated and printed unless bound to loopback.",
)
@click.option("--allowed-host", "allowed_hosts", multiple=True, help="Further Host that /_mock accepts; repeatable.")
@click.option("--job-duration", default="30s", show_default=True, type=Duration(), help="Duration of a job.")
@click.option(
    "--max-body", default=1 << 20, show_default=True, type=click.IntRange(1), help="Maximum size of a body in bytes."
)
@click.option("--rate-limit", type=Rate(), help="Rate limit of each key, such as 5/s, 60/m or 1000/h; none by default.")
@click.option(
    "--max-sandboxes", default=10_000, show_default=True, type=click.IntRange(1), help="Maximum number of sandboxes."
)
@click.option(
    "--max-data",
    default=1 << 30,
    show_default=True,
    type=click.IntRange(1),
    help="Maximum size in bytes of all that the memory store holds.",
)
@click.option(
    "--sandbox-expiry",
    default="1h",
    show_default=True,
    type=Expiry(),
    help="Idle time after which a sandbox is deleted, except 'default'; or never.",
)
@click.option(
    "--max-connections",
    default=900,
    show_default=True,
    type=click.IntRange(1),
    help="Maximum number of open connections.",
)
@click.option(
    "--cors-origin",
    "cors_origins",
    multiple=True,
    type=Origin(),
    help="Origin whose pages may use /v1, besides this machine's: https://app.test, or * for all; repeatable.",
)
@click.option(
    "--journal-limit",
    default=1_000,
    show_default=True,
    type=click.IntRange(0),
    help="Maximum number of exchanges in the journal of each sandbox; 0 for no journal.",
)
@click.option(
    "--log-format",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", NO_LOG]),
    help="Format of the line that each request writes to standard output.",
)
@click.option(
    "--until-stdin-closes", is_flag=True, help="Stop when standard input ends, with the process that started it."
)
def serve(
    *,
    allowed_hosts: tuple[str, ...],
    cors_origins: tuple[str, ...],
    workers: int,
    until_stdin_closes: bool,
    **options: Any,  # noqa: ANN401  (click's)
) -> None:
    """Serve the mock until SIGINT, SIGTERM or SIGHUP.

    Each option can be given by an environment variable instead; several values of one are separated by blanks.
    """
    settings = Settings(allowed_hosts=frozenset(allowed_hosts), cors_origins=frozenset(cors_origins), **options)
    if workers > 1 and settings.store == MEMORY:
        raise click.UsageError(
            f"--workers {workers}: the memory store supports only one process; leave it out, or use another --store"
        )
    if settings.watch and settings.seed_file is None:
        raise click.UsageError("--watch: there is nothing to watch without a --seed-file")
    if settings.watch and workers > 1:
        raise click.UsageError(f"--watch: it needs one process; leave out --workers {workers}")
    if not settings.is_loopback and settings.admin_token is None:
        settings = replace(settings, admin_token=secrets.token_hex(16))
    try:
        listener = bound(settings.host, settings.port)
    except OSError as error:
        raise click.UsageError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; choose another with --port"
        ) from None
    with listener:
        if until_stdin_closes:
            stop_at_end_of_input()
        try:
            sys.exit(run(settings, listener, workers))
        except SeedError as error:
            raise click.UsageError(str(error)) from None
        except StoreError as error:
            raise click.UsageError(f"--store {settings.shown_store}: {error}") from None


for _option in serve.params:
    if isinstance(_option, click.Option):
        _option.envvar = f"AUDIENCE_MOCK_{_option.opts[0].removeprefix('--').replace('-', '_').upper()}"
        _option.show_envvar = True


def main() -> None:
    """Run the command line; a usage error is one line on standard error and the exit status 2."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(_USAGE_ERROR)
    except click.ClickException as error:
        click.echo(f"audience-mock: {error.format_message()}", err=True)
        sys.exit(_USAGE_ERROR)
    except click.Abort:
        sys.exit(_USAGE_ERROR)
