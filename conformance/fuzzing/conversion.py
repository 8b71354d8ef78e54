"""From a generated case to the request that our client sends, and from our exchange to a response to be judged."""

import re
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import httpx
import requests
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

from conformance.client.client import RawRequest
from conformance.fuzzing.cases import ORIGIN, Case, operation_of
from conformance.results.exchange import Exchange

_OURS = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"})
"""Headers in which Schemathesis names itself and each case, and those that are our client's own business."""

_IDENTIFIER = re.compile(r"(?!\.{1,2}$|folders$|navigation$)[A-Za-z0-9._~-]{1,128}")
_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_HEADER = re.compile(r"[A-Za-z0-9-]+: [ -~]*")
_LONG = 2000


def prepared(case: Case) -> requests.PreparedRequest | None:
    """The request as Schemathesis would send it, byte for byte; None for one that no HTTP client can send."""
    try:
        return requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
    except (requests.RequestException, UnicodeError):
        return None


def raw(case: Case, request: requests.PreparedRequest, is_real: Callable[[str], bool]) -> RawRequest:
    """The same request, for our client; `is_real`: whether the target itself has given out an identifier.

    It stands for the operation, so that our client judges the answer, only where the target itself has to answer.
    """
    url = urlsplit(str(request.url))
    target = f"{url.path}?{url.query}" if url.query else url.path
    headers = [(_bytes(name), _bytes(value).strip(b" \t")) for name, value in request.headers.items()]
    body = request.body.encode() if isinstance(request.body, str) else request.body
    content = body if isinstance(body, bytes) else None
    sent = RawRequest(
        case.method, target, httpx.Headers([one for one in headers if not _is_ours(one[0])]), content, None
    )
    operation = operation_of(case) if _is_documented(case, sent, is_real) else None
    return RawRequest(sent.method, sent.path, sent.headers, sent.content, operation)


def is_shape_probe(case: Case) -> bool:
    """Whether a case asks for a method or brings a media type that the operation does not have."""
    return coverage_scenario(case) in REQUEST_SHAPE_PROBES


def response(request: requests.PreparedRequest, exchange: Exchange) -> Response | None:
    """What came back, for Schemathesis; None where nothing did."""
    if exchange.status is None:
        return None
    headers: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in exchange.response_headers:
        headers[name.lower()].append(value)
    content, elapsed = exchange.response_body or b"", exchange.elapsed_ms / 1000
    return Response(exchange.status, headers, content, request, elapsed, verify=False)


def _is_documented(case: Case, sent: RawRequest, is_real: Callable[[str], bool]) -> bool:
    """Whether no proxy is the first to meet it, and nothing but the operation's own page says what the answer is.

    Without a body where one is required, 411 and 415 are as good an answer as 400.
    """
    path, _, query = sent.path.partition("?")
    given, template = path.split("/"), case.path.split("/")
    if is_shape_probe(case) or len(given) != len(template) or len(sent.path) > _LONG or _CONTROL.search(query):
        return False
    if case.body is NOT_SET and len(case.operation.body) > 0:
        return False
    segments = zip(given, template, strict=True)
    return all(
        one == known or (known.startswith("{") and (is_real(unquote(one)) or _IDENTIFIER.fullmatch(one) is not None))
        for one, known in segments
    ) and all(_HEADER.fullmatch(f"{name}: {value}") for name, value in sent.headers.items())


def _is_ours(name: bytes) -> bool:
    return name.decode("latin-1").lower() in _OURS


def _bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text
