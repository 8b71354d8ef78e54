"""The options of `run`, and their validation."""

import math
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import click
from _pytest.mark.expression import Expression  # there is no public way to read one

from conformance.catalogue.requirements import Profile

VENDOR = "api.sonarly.io"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_USAGE = 4
_DEFAULT_REMOTE_RPS = 20.0  # requests a second
_SLOW = 0.05  # seconds a request
_MOST_WORKERS = 8


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
        max_examples: The number of repetitions of a cheap, central check.
        timeout: The longest wait for a response, in seconds.
        max_rps: The requests a second of all workers together; None is no limit on this machine, 20 elsewhere.
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
        reports: The path of each report, by its kind.

    """

    base_url: str
    states_url: str | None
    states_file: Path | None
    api_key: str | None
    profile: Profile
    seed: int
    max_examples: int
    timeout: float
    max_rps: float | None
    deadline: float | None
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
    reports: Mapping[str, Path]

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
        if self.ca_bundle is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self.ca_bundle))
        except OSError as error:  # an SSLError means that the file has no certificate
            reason = "no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
            raise UsageError(f"--ca-bundle {self.ca_bundle}: {reason}") from None

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


_NOT_SECRET = frozenset({"accept", "accept-language", "content-type", "prefer", "user-agent"})


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


def validate(options: Options, environment_key: str | None) -> Options:
    """Return valid options.

    Args:
        options: The options of the command line.
        environment_key: The API key of the environment, for options without any source of states.

    Raises:
        UsageError: At the first problem.

    """
    if options.states_url is None and options.states_file is None and options.api_key is None:
        options = replace(options, api_key=environment_key)
    for problems in (
        _state_source_problems(options),
        _base_url_problems(options),
        _states_url_problems(options),
        _conflict_problems(options),
        _report_problems(options),
    ):
        for problem in problems:
            raise UsageError(problem)
    options.verify()
    return options


def _state_source_problems(options: Options) -> Iterator[str]:
    given = {"--states-url": options.states_url, "--states-file": options.states_file, "--api-key": options.api_key}
    named = [name for name, value in given.items() if value is not None]
    if not named:
        yield (
            "no source of provider states: give --states-url URL, --states-file FILE, "
            "or --api-key KEY (or AUDIENCE_API_KEY in the environment)"
        )
    if len(named) > 1:
        yield f"{' and '.join(named)} exclude each other: give only one"
    if options.api_key is not None and not (
        options.api_key.isascii() and options.api_key.isprintable() and options.api_key.strip()
    ):
        yield "--api-key is no key: it cannot stand in a header"


def _base_url_problems(options: Options) -> Iterator[str]:
    parts = _parts(options.base_url)
    if parts is None:
        yield f"--base-url {_shown(options.base_url)} is no http or https address"
    elif parts.username is not None or parts.password is not None:
        yield "--base-url has a user: remove it, the suite sends its own Authorization with each request"
    elif parts.query or parts.fragment:
        yield f"--base-url {options.base_url} has a query or a fragment: give only the part before /v1"
    elif (parts.hostname or "").rstrip(".") == VENDOR and not options.allow_production:
        yield f"{VENDOR} is the vendor's own server: confirm it with --allow-production"


def _states_url_problems(options: Options) -> Iterator[str]:
    if options.states_url is not None and _parts(options.states_url) is None:
        yield f"--states-url {_shown(options.states_url)} is no http or https address"


def _conflict_problems(options: Options) -> Iterator[str]:
    if options.states_headers and options.states_url is None:
        yield "--states-header is sent to the states URL: give --states-url as well, or --header for the target"
    for flag, given in (("--allow-leftovers", options.allow_leftovers), ("--allow-credits", options.allow_credits)):
        if given and options.api_key is None:
            yield f"{flag} is for --api-key only: with provider states it is always allowed, leave it out"
    if (options.workers or 1) > 1 and options.states_url is None:
        yield "--workers needs --states-url, for an account group of its own for each process: leave it out"
    try:
        Expression.compile(options.selection or "")
    except SyntaxError as error:
        yield f"-k {options.selection!r} is no expression of pytest ({error.msg}): use names, and, or, not, parentheses"
    if any(name.lower() == "authorization" for name in options.headers):
        yield "--header Authorization: the suite sends its own keys, by --states-url, --states-file or --api-key"


def _report_problems(options: Options) -> Iterator[str]:
    paths = [path.absolute() for path in options.reports.values()]
    for path in paths:
        if path.is_dir() or not path.parent.is_dir():
            reason = "it is a directory" if path.is_dir() else "its directory does not exist"
            yield f"no report can be written to {path}: {reason}"
        if paths.count(path) > 1:
            yield f"two reports cannot both be written to {path}"


def _parts(url: str) -> SplitResult | None:
    """Return the parts of an http or https URL; None if it is invalid."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return parts if is_usable and url.isascii() and url.isprintable() and " " not in url else None


def _shown(url: str) -> str:
    """Return an invalid URL for a message, without a possible password."""
    scheme, slashes, rest = url.partition("://")
    return repr(f"{scheme}{slashes}{rest.rpartition('@')[2]}")
