"""The command line: it tells which sentences of the documentation an implementation breaks."""

import json
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from conformance import environment
from conformance.catalogue.requirements import Profile, load_catalogue
from conformance.options import Options, UsageError, parse_headers, positive, validate
from conformance.report.formats import FORMATS
from conformance.runner.run import run as run_it

_USAGE, _INTERRUPTED = 4, 2
_FILE = click.Path(path_type=Path)


def _report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for a report in each format."""
    for report_format in reversed(FORMATS):
        command = click.option(f"--report-{report_format.name}", type=_FILE, help=report_format.help)(command)
    return command


@click.group()
def cli() -> None:
    """Conformance suite for the audiences API."""


@cli.command()
@click.option("--base-url", required=True, help="What stands before /v1.")
@click.option("--states-url", help="Where the target brings provider states about.")
@click.option("--states-header", "states_headers", multiple=True, help="Sent to the states URL only.")
@click.option("--states-file", type=_FILE, help="Provider states prepared by hand, in TOML.")
@click.option("--api-key", help="Nothing but a key: what the public API can bring about. Or AUDIENCE_API_KEY.")
@click.option("--allow-leftovers", is_flag=True, help="With --api-key: make folders, which nobody can delete.")
@click.option("--allow-credits", is_flag=True, help="With --api-key: start jobs, which cost credits.")
@click.option("--header", "headers_given", multiple=True, help="Sent to the target only.")
@click.option("--ca-bundle", type=_FILE, help="The certificates to trust, in PEM form.")
@click.option("--profile", type=click.Choice([one.value for one in Profile]), default="full", show_default=True)
@_report_options
@click.option("--expected-failures", "expected", type=_FILE, help="Lines of 'ID  reason'.")
@click.option("--strict", is_flag=True, help="A SHOULD counts as a MUST.")
@click.option("--seed", type=int, help="Fresh and printed, unless it is given.")
@click.option(
    "--max-examples",
    default=90,
    show_default=True,
    type=click.IntRange(1),
    help="Repetitions of what is cheap and central: 90 find a fault that shows once in 20 times, with 99 %.",
)
@click.option("--timeout", default=10.0, show_default=True, callback=positive, help="Seconds to wait for an answer.")
@click.option("--deadline", type=float, callback=positive, help="Seconds after which the rest is not run.")
@click.option(
    "--max-rps",
    type=float,
    callback=positive,
    help="Requests a second, of all workers together: no limit on this machine, 20 elsewhere.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes side by side. Unless it is given: one, or with --states-url some where the target is slow.",
)
@click.option("--allow-production", is_flag=True, help="Without it, the vendor's own server is refused.")
@click.option("-k", "selection", help="Run only the checks whose names match (pytest's expression).")
@click.option("-x", "first_failure", is_flag=True, help="Stop at the first check that fails.")
@click.option(
    "--lf",
    "last_failed",
    is_flag=True,
    help="Run only the checks that failed last; all, if none did. They are remembered in ./.audience-conformance",
)
def run(
    *,
    seed: int | None,
    headers_given: tuple[str, ...],
    states_headers: tuple[str, ...],
    **rest: Any,  # noqa: ANN401  (click's)
) -> None:
    """Check an implementation by its URL.

    How it is put into a situation: by --states-url, --states-file or --api-key; one of them is needed.

    Exit status: 0 conforms, 1 does not, 2 interrupted, 3 a fault of the suite itself, 4 usage, 5 nothing selected.
    """
    names = [report_format.name for report_format in FORMATS]
    reports = {name: path for name in names if (path := rest.pop(f"report_{name}"))}
    options = Options(
        seed=secrets.randbelow(1 << 32) if seed is None else seed,
        headers=parse_headers(headers_given),
        states_headers=parse_headers(states_headers),
        reports=reports,
        profile=Profile(rest.pop("profile")),
        **rest,
    )
    sys.exit(run_it(validate(options, environment.read().api_key), load_catalogue()))


@cli.command("list")
@click.option("--json", "as_document", is_flag=True, help="As JSON.")
def list_requirements(*, as_document: bool) -> None:
    """List every requirement: id, level, sentence, source, the checks that decide it."""
    known = load_catalogue()
    if as_document:
        fields = ("id", "level", "profile", "text", "source", "operation", "conditional", "checks", "excluded")
        click.echo(json.dumps([{name: getattr(row, name) for name in fields} for row in known.values()], indent=2))
        return
    for row in known.values():
        unchecked = f" (not checked: {row.excluded})" if row.excluded else ""
        click.echo(f"{row.id:<32}{row.level:<8}{row.text}{unchecked}")


@cli.command()
@click.argument("requirement_id")
def explain(requirement_id: str) -> None:
    """Tell everything about one requirement."""
    row = load_catalogue().get(requirement_id)
    if row is None:
        raise UsageError(f"there is no requirement {requirement_id!r}; `list` shows those that there are")
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
