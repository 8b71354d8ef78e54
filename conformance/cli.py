"""The command line: it tells which sentences of the documentation an implementation breaks."""

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx
import pytest
from click.exceptions import NoArgsIsHelpError

from conformance.client import Client
from conformance.expected import ExpectationsError, read
from conformance.ledger import Ledger
from conformance.plugin import ConformancePlugin, Effort
from conformance.report import as_html, as_json, as_junit, as_markdown, as_text
from conformance.report.contents import Contract, Report
from conformance.requirements import Catalogue, Profile, catalogue
from conformance.states import NotEstablishedError, ProviderStates, StatesError
from conformance.wire import Wire
from openapi import contract, contract_text

VENDOR = "api.sonarly.io"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_POLITE = 20
_USAGE = 4
_INTERRUPTED = 2
_SECRET = 8


@dataclass(frozen=True, slots=True)
class Options:
    """What `run` is told."""

    base_url: str
    states_url: str
    profile: str
    seed: int
    max_examples: int
    timeout: float
    max_rps: float | None
    headers: Mapping[str, str]
    states_headers: Mapping[str, str]
    strict: bool
    selection: str | None
    expected: Path | None
    reports: Mapping[str, Path]


class UsageError(click.ClickException):
    """What a person can put right; exit status 4."""

    exit_code = _USAGE


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [header.partition(":") for header in given]
    wrong = [name for name, colon, _ in pairs if not colon or not name.strip()]
    if wrong:
        message = f"a header is written like 'Name: value', not {wrong[0]!r}"
        raise UsageError(message)
    return {name.strip(): value.strip() for name, _, value in pairs}


@click.group()
def cli() -> None:
    """Conformance suite for the audiences API."""


@cli.command()
@click.option("--base-url", required=True, help="What stands before /v1.")
@click.option("--states-url", required=True, help="Where the target's provider states are set up.")
@click.option("--states-header", "states_headers", multiple=True, help="Sent to the states URL only.")
@click.option("--header", "headers", multiple=True, help="Sent to the target only.")
@click.option("--profile", type=click.Choice([one.value for one in Profile]), default="full", show_default=True)
@click.option("--report-html", type=click.Path(path_type=Path))
@click.option("--report-json", type=click.Path(path_type=Path))
@click.option("--report-junit", type=click.Path(path_type=Path))
@click.option("--report-markdown", type=click.Path(path_type=Path))
@click.option("--expected-failures", "expected", type=click.Path(path_type=Path), help="Lines of 'ID  reason'.")
@click.option("--strict", is_flag=True, help="A SHOULD counts as a MUST.")
@click.option("--seed", type=int, help="Fresh and printed, unless it is given.")
@click.option(
    "--max-examples",
    default=90,
    show_default=True,
    type=click.IntRange(1),
    help="Repetitions of what is cheap and central: 90 find a fault that shows once in 20 times, with 99 %.",
)
@click.option("--timeout", default=10.0, show_default=True, help="Seconds to wait for an answer.")
@click.option("--max-rps", type=float, help="Requests a second: no limit on this machine, 20 elsewhere.")
@click.option("--allow-production", is_flag=True, help="Without it, the vendor's own server is refused.")
@click.option("-k", "selection", help="Run only the checks whose names match (pytest's expression).")
def run(
    *,
    seed: int | None,
    allow_production: bool,
    headers: tuple[str, ...],
    states_headers: tuple[str, ...],
    **rest: Any,  # noqa: ANN401  (click's)
) -> None:
    """Check an implementation by its URL. Exit status: 0 conforms, 1 does not, 2 interrupted, 3 our fault, 4 usage."""
    reports = {kind: path for kind in ("html", "json", "junit", "markdown") if (path := rest.pop(f"report_{kind}"))}
    options = Options(
        seed=secrets.randbelow(1 << 32) if seed is None else seed,
        headers=_headers(headers),
        states_headers=_headers(states_headers),
        reports=reports,
        **rest,
    )
    host = urlsplit(options.base_url).hostname
    if host is None or not options.base_url.startswith(("http://", "https://")):
        message = f"--base-url {options.base_url!r} is no http or https address"
        raise UsageError(message)
    if host == VENDOR and not allow_production:
        message = f"{host} is the vendor's own server; --allow-production says that you mean it"
        raise UsageError(message)
    sys.exit(_run(options, catalogue()))


def _run(options: Options, known: Catalogue) -> int:
    expected = _expected(options, known)
    host = urlsplit(options.base_url).hostname
    rps = options.max_rps or (None if host in _LOOPBACK else _POLITE)
    with (
        httpx.Client(base_url=options.base_url, headers=options.headers, timeout=options.timeout) as target,
        httpx.Client(headers=options.states_headers, timeout=options.timeout) as stater,
    ):
        client = Client(target, Wire(contract()), Ledger(), time.sleep, 1 / rps if rps else 0)  # noqa: TID251  (the one real pause)
        states = ProviderStates(stater, options.states_url)
        _preflight(target, states)
        click.echo(f"{options.base_url}, profile {options.profile}, seed {options.seed}")
        plugin = ConformancePlugin(
            known, client, states, Effort(Profile(options.profile), options.seed, options.max_examples), click.echo
        )
        begun, started = time.monotonic(), datetime.now(UTC)  # noqa: TID251  (when a report was made is real time)
        status = _pytest(options, plugin)
        if status in {_INTERRUPTED, _USAGE, int(pytest.ExitCode.NO_TESTS_COLLECTED)}:
            return status
        report = Report(
            contract=_contract(),
            base_url=options.base_url,
            profile=options.profile,
            seed=options.seed,
            started=started.isoformat(timespec="seconds"),
            duration=time.monotonic() - begun,
            decided=plugin.decided(expected),
            secrets=_secrets(client),
            strict=options.strict,
            selection=options.selection,
            notes=tuple(f"not torn down: {one}" for one in plugin.not_torn_down),
        )
    _write(options, report)
    return report.outcome.exit_status


def _pytest(options: Options, plugin: ConformancePlugin) -> int:
    checks = str(resources.files("conformance").joinpath("checks"))
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "--noconftest"]
    alone = ["--disable-plugin-autoload", "-c", "/dev/null", f"--rootdir={checks}", "--import-mode=importlib"]
    chosen = ["-k", options.selection] if options.selection else []
    return int(pytest.main([checks, *quiet, *alone, *chosen], plugins=[plugin]))


def _expected(options: Options, known: Catalogue) -> dict[str, str]:
    if options.expected is None:
        return {}
    try:
        found = read(options.expected.read_text(encoding="utf-8"), set(known))
    except (OSError, UnicodeDecodeError, ExpectationsError) as error:
        message = f"{options.expected}: {error}"
        raise UsageError(message) from None
    return {one: expectation.reason for one, expectation in found.items()}


def _preflight(target: httpx.Client, states: ProviderStates) -> None:
    """Find out before the run what would spoil all of it."""
    try:
        target.request("DELETE", "v1/accounts/preflight/audiences/preflight")
    except httpx.HTTPError as error:
        message = f"the target {target.base_url} does not answer HTTP: {error}"
        raise UsageError(message) from None
    try:
        states.setup("an API key")
    except (StatesError, NotEstablishedError, KeyError) as error:
        message = f"the provider states cannot be used: {error}"
        raise UsageError(message) from None
    states.teardown_all()


def _contract() -> Contract:
    text = contract_text()
    info = contract()["info"]
    return Contract(info["title"], info["version"], hashlib.sha256(text.encode()).hexdigest())


def _secrets(client: Client) -> dict[str, str]:
    """Every token that was sent, near misses included, with the name that stands for it in reports."""
    tokens = dict.fromkeys(
        value.removeprefix("Bearer ")
        for exchange in client.exchanges
        for name, value in exchange.request_headers
        if name.lower() == "authorization" and value.startswith("Bearer ")
    )
    kept = [token for token in tokens if len(token) >= _SECRET]
    return {token: f"AUDIENCE_API_KEY_{number}" for number, token in enumerate(kept, 1)}


def _write(options: Options, report: Report) -> None:
    renders: Mapping[str, Callable[[Report], str]] = {
        "html": as_html.render,
        "json": as_json.render,
        "junit": as_junit.render,
        "markdown": as_markdown.render,
    }
    for kind, path in options.reports.items():
        try:
            path.write_text(renders[kind](report), encoding="utf-8")
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise UsageError(message) from None
    click.echo(as_text.render(report))


@cli.command("list")
@click.option("--json", "as_document", is_flag=True, help="As JSON.")
def list_requirements(*, as_document: bool) -> None:
    """List every requirement: id, level, sentence, source, the checks that decide it."""
    known = catalogue()
    if as_document:
        fields = ("id", "level", "profile", "text", "source", "operation", "conditional", "checks", "excluded")
        click.echo(json.dumps([{name: getattr(row, name) for name in fields} for row in known.values()], indent=2))
        return
    for row in known.values():
        click.echo(f"{row.id:<28}{row.level:<8}{row.text}")


@cli.command()
@click.argument("requirement_id")
def explain(requirement_id: str) -> None:
    """Tell everything about one requirement."""
    row = catalogue().get(requirement_id)
    if row is None:
        message = f"there is no requirement {requirement_id!r}; `list` shows those that there are"
        raise UsageError(message)
    click.echo(
        f"{row.id}  {row.level}{'  (conditional: it may never arise)' if row.conditional else ''}\n\n  {row.text}\n"
    )
    click.echo(f"  source     {row.source}\n  operation  {row.operation}\n  profile    {row.profile}")
    click.echo(f"  decided by {', '.join(row.checks) if row.checks else f'nothing: {row.excluded}'}")


def main() -> None:
    """Run the command line; what is wrong with it is one line on standard error."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(_USAGE)
    except click.ClickException as error:
        click.echo(f"audience-conformance: {error.format_message()}", err=True)
        sys.exit(_USAGE)
    except click.Abort:
        sys.exit(_INTERRUPTED)
