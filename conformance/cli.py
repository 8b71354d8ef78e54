"""The command line of the conformance suite: `run`, `states`, `list` and `explain`."""

import json
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from click.exceptions import NoArgsIsHelpError

from conformance import environment
from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.client.transport import DEFAULT_MAX_BODY
from conformance.harness.settling import DEFAULT_SETTLING_TIME
from conformance.options import Options, UsageError, parse_headers, positive
from conformance.report.formats import FORMATS
from conformance.report.legible import line
from conformance.runner.reporting import contract_facts, suite_version
from conformance.runner.run import run as run_it
from conformance.states_check.command import states
from conformance.validation import validate

_USAGE, _INTERRUPTED = 4, 2
_FILE = click.Path(path_type=Path)


def _report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for a report in each format."""
    for report_format in reversed(FORMATS):
        command = click.option(f"--report-{report_format.name}", type=_FILE, help=report_format.help)(command)
    return command


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  (a report states real time)


def _print_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's)
    if not value:
        return
    contract = contract_facts()
    click.echo(f"audience-conformance {suite_version()}")
    click.echo(f"contract {contract.title} {contract.version}, sha256 {contract.digest}")
    context.exit()


@click.group()
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version of the suite and the digest of its contract.",
)
def cli() -> None:
    """Conformance suite for the audiences API."""


@cli.command()
@click.option("--base-url", required=True, help="Base URL of the target, without /v1.")
@click.option("--states-url", help="URL that sets up the provider states of the target.")
@click.option(
    "--states-header",
    "states_headers",
    multiple=True,
    type=environment.LINES,
    help="Header 'Name: value' for the states URL only. May be repeated.",
)
@click.option("--states-file", type=_FILE, help="TOML file of provider states that were set up by hand.")
@click.option("--api-key", help="API key, to set up states by the public API alone. Or AUDIENCE_API_KEY.")
@click.option(
    "--account-group",
    help="With --api-key: the account group to work in; by default the first one that the key sees.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --api-key or --states-file: print what the run would make, and end before the first write.",
)
@click.option("--allow-leftovers", is_flag=True, help="With --api-key: create folders, which cannot be deleted.")
@click.option("--allow-credits", is_flag=True, help="With --api-key: start jobs, which cost credits.")
@click.option(
    "--header",
    "headers_given",
    multiple=True,
    type=environment.LINES,
    help="Header 'Name: value' for the target only. May be repeated.",
)
@click.option("--ca-bundle", type=_FILE, help="File of trusted certificates, in PEM form.")
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    default="full",
    show_default=True,
    help="Part of the documentation to check.",
)
@_report_options
@click.option(
    "--expected-failures", "expected", type=_FILE, help="File of known failures: TOML, or lines of 'ID  reason'."
)
@click.option("--reproduce", type=_FILE, help="Directory for a shell script and a pytest file of each violation.")
@click.option("--quiet", is_flag=True, help="Print only the verdict, and errors.")
@click.option("--strict", is_flag=True, help="Count a SHOULD as a MUST.")
@click.option("--seed", type=int, help="Seed of the random choices; by default a new one, which is printed.")
@click.option(
    "--max-examples",
    default=90,
    show_default=True,
    type=click.IntRange(1),
    help="Repetitions of cheap, central checks: 90 find a violation by 1 in 20 requests with a probability of 99 %.",
)
@click.option("--timeout", default=10.0, show_default=True, callback=positive, help="Seconds to wait for a response.")
@click.option(
    "--max-body",
    default=DEFAULT_MAX_BODY,
    show_default=True,
    type=click.IntRange(1_024),
    help="Bytes of a response, decoded, that are read; more is a violation of the target.",
)
@click.option(
    "--settle",
    default=DEFAULT_SETTLING_TIME,
    show_default=True,
    callback=positive,
    help="Seconds after which lists and single reads have to show a change; no page prints a number.",
)
@click.option("--deadline", type=float, callback=positive, help="Seconds after which the remaining checks are not run.")
@click.option(
    "--max-rps",
    type=float,
    callback=positive,
    help="Requests a second of all workers together; by default no limit on this machine, 20 elsewhere.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Number of parallel processes; by default 1, or more for a slow target with --states-url.",
)
@click.option("--allow-production", is_flag=True, help="Allow the vendor's own server as the target.")
@click.option("-k", "selection", help="Run only the checks whose names match (pytest's expression).")
@click.option("-x", "first_failure", is_flag=True, help="Stop at the first check that fails.")
@click.option(
    "--lf",
    "last_failed",
    is_flag=True,
    help="Run only the checks that failed last, or all if none did. They are kept in ./.audience-conformance.",
)
def run(
    *,
    seed: int | None,
    headers_given: tuple[str, ...],
    states_headers: tuple[str, ...],
    **rest: Any,  # noqa: ANN401  (the options of click)
) -> None:
    """Check an implementation by its URL.

    One of --states-url, --states-file and --api-key is required: it sets up the provider states of the target.
    An environment variable can give each option; several headers are lines of theirs.

    Exit status: 0 conforms, 1 does not, 2 interrupted, 3 error of the suite itself, 4 usage, 5 nothing selected.
    """
    names = [report_format.name for report_format in FORMATS]
    reports = {name: path for name in names if (path := rest.pop(f"report_{name}"))}
    options = Options(
        seed=secrets.randbelow(1 << 32) if seed is None else seed,
        run_id=UUID(bytes=secrets.token_bytes(16), version=4),
        headers=parse_headers(headers_given),
        states_headers=parse_headers(states_headers),
        reports=reports,
        profile=Profile(rest.pop("profile")),
        **rest,
    )
    sys.exit(run_it(validate(options, environment.read().api_key), load_catalogue(), _now))


cli.add_command(states)
for _command in (run, states):
    environment.name_variables(_command)


@cli.command("list")
@click.option("--json", "as_document", is_flag=True, help="Print JSON.")
def list_requirements(*, as_document: bool) -> None:
    """List every requirement, with its level and sentence; in JSON with source and checks as well."""
    catalogue = load_catalogue()
    if as_document:
        fields = ("id", "level", "profile", "text", "source", "operation", "conditional", "checks", "excluded")
        click.echo(json.dumps([{name: getattr(row, name) for name in fields} for row in catalogue.values()], indent=2))
        return
    width = max(map(len, catalogue)) + 2
    for row in catalogue.values():
        unchecked = f" (not checked: {row.excluded})" if row.excluded else ""
        click.echo(f"{row.id:<{width}}{row.level:<8}{row.text}{unchecked}")


@cli.command()
@click.argument("requirement_id")
def explain(requirement_id: str) -> None:
    """Show everything about a requirement."""
    row = load_catalogue().get(requirement_id)
    if row is None:
        raise UsageError(f"there is no requirement {requirement_id!r}; `list` shows all requirements")
    condition = "  (conditional: a run may not exercise it)" if row.conditional else ""
    click.echo(f"{row.id}  {row.level}{condition}\n\n  {row.text}\n")
    click.echo(f"  source     {row.source}\n  operation  {row.operation}\n  profile    {row.profile}")
    click.echo(f"  decided by {', '.join(row.checks) if row.checks else f'nothing: {row.excluded}'}")


def main() -> None:
    """Run the command line; a usage error is one line on standard error."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(_USAGE)
    except click.ClickException as error:
        click.echo(line(f"audience-conformance: {error.format_message()}"), err=True)
        sys.exit(_USAGE)
    except click.Abort:
        sys.exit(_INTERRUPTED)
