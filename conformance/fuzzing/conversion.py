"""The conversion of generated cases into requests of our client, and of exchanges into responses of Schemathesis."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import httpx
import requests
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

from conformance.client.client import RawRequest
from conformance.client.json_text import parse_json
from conformance.fuzzing.cases import ORIGIN, Case, operation_of
from conformance.results.exchange import Exchange

_OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"})
"""The headers in which Schemathesis names itself and each case, and the headers that our client sets."""

_IDENTIFIER = re.compile(r"(?!\.{1,2}$|folders$|navigation$)[A-Za-z0-9._~-]{1,128}")
_CONTROL_CHARACTER = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_PLAIN_HEADER = re.compile(r"[A-Za-z0-9-]+: [ -~]*")
_NO_JSON = b"{"
_LONGEST_PATH = 2000
"""The length of a path and query that every proxy lets pass, in characters."""


def prepare_request(case: Case) -> requests.PreparedRequest | None:
    """Return the request as Schemathesis would send it, byte for byte; None where no HTTP client can send it."""
    try:
        return requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
    except (requests.RequestException, UnicodeError):
        return None


def to_raw_request(case: Case, request: requests.PreparedRequest, is_issued: Callable[[str], bool]) -> RawRequest:
    """Return the same request for our client.

    It has an operation, by which our client judges the response, only where the target itself has to respond.

    Args:
        case: The generated case.
        request: The request as Schemathesis would send it.
        is_issued: A function that returns whether the target itself has given out an identifier.
    """
    url = urlsplit(str(request.url))
    path = f"{url.path}?{url.query}" if url.query else url.path
    headers = [(_to_bytes(name), _to_bytes(value).strip(b" \t")) for name, value in request.headers.items()]
    kept_headers = httpx.Headers([(name, value) for name, value in headers if not _is_own_header(name)])
    body = request.body.encode() if isinstance(request.body, str) else request.body
    content = body if isinstance(body, bytes) else None
    raw = RawRequest(case.method, path, kept_headers, content, None)
    return replace(raw, operation=operation_of(case)) if _is_documented(case, raw, is_issued) else raw


def is_shape_probe(case: Case) -> bool:
    """Return whether a case has a method or a media type that the operation does not have."""
    return coverage_scenario(case) in REQUEST_SHAPE_PROBES


def to_response(request: requests.PreparedRequest, exchange: Exchange) -> Response | None:
    """Return the response of an exchange for Schemathesis; None where none arrived."""
    if exchange.status is None:
        return None
    headers: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in exchange.response_headers:
        headers[name.lower()].append(value)
    content, elapsed = _readable(exchange.response_body or b""), exchange.elapsed_ms / 1000
    return Response(exchange.status, headers, content, request, elapsed, verify=False)


def _readable(body: bytes) -> bytes:
    """Return a body that Schemathesis can take: no JSON, instead of JSON that its reader would break at."""
    try:
        parse_json(body)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return body
    except ValueError:
        return _NO_JSON
    return body


def _is_documented(case: Case, raw: RawRequest, is_issued: Callable[[str], bool]) -> bool:
    """Return whether no proxy may respond first, and the operation's own page alone says what the response is.

    Without a required body, 411 and 415 are as correct as 400.
    """
    path, _, query = raw.path.partition("?")
    if is_shape_probe(case) or len(raw.path) > _LONGEST_PATH or _CONTROL_CHARACTER.search(query):
        return False
    if case.body is NOT_SET and len(case.operation.body) > 0:
        return False
    has_plain_headers = all(_PLAIN_HEADER.fullmatch(f"{name}: {value}") for name, value in raw.headers.items())
    return has_plain_headers and _fits_template(path, case.path, is_issued)


def _fits_template(path: str, template: str, is_issued: Callable[[str], bool]) -> bool:
    """Return whether a path has plain or issued identifiers where its template has parameters."""
    segments, template_segments = path.split("/"), template.split("/")
    return len(segments) == len(template_segments) and all(
        segment == expected
        or (expected.startswith("{") and (is_issued(unquote(segment)) or _IDENTIFIER.fullmatch(segment) is not None))
        for segment, expected in zip(segments, template_segments, strict=True)
    )


def _is_own_header(name: bytes) -> bool:
    return name.decode("latin-1").lower() in _OWN_HEADERS


def _to_bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text
