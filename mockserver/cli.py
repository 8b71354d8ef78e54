"""The command line: options in, one server out."""

import re
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import uvloop
from click.exceptions import NoArgsIsHelpError

from mockserver import __version__
from mockserver.adapters.http_server import HttpServer, bound
from mockserver.adapters.protocol import protocol
from mockserver.banner import banner, sights
from mockserver.bootstrap import parts, seed, server, unparsed, unparsed_reporter
from mockserver.config import Settings
from mockserver.control.answers import DEFAULT_SANDBOX
from mockserver.service.seeding import SeedError

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
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


@click.group()
@click.version_option(__version__, prog_name="audience-mock")
def cli() -> None:
    """Mock server for the audiences API: it remembers, guards and refuses as the documentation says."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option("--store", default="memory", show_default=True, help="Where the state is: memory.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes: 1, as memory is not shared."
)
@click.option("--seed", default=0, show_default=True, help="Of identifiers and keys: the same seed, the same names.")
@click.option("--seed-file", type=click.Path(path_type=Path), help="YAML or JSON: what the sandbox 'default' holds.")
@click.option("--admin-token", help="Asked for on /_mock. Made up and printed when listening beyond this machine.")
@click.option("--allowed-host", "allowed_hosts", multiple=True, help="A further Host that /_mock answers to.")
@click.option("--job-duration", default="30s", show_default=True, type=Duration(), help="From start to end of a job.")
@click.option(
    "--max-body", default=1 << 20, show_default=True, type=click.IntRange(1), help="Bytes that a body may have."
)
@click.option(
    "--journal-limit",
    default=1_000,
    show_default=True,
    type=click.IntRange(0),
    help="Exchanges that the journal of each sandbox keeps; 0 for no journal.",
)
@click.option("--log-format", type=click.Choice(["text", "json"]), help="Write one line for each request.")
def serve(*, allowed_hosts: tuple[str, ...], workers: int, **options: Any) -> None:  # noqa: ANN401  (click's)
    """Serve the mock until SIGINT or SIGTERM."""
    settings = Settings(allowed_hosts=frozenset(allowed_hosts), **options)
    if settings.store != "memory":
        message = f"--store {settings.store}: this version keeps its state in memory only"
        raise click.UsageError(message)
    if workers > 1:
        message = f"--workers {workers}: the memory store belongs to one process; leave the option out"
        raise click.UsageError(message)
    if not settings.is_loopback and settings.admin_token is None:
        settings = Settings(allowed_hosts=frozenset(allowed_hosts), **options | {"admin_token": secrets.token_hex(16)})
    try:
        listening = bound(settings.host, settings.port)
    except OSError as error:
        message = f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; choose another with --port"
        raise click.UsageError(message) from None
    with listening:
        uvloop.run(_serve(settings, listening))


async def _serve(settings: Settings, listening: socket.socket) -> None:
    made = parts(settings)
    try:
        await seed(settings, made)
    except SeedError as error:
        raise click.UsageError(str(error)) from None
    seen = await made.sandboxes.work(DEFAULT_SANDBOX, sights)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{listening.getsockname()[1]}"
    text = banner(url, __version__, seen, settings.admin_token)

    def refuse(status: int, message: str, details: Mapping[str, object]) -> bytes:
        return unparsed(made.wire, status, message, details)

    await HttpServer(
        server(settings, made, click.echo),
        protocol(refuse, report=unparsed_reporter(settings, made)),
        lambda: click.echo(text),
    ).serve([listening])


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
