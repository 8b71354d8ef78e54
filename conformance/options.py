"""What `run` is told, and what of it does not go together."""

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
_DEFAULT_REMOTE_RPS = 20.0
_SLOW = 0.05
_MOST_WORKERS = 8


class UsageError(click.ClickException):
    """What a person can put right; exit status 4."""

    exit_code = _USAGE


@dataclass(frozen=True, slots=True)
class Options:
    """What `run` is told. One of `states_url`, `states_file`, `api_key` says how states are brought about.

    `workers`: None until it is known how slow the target is.
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
        """Seconds from one request to the next, for each worker; 0 for none."""
        return (self.workers or 1) / self._rps if self._rps else 0.0

    @property
    def _rps(self) -> float | None:
        return self.max_rps or (None if urlsplit(self.base_url).hostname in _LOOPBACK else _DEFAULT_REMOTE_RPS)

    def with_workers_for(self, seconds: float) -> "Options":
        """The same with a number of workers that suits a target which takes so long for a request.

        More than can be under way at the allowed pace would only wait for each other.
        """
        if self.workers is not None:
            return self
        useful = _MOST_WORKERS if self._rps is None else math.ceil(self._rps * seconds)
        slow = self.states_url is not None and seconds > _SLOW
        return replace(self, workers=max(1, min(useful, _MOST_WORKERS)) if slow else 1)

    def verify(self) -> ssl.SSLContext | bool:
        """What certificates are held against."""
        if self.ca_bundle is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self.ca_bundle))
        except OSError as error:  # an SSLError is one, and says by its class that there is no certificate
            why = "it holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
            raise UsageError(f"--ca-bundle {self.ca_bundle}: {why}") from None

    def given_headers(self) -> dict[str, str]:
        """The headers for the target that nobody else should read."""
        return {name: value for name, value in self.headers.items() if name.lower() not in _NOT_SECRET}

    def given_secrets(self) -> dict[str, str]:
        """What was given that nobody else should read, with the name that stands for it."""
        password = urlsplit(self.states_url or "").password or ""
        found = {self.api_key or "": "AUDIENCE_API_KEY"}
        found |= dict.fromkeys((password, unquote(password)), "AUDIENCE_STATES_PASSWORD")
        values = [*self.given_headers().values(), *self.states_headers.values()]
        for number, value in enumerate(values, 1):
            for secret in (value, value.partition(" ")[2]):  # with its scheme, and without
                found.setdefault(secret, f"AUDIENCE_HEADER_{number}")
        found.pop("", None)
        return found


_NOT_SECRET = frozenset({"accept", "accept-language", "content-type", "prefer", "user-agent"})


def parse_headers(given: tuple[str, ...]) -> dict[str, str]:
    """Headers by their name; UsageError where one is not written like a header."""
    pairs = [header.partition(":") for header in given]
    for name, colon, value in pairs:
        text = f"{name}{value}"
        if not colon or not name.strip() or not text.isascii() or not text.isprintable():
            message = "a header is written like 'Name: value', in ASCII"
            raise UsageError(message if colon else f"{message}, not like {name[:3]!r}...")
    return {name.strip(): value.strip() for name, _, value in pairs}


def positive(_context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """A number of seconds, or of requests a second: more than nothing, and not without end."""
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise UsageError(f"{parameter.opts[0]} has to be more than 0, not {value:g}")
    return value


def validate(options: Options, environment_key: str | None) -> Options:
    """The options, with the environment's key where nothing else was given; UsageError at the first fault."""
    if options.states_url is None and options.states_file is None and options.api_key is None:
        options = replace(options, api_key=environment_key)
    for faults in (
        _state_sources(options),
        _base_url(options),
        _states_url(options),
        _conflicts(options),
        _reports(options),
    ):
        for fault in faults:
            raise UsageError(fault)
    options.verify()
    return options


def _state_sources(options: Options) -> Iterator[str]:
    given = {"--states-url": options.states_url, "--states-file": options.states_file, "--api-key": options.api_key}
    named = [name for name, value in given.items() if value is not None]
    if not named:
        yield (
            "nothing says how the target is put into a situation: give --states-url URL, --states-file FILE, "
            "or --api-key KEY (or AUDIENCE_API_KEY in the environment)"
        )
    if len(named) > 1:
        yield f"{' and '.join(named)} exclude each other: give one of them"
    if options.api_key is not None and not (
        options.api_key.isascii() and options.api_key.isprintable() and options.api_key.strip()
    ):
        yield "--api-key is no key: a header cannot carry it"


def _base_url(options: Options) -> Iterator[str]:
    parts = _parts(options.base_url)
    if parts is None:
        yield f"--base-url {_shown(options.base_url)} is no http or https address"
    elif parts.username is not None or parts.password is not None:
        yield "--base-url names a user: leave that out, the Authorization of each request is the suite's own"
    elif parts.query or parts.fragment:
        yield f"--base-url {options.base_url} ends with a query or a fragment: give only what stands before /v1"
    elif (parts.hostname or "").rstrip(".") == VENDOR and not options.allow_production:
        yield f"{VENDOR} is the vendor's own server; --allow-production says that you mean it"


def _states_url(options: Options) -> Iterator[str]:
    if options.states_url is not None and _parts(options.states_url) is None:
        yield f"--states-url {_shown(options.states_url)} is no http or https address"


def _conflicts(options: Options) -> Iterator[str]:
    if options.states_headers and options.states_url is None:
        yield "--states-header goes to the states URL: give --states-url as well, or --header for the target"
    for flag, given in (("--allow-leftovers", options.allow_leftovers), ("--allow-credits", options.allow_credits)):
        if given and options.api_key is None:
            yield f"{flag} is for --api-key: with provider states nothing is held back, leave it out"
    if (options.workers or 1) > 1 and options.states_url is None:
        yield "--workers needs --states-url, so that the processes do not meet in one account group: leave it out"
    try:
        Expression.compile(options.selection or "")
    except SyntaxError as error:
        yield f"-k {options.selection!r} is no expression of pytest ({error.msg}): names, and, or, not, brackets"
    if any(name.lower() == "authorization" for name in options.headers):
        yield "--header Authorization: the suite sends its own keys, by --states-url, --states-file or --api-key"


def _reports(options: Options) -> Iterator[str]:
    paths = [path.absolute() for path in options.reports.values()]
    for path in paths:
        if path.is_dir() or not path.parent.is_dir():
            why = "it is a directory" if path.is_dir() else "its directory is not there"
            yield f"no report can be written to {path}: {why}"
        if paths.count(path) > 1:
            yield f"two reports cannot both be written to {path}"


def _parts(url: str) -> SplitResult | None:
    """The parts of an address, None where it is none."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return parts if usable and url.isascii() and url.isprintable() and " " not in url else None


def _shown(url: str) -> str:
    """An address that cannot be taken apart, without what may be a password."""
    scheme, slashes, rest = url.partition("://")
    return repr(f"{scheme}{slashes}{rest.rpartition('@')[2]}")
