"""The validation of the options of `run`, before it starts."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from _pytest.mark.expression import Expression  # pytest has no public parser of expressions

from conformance.options import Options, UsageError

_VENDOR = "api.sonarly.io"


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
        base_url_problems(options.base_url, allow_production=options.allow_production),
        () if options.states_url is None else states_url_problems("--states-url", options.states_url),
        _conflict_problems(options),
        _report_problems(options),
        _reproduce_problems(options),
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


def base_url_problems(base_url: str, *, allow_production: bool) -> Iterator[str]:
    """Yield the problems of a base URL."""
    parts = _parts(base_url)
    if parts is None:
        yield f"--base-url {_shown(base_url)} is no http or https address"
    elif parts.username is not None or parts.password is not None:
        yield "--base-url has a user: remove it, the suite sends its own Authorization with each request"
    elif parts.query or parts.fragment:
        yield f"--base-url {base_url} has a query or a fragment: give only the part before /v1"
    elif (parts.hostname or "").rstrip(".") == _VENDOR and not allow_production:
        yield f"{_VENDOR} is the vendor's own server: confirm it with --allow-production"


def states_url_problems(option: str, states_url: str) -> Iterator[str]:
    """Yield the problem of a states URL that an option gives, if there is one."""
    if _parts(states_url) is None:
        yield f"{option} {_shown(states_url)} is no http or https address"


def _conflict_problems(options: Options) -> Iterator[str]:
    if options.states_headers and options.states_url is None:
        yield "--states-header is sent to the states URL: give --states-url as well, or --header for the target"
    for flag, given in (("--allow-leftovers", options.allow_leftovers), ("--allow-credits", options.allow_credits)):
        if given and options.api_key is None:
            yield f"{flag} is for --api-key only: with provider states it is always allowed, leave it out"
    if options.account_group is not None and options.api_key is None:
        yield "--account-group is for --api-key only: provider states come with their account groups, leave it out"
    if options.account_group is not None and not options.account_group.strip():
        yield "--account-group is empty: give the identifier of an account group, or leave it out"
    if options.dry_run and options.states_url is not None:
        yield "--dry-run is for --api-key and --states-file: with --states-url nothing is made that outlives the run"
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


def _reproduce_problems(options: Options) -> Iterator[str]:
    folder = options.reproduce
    if folder is not None and (folder.is_dir() is not folder.exists() or not folder.absolute().parent.is_dir()):
        reason = "it is no directory" if folder.exists() else "the directory around it does not exist"
        yield f"--reproduce {folder}: {reason}"


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
