"""The command `audience-mock mcp`: tools for coding agents, on a server that is running or on one of its own."""

import gc
import pkgutil
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import entry_points
from signal import SIG_DFL, SIGINT, signal
from typing import Any

import anyio
import click

from mockserver import __version__
from mockserver.adapters.http_server import bound
from mockserver.recording.findings.catalogue import RULES
from mockserver.threaded import ThreadedServer

REQUIREMENTS = "audience_mock.requirements"
"""The group of entry points that explain requirements: this package and the suite do not import each other."""

_HOST = "127.0.0.1"
_OURS = "mockserver"
_INSTALL = "install the tools for agents by pip install 'audience-mock[mcp]'"


@click.command()
@click.option("--url", envvar="AUDIENCE_MOCK_URL", show_envvar=True, help="A server that is running; else its own.")
@click.option("--admin-token", envvar="AUDIENCE_MOCK_ADMIN_TOKEN", show_envvar=True, help="Admin token of that server.")
@click.option(
    "--http",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Serve /mcp on this machine by HTTP; 0 for a free port.",
)
def mcp(url: str | None, admin_token: str | None, http: int | None) -> None:
    """Serve tools for coding agents by the Model Context Protocol, on standard input and output."""
    serve, address, refused = (
        _loaded(name) for name in ("agents.server:serve", "client.transport:Address", "client:ControlPlaneError")
    )
    with _mock(url or None) as at:
        try:
            control_plane = address(at, admin_token or None)
        except refused as error:
            raise click.UsageError(f"--url: {error}") from None
        if http is None:
            signal(SIGINT, SIG_DFL)  # a thread that reads standard input would let no exception end the process
            anyio.run(serve, control_plane, explanation, __version__, None)
            return
        with _listening(http) as listening, suppress(KeyboardInterrupt):
            anyio.run(serve, control_plane, explanation, __version__, listening)


def explanation(identifier: str) -> dict[str, str | None]:
    """Return the explanation of a rule about clients, or of a requirement.

    Raises:
        LookupError: There is none; the message has a hint.
    """
    if identifier in RULES:
        rule = RULES[identifier]
        about = dict.fromkeys(("level", "source", "operation"))
        return {"id": rule.id, "kind": "rule", "text": rule.summary, "advice": rule.advice, **about}
    for entry_point in entry_points(group=REQUIREMENTS):
        found: dict[str, str | None] | None = entry_point.load()(identifier)
        if found is not None:
            return {"id": identifier, "kind": "requirement", "advice": None, **found}
    raise LookupError(
        f"there is no rule or requirement {identifier!r}. The rules are {', '.join(RULES)}; "
        "`audience-conformance list` shows the requirements."
    )


@contextmanager
def _mock(url: str | None) -> Iterator[str]:
    """Yield the URL of the mock server: the one that is given, or that of a new one in a thread."""
    gc.enable()
    if url is not None:
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # packages of the server warn of each other
        own = ThreadedServer().start()
    try:
        yield own.url
    finally:
        own.stop()


def _listening(port: int) -> socket.socket:
    try:
        listening = bound(_HOST, port)
    except OSError as error:
        raise click.UsageError(f"cannot listen on port {port}: {error.strerror}; choose another with --http") from None
    click.echo(f"Tools for agents at http://{_HOST}:{listening.getsockname()[1]}/mcp")
    return listening


def _loaded(name: str) -> Any:  # noqa: ANN401  (loaded by its name)
    """Load something that needs packages of the extra."""
    try:
        return pkgutil.resolve_name(f"{_OURS}.{name}")
    except ImportError as missing:
        package = str(missing.name).partition(".")[0]
        if package == _OURS:
            raise
        raise click.ClickException(f"the package {package} is not installed; {_INSTALL}") from None
