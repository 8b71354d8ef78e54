"""The options of `run`."""

import math
import shlex
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import click

from conformance.catalogue.requirements import Profile

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_USAGE = 4
_DEFAULT_REMOTE_RPS = 20.0  # requests a second
_SLOW = 0.05  # seconds a request
_MOST_WORKERS = 8
_NOT_SECRET = frozenset({"accept", "accept-language", "content-type", "prefer", "user-agent"})


class UsageError(click.ClickException):
    """Raised before a run, for a mistake that the user can correct; exit status 4."""

    exit_code = _USAGE


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `run`; exactly one of `states_url`, `states_file` and `api_key` is given.

    Attributes:
        base_url: The URL of the target, without `/v1`.
        states_url: The URL that sets provider states up.
        states_file: The file of provider states that were set up by hand.
        api_key: The only key, with which the suite sets up states by the public API.
        profile: The part of the documentation to check.
        seed: The seed of all random choices.
        run_id: The identifier of this run alone: what must be fresh, also with the same seed, is made from it.
        max_examples: The number of repetitions of a cheap, central check.
        timeout: The longest wait for a response, in seconds.
        settle: The seconds after which a change has to be visible in lists and single reads.
        max_rps: The requests a second of all workers together; None is no limit on this machine, 20 elsewhere.
        max_body: The longest body of a response, decoded, in bytes.
        deadline: The seconds after which the remaining checks are not run; None for no deadline.
        headers: Further headers for the target.
        states_headers: Further headers for the states URL.
        ca_bundle: The file of trusted certificates, in PEM form; None for the default ones.
        allow_production: Whether the vendor's own server may be the target.
        allow_leftovers: Whether folders may be created with `api_key`, which cannot be deleted.
        allow_credits: Whether jobs may be started with `api_key`, which cost credits.
        strict: Whether a SHOULD counts as a MUST.
        selection: The expression of `-k`; None selects every check.
        last_failed: Whether only the checks that failed last are run.
        first_failure: Whether the run ends at the first failed check.
        workers: The number of processes; None until the latency of the target is known.
        expected: The file of expected failures.
        reproduce: The directory for scripts that repeat each violation; None for none.
        quiet: Whether the terminal shows only the verdict and errors.
        reports: The path of each report, by its kind.
        account_group: The account group to work in with `api_key`; None for the first one that the key sees.
        dry_run: Whether to end before the first write, once it is told what the run would make.
        lacking: The permissions that the keys were found to lack before the checks.
    """

    base_url: str
    states_url: str | None
    states_file: Path | None
    api_key: str | None
    profile: Profile
    seed: int
    run_id: UUID
    max_examples: int
    timeout: float
    settle: float
    max_rps: float | None
    deadline: float | None
    max_body: int
    headers: Mapping[str, str]
    states_headers: Mapping[str, str]
    ca_bundle: Path | None
    allow_production: bool
    allow_leftovers: bool
    allow_credits: bool
    strict: bool
    selection: str | None
    last_failed: bool
    first_failure: bool
    workers: int | None
    expected: Path | None
    reproduce: Path | None
    quiet: bool
    reports: Mapping[str, Path]
    account_group: str | None = None
    dry_run: bool = False
    lacking: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def min_interval(self) -> float:
        """The seconds from one request to the next, for each worker; 0 for no limit."""
        return (self.workers or 1) / self._rps if self._rps else 0.0

    @property
    def _rps(self) -> float | None:
        return self.max_rps or (None if urlsplit(self.base_url).hostname in _LOOPBACK else _DEFAULT_REMOTE_RPS)

    def with_workers_for(self, latency: float) -> "Options":
        """Return the options with a number of workers, unless it was given.

        More workers than the allowed rate can keep busy would only wait for each other.

        Args:
            latency: The seconds that the target takes for a request.
        """
        if self.workers is not None:
            return self
        useful = _MOST_WORKERS if self._rps is None else math.ceil(self._rps * latency)
        is_slow = self.states_url is not None and latency > _SLOW
        return replace(self, workers=max(1, min(useful, _MOST_WORKERS)) if is_slow else 1)

    def verify(self) -> ssl.SSLContext | bool:
        """Return the trusted certificates, or True for the default ones.

        Raises:
            UsageError: The file cannot be read, or has no certificate.
        """
        return certificates(self.ca_bundle)

    def command(self) -> str:
        """Return the command line without secrets, reports and selection: headers are variables of the shell."""
        words = ["audience-conformance", "run", "--base-url", self.base_url]
        for name, value in (("--states-url", _without_password(self.states_url)), ("--states-file", self.states_file)):
            words += [name, str(value)] if value else []
        words += ["--profile", self.profile, "--max-examples", str(self.max_examples)]
        words += ["--strict"] * self.strict + ["--allow-leftovers"] * self.allow_leftovers
        words += ["--allow-credits"] * self.allow_credits
        quoted = [shlex.quote(word) for word in words]
        numbers = {name: number for number, name in enumerate(self.given_headers(), 1)}
        for name, value in self.headers.items():
            shown = (
                f'"{name}: $AUDIENCE_HEADER_{numbers[name]}"' if name in numbers else shlex.quote(f"{name}: {value}")
            )
            quoted += ["--header", shown]
        for number, name in enumerate(self.states_headers, len(numbers) + 1):
            quoted += ["--states-header", f'"{name}: $AUDIENCE_HEADER_{number}"']
        return " ".join(quoted)

    def given_headers(self) -> dict[str, str]:
        """Return the headers for the target that are secret."""
        return {name: value for name, value in self.headers.items() if name.lower() not in _NOT_SECRET}

    def given_secrets(self) -> dict[str, str]:
        """Return the secret values of the options, with the name of a variable for each."""
        password = urlsplit(self.states_url or "").password or ""
        names = {self.api_key or "": "AUDIENCE_API_KEY"}
        names |= dict.fromkeys((password, unquote(password)), "AUDIENCE_STATES_PASSWORD")
        values = [*self.given_headers().values(), *self.states_headers.values()]
        for number, value in enumerate(values, 1):
            for secret in (value, value.partition(" ")[2]):  # with and without its scheme
                names.setdefault(secret, f"AUDIENCE_HEADER_{number}")
        names.pop("", None)
        return names


def certificates(ca_bundle: Path | None) -> ssl.SSLContext | bool:
    """Return the certificates of a file, or True for the default ones; UsageError if the file has none."""
    if ca_bundle is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_bundle))
    except OSError as error:  # an SSLError means that the file has no certificate
        reason = "no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(f"--ca-bundle {ca_bundle}: {reason}") from None


def _without_password(url: str | None) -> str | None:
    """Return a URL without its user and password."""
    if url is None or "@" not in urlsplit(url).netloc:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def parse_headers(given: tuple[str, ...]) -> dict[str, str]:
    """Return headers by name; raise UsageError if a header is not written like `Name: value`."""
    pairs = [header.partition(":") for header in given]
    for name, colon, value in pairs:
        text = f"{name}{value}"
        if not colon or not name.strip() or not text.isascii() or not text.isprintable():
            message = "a header must look like 'Name: value', in ASCII"
            raise UsageError(message if colon else f"{message}, not like {name[:3]!r}...")
    return {name.strip(): value.strip() for name, _, value in pairs}


def positive(_context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Return the value of an option that must be positive and finite; raise UsageError otherwise."""
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise UsageError(f"{parameter.opts[0]} must be more than 0, not {value:g}")
    return value
