"""The command `states`: the provider states as a table, or a check of a states URL."""

import json
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import httpx
from click.core import ParameterSource

from conformance.client.transport import BoundedClient, TransportSettings
from conformance.environment import LINES
from conformance.options import UsageError, certificates, parse_headers, positive
from conformance.report.redaction import Redactor
from conformance.runner.preflight import why_unreachable
from conformance.runner.reporting import long_secrets
from conformance.runner.session import default_certificates
from conformance.states.interface import state_descriptions
from conformance.states_check.check import check_states
from conformance.states_check.hook import Hook, LostError
from conformance.states_check.table import interface_document, interface_table, trial_document, trial_table
from conformance.states_check.target import Target
from conformance.states_check.trial import Result, Trial
from conformance.states_check.trials import Trials
from conformance.validation import base_url_problems, states_url_problems

_WRONG = 1
_LONGEST_BODY = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a check, and how they are reached.

    Attributes:
        states_url: The states URL.
        base_url: The base URL of the target; None where nothing is looked at.
        states_headers: Further headers for the states URL.
        headers: Further headers for the target.
        timeout: The longest wait for a response, in seconds.
        ca_bundle: The file of trusted certificates; None for the default ones.
    """

    states_url: str
    base_url: str | None
    states_headers: Mapping[str, str]
    headers: Mapping[str, str]
    timeout: float
    ca_bundle: Path | None


@click.command("states")
@click.option(
    "--check", "states_url", metavar="URL", help="Try each state at this states URL, and report what is wrong."
)
@click.option(
    "--states-header",
    "states_headers",
    multiple=True,
    type=LINES,
    help="With --check: header for the states URL only.",
)
@click.option("--base-url", help="With --check: base URL of the target, to see whether each state shows.")
@click.option(
    "--header", "headers_given", multiple=True, type=LINES, help="With --base-url: header for the target only."
)
@click.option("--ca-bundle", type=click.Path(path_type=Path), help="File of trusted certificates, in PEM form.")
@click.option("--timeout", default=10.0, show_default=True, callback=positive, help="Seconds to wait for a response.")
@click.option("--allow-production", is_flag=True, help="Allow the vendor's own server as the target.")
@click.option("--json", "as_document", is_flag=True, help="Print JSON.")
def states(  # noqa: PLR0913  (the options of click)
    *,
    states_url: str | None,
    states_headers: tuple[str, ...],
    base_url: str | None,
    headers_given: tuple[str, ...],
    ca_bundle: Path | None,
    timeout: float,
    allow_production: bool,
    as_document: bool,
) -> None:
    """Print the provider states, or check a states URL.

    Exit status with --check: 0 nothing is wrong (501 is allowed), 1 something is, 4 usage, or nothing listens.
    """
    if states_url is None:
        source = click.get_current_context().get_parameter_source
        if ParameterSource.COMMANDLINE in map(source, ("base_url", "states_headers", "headers_given")):
            raise UsageError("--base-url, --states-header and --header need --check URL")
        descriptions = list(state_descriptions().values())
        click.echo(
            json.dumps(interface_document(descriptions), indent=2) if as_document else interface_table(descriptions)
        )
        return
    for problem in (
        *states_url_problems("--check", states_url),
        *(() if base_url is None else base_url_problems(base_url, allow_production=allow_production)),
    ):
        raise UsageError(problem)
    headers = parse_headers(states_headers), parse_headers(headers_given)
    addresses = Addresses(states_url, base_url, *headers, timeout, ca_bundle)
    trials = _check(addresses)
    redactor = _redactor(addresses, trials)
    if as_document:
        click.echo(json.dumps(trial_document(trials, redactor), indent=2))
    else:
        click.echo(trial_table(trials, redactor, looked=base_url is not None))
    sys.exit(_WRONG if any(trial.result is Result.WRONG for trial in trials) else 0)


def _redactor(addresses: Addresses, trials: Sequence[Trial]) -> Redactor:
    """Return a redactor of the keys that the states URL gave, of the given headers and of its password."""
    password = urlsplit(addresses.states_url).password or ""
    names = dict.fromkeys((password, unquote(password)), "AUDIENCE_STATES_PASSWORD")
    for value in (*addresses.states_headers.values(), *addresses.headers.values()):
        names |= dict.fromkeys((value, value.partition(" ")[2]), "AUDIENCE_HEADER")  # with and without its scheme
    keys = [trial.value("apiKey") for trial in trials]
    names |= dict.fromkeys((key for key in keys if isinstance(key, str)), "AUDIENCE_API_KEY")
    return Redactor(long_secrets(names))


def _check(addresses: Addresses) -> list[Trial]:
    """Return the trials; UsageError if nothing listens at an address."""
    verify = default_certificates() if addresses.ca_bundle is None else certificates(addresses.ca_bundle)
    settings = TransportSettings(addresses.timeout, _LONGEST_BODY, verify)
    with ExitStack() as stack:

        def connect(base_url: str, headers: Mapping[str, str]) -> BoundedClient:
            return stack.enter_context(BoundedClient(base_url, headers, settings))

        hook = Hook(connect("", addresses.states_headers), addresses.states_url)
        target = None
        if addresses.base_url is not None:
            http = connect(addresses.base_url, addresses.headers)
            _try_target(http, addresses.timeout)
            target = Target(http, time.sleep)  # noqa: TID251  (a real pause)
        try:
            return list(check_states(Trials(hook, target, secrets.token_hex(12))))
        except LostError as error:
            raise UsageError(f"the states URL cannot be used: {error}") from None


def _try_target(http: BoundedClient, timeout: float) -> None:
    try:
        http.delete("v1/accounts/states-check/audiences/states-check")
    except httpx.HTTPError as error:
        raise UsageError(f"the target {http.base_url} {why_unreachable(error, timeout)}") from None
