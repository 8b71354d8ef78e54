"""The commands on seed documents: `audience-mock seed export` and `audience-mock seed check`."""

import asyncio
import json
import re
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

import click

from mockserver.adapters.clock import RealClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.job import Progression
from mockserver.seeds import checked, read_seed, write_text
from mockserver.service.sandboxes import Sandboxes, SeenSandbox
from mockserver.service.seeding import SeedError

_TIMEOUT = 60
_MOST_BYTES = 256 << 20
_SHOWN = 300


class _NoRedirects(HTTPRedirectHandler):
    """A handler that follows no redirect, so that the admin token reaches no other server."""

    def redirect_request(self, *_: object) -> None:
        """Return None: the response is an error."""


@click.group()
def seed() -> None:
    """Export the content of a sandbox as a seed document, or check one."""


@seed.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Address of the server.")
@click.option("--sandbox", default="default", show_default=True, help="Id of the sandbox.")
@click.option("--keys", is_flag=True, help="Export the tokens of keys, too; without them, fresh ones are generated.")
@click.option("--admin-token", envvar="AUDIENCE_MOCK_ADMIN_TOKEN", show_envvar=True, help="Admin token of the server.")
def export(url: str, sandbox: str, admin_token: str | None, *, keys: bool) -> None:
    """Print a sandbox as it is, in YAML that --seed-file takes."""
    if re.match("https?://[^/]", url) is None:
        raise click.UsageError(f"--url: {url!r} is no address; write it like http://127.0.0.1:8080")
    address = f"{url.rstrip('/')}/_mock/sandboxes/{quote(sandbox, safe='')}/seed?keys={str(keys).lower()}"
    headers = {} if admin_token is None else {"Authorization": f"Bearer {admin_token}"}
    document, received = _fetched(url, address, headers)
    if "Warning" in received:
        click.echo(f"audience-mock: {received['Warning']}", err=True)
    click.echo(write_text(document).encode(), nl=False)


def _fetched(url: str, address: str, headers: dict[str, str]) -> tuple[Any, Message]:
    """Return a JSON document with the headers of its response; a ClickException if there is none."""
    try:
        request = Request(address, headers=headers)  # noqa: S310  (its scheme was checked)
        with build_opener(_NoRedirects).open(request, timeout=_TIMEOUT) as response:
            document = json.loads(response.read(_MOST_BYTES))
            return checked(document), response.headers
    except HTTPError as error:
        raise click.ClickException(f"{url} refused the export with {error.code}: {_reason(error)}") from None
    except URLError as error:
        raise click.ClickException(f"cannot reach {url}: {error.reason}; choose a running server with --url") from None
    except (OSError, HTTPException, ValueError) as error:
        problem = " ".join(str(error).split())[:_SHOWN]
        raise click.ClickException(
            f"{url} sent no seed document: {problem}; --url is the address of an audience-mock"
        ) from None


def _reason(error: HTTPError) -> str:
    """Return what a refusal says, in one line."""
    try:
        body = json.loads(error.read(_MOST_BYTES))
        said = [str(body[name]) for name in ("reason", "hint") if name in body]
    except (OSError, HTTPException, ValueError, TypeError):
        said = []
    return " ".join(" ".join(said).split())[:_SHOWN] or "it gave no reason; --url is the address of an audience-mock"


@seed.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Tell whether a YAML or JSON file is a seed document; the exit status is 2 if it is not."""
    try:
        made = asyncio.run(_made_from(file))
    except SeedError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file} is a seed document: {len(made.keys)} keys, {len(made.account_groups)} account groups")


async def _made_from(file: Path) -> SeenSandbox:
    """Return a sandbox made from a file, in a store of its own; SeedError if the file is no seed document."""
    document = read_seed(file)
    sandboxes = Sandboxes(MemoryStore(), RealClock(), SeededIds(0), Progression())
    try:
        return await sandboxes.create(document)
    except SeedError as error:
        raise SeedError(f"{file}: {error}") from None
