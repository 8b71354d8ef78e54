"""The values of a response that later requests need: keys, identifiers, cursors."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from conformance.results.exchange import Exchange

Path = tuple[str | int, ...]
_IDENTIFYING = re.compile(r"(?:^id|Id|Key|Cursor)$")
_LONG = 8
_NAMES = {
    "apiKey": "KEY",
    "accountGroupId": "GROUP",
    "audienceId": "AUDIENCE",
    "jobId": "JOB",
    "folderId": "FOLDER",
    "nextCursor": "CURSOR",
}
_BY_COLLECTION = {"audiences": "AUDIENCE", "folders": "FOLDER", "prospecting": "JOB"}


@dataclass(frozen=True, slots=True)
class Capture:
    """A value of a response: the variable that keeps it, its place in the document, and its recorded value."""

    variable: str
    path: Path
    value: str


def captures(
    exchange: Exchange, known: Mapping[str, str], later: Sequence[Exchange], *, is_state: bool
) -> tuple[Capture, ...]:
    """Return the values of a response that later requests may need, and that are not known.

    Args:
        exchange: The exchange.
        known: The known values, with their variables.
        later: The later exchanges.
        is_state: Whether the exchange sets a provider state up: its values are needed for near misses as well.
    """
    try:
        response = json.loads(exchange.response_body or b"null")
    except ValueError:
        return ()
    needed = "\n".join(map(request_text, later))
    sent = request_text(exchange)
    found: dict[str, Capture] = {}
    taken = set(known.values())
    for path, value in _identifiers(response):
        is_created = path in {("data", "id"), ("data", "jobId")}
        is_known = value in known and not (is_created and exchange.method == "POST")  # a replay shows a known value
        is_new = not is_known and value not in found and not mentions(sent, value)
        if is_new and (is_state or is_created or mentions(needed, value) or quote(value, safe="") in needed):
            variable = _variable(exchange, path, taken)
            taken.add(variable)
            found[value] = Capture(variable, path, value)
    return tuple(found.values())


def mentions(text: str, value: str) -> bool:
    """Return whether a text has a value; a short one as a word of its own."""
    return value in text and (len(value) >= _LONG or bool(re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text)))


def request_text(exchange: Exchange) -> str:
    """Return all that a request says, as one text."""
    body = (exchange.request_body or b"").decode("utf-8", "replace")
    headers = "\n".join(value for _, value in exchange.request_headers)
    return f"{exchange.url}\n{unquote(exchange.url)}\n{headers}\n{body}"


def _identifiers(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:  # noqa: ANN401  (JSON)
    if isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, str) and member and _IDENTIFYING.search(name):
                yield (*path, name), member
            else:
                yield from _identifiers(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _identifiers(member, (*path, index))


def _variable(exchange: Exchange, path: Path, taken: set[str]) -> str:
    name = str(path[-1])
    segments = urlsplit(exchange.url).path.split("/")
    kind = _NAMES.get(name) or next(
        (_BY_COLLECTION[part] for part in reversed(segments) if part in _BY_COLLECTION), "ID"
    )
    number = 1
    while f"{kind}_{number}" in taken:
        number += 1
    return f"{kind}_{number}"
