"""The destination of a request: the resource that a target may find in it, however leniently it reads."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from conformance.client.client import RawRequest

ACCOUNTS, AUDIENCES, FOLDERS, JOBS = "accounts", "audiences", "audiences/folders", "prospecting"
"""The collections of resources, by the path below the account group."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OVERRIDING_HEADERS = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
_MEMBERS = {"accountGroupId": ACCOUNTS, "audienceId": AUDIENCES, "folderId": FOLDERS, "jobId": JOBS}
_PLACES = ((AUDIENCES, "folders"), (AUDIENCES,), (JOBS,))
_PREFIX = ["v1", "accounts"]
_MOST_DECODINGS = 4


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a request.

    Attributes:
        method: The method, or one in its place that only reads no more.
        group: The account group of the path; empty for a path without one.
        collection: The collection; empty for a path that is none of the API.
        resource_id: The identifier in the collection; empty where the path ends with the collection.
        action: The rest of the path.
        named: The other identifiers that the query or the body names, with their collections.
        longest_text: The length of the longest text in the body.
    """

    method: str
    group: str
    collection: str
    resource_id: str
    action: str
    named: tuple[tuple[str, str], ...]
    longest_text: int

    @property
    def only_reads(self) -> bool:
        """Whether no target can take the request for a write."""
        return self.method in _SAFE_METHODS

    @property
    def permission(self) -> str:
        """The permission that the documentation asks for; empty where any key will do."""
        if not self.collection:
            return ""
        if self.action == "prospects" and self.only_reads:
            return "prospects:read"
        resource = "prospecting" if self.collection == JOBS else "audiences"
        return f"{resource}:{'read' if self.only_reads else 'write'}"


def destination_of(raw: RawRequest) -> Destination:
    """Return the destination of a request."""
    path, _, query = raw.path.partition("?")
    parameters = parse_qsl(query, keep_blank_values=True)
    document = _document(raw.content)
    members = document.items() if isinstance(document, dict) else ()
    named = (*parameters, *members)
    segments = _segments(path)
    group, collection, rest = _place(segments)
    return Destination(
        _method(raw, dict(parameters)),
        group,
        collection,
        rest[0] if rest else "",
        "/".join(rest[1:]),
        tuple((_MEMBERS[name], _to_identifier(value)) for name, value in named if name in _MEMBERS and value),
        max(map(len, _texts(document)), default=0),
    )


def _method(raw: RawRequest, parameters: Mapping[str, str]) -> str:
    """Return the method that a target may take: of several, the first that does not only read."""
    overriding = [value.upper() for name, value in raw.headers.items() if name.lower() in _OVERRIDING_HEADERS]
    methods = [raw.method.upper(), *overriding, parameters.get("_method", "").upper()]
    return next((method for method in methods if method and method not in _SAFE_METHODS), methods[0])


def _segments(path: str) -> list[str]:
    """Return the decoded segments of a path, as a server resolves its empty segments and its dots."""
    for _ in range(_MOST_DECODINGS):
        path = unquote(path)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(segment)
    return segments


def _place(segments: list[str]) -> tuple[str, str, list[str]]:
    """Return the account group, the collection and the segments after it; no collection for an unknown path."""
    if segments[:2] != _PREFIX:
        return "", "", []
    group, below = (segments[2] if len(segments) > 2 else ""), segments[3:]  # noqa: PLR2004  (after the prefix)
    for place in _PLACES:
        if tuple(below[: len(place)]) == place:
            return group, "/".join(place), below[len(place) :]
    return group, "", []


def _document(content: bytes | None) -> Any:  # noqa: ANN401  (JSON)
    """Return the body as JSON; as a text where it is none."""
    try:
        return json.loads(content or b"null")
    except (ValueError, RecursionError):
        return (content or b"").decode("utf-8", "replace")


def _texts(node: object) -> Iterator[str]:
    """Yield all texts of a document, the names of members too."""
    nodes = [node]
    while nodes:
        node = nodes.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            nodes += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            nodes += node


def _to_identifier(value: object) -> str:
    """Return the identifier that a target may read in a value; a value of another type by its JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def shown_items(destination: Destination, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the lists of items of a response, with their collections."""
    if not destination.group:
        yield ACCOUNTS, data.get("items")
    elif destination.collection == AUDIENCES and destination.resource_id == "navigation":
        folders = data.get("folders")
        yield FOLDERS, folders
        yield AUDIENCES, data.get("ungroupedAudiences")
        for folder in folders if isinstance(folders, list) else ():
            yield AUDIENCES, folder.get("audiences") if isinstance(folder, dict) else None
    elif destination.collection and not destination.resource_id:
        yield destination.collection, data.get("items")
