"""Bypasses: additions to a request, and other forms of it, that must never lift a refusal."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from conformance.client.client import ApiRequest, RawRequest
from conformance.client.contract import Contract, json_at
from conformance.results.exchange import SUCCESS, Exchange

OVERRIDES = ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method")
CARRIERS = ("GET", "POST")
METHODS = ("PUT", "POST", "PATCH", "HEAD", "OPTIONS", "TRACE")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
_NOT_MODIFIED, _FIRST_REDIRECTION = 304, 300
_PATHS: Mapping[str, Callable[[str], str]] = {
    "a slash behind the path": lambda path: f"{path}/",
    "two slashes behind the path": lambda path: f"{path}//",
    "two slashes before the path": lambda path: f"/{path}",
    "two slashes before the last segment": lambda path: _before_last_segment(path, "/"),
    "two slashes after /v1": lambda path: path.replace("/v1/", "/v1//", 1),
    "a segment of one dot": lambda path: _before_last_segment(path, "./"),
    "a segment and one of two dots": lambda path: _before_last_segment(path, "x/../"),
    ".json behind the path": lambda path: f"{path}.json",
    "a line feed behind the path": lambda path: f"{path}%0A",
    "a NUL behind the path": lambda path: f"{path}%00",
    "a blank behind the path": lambda path: f"{path}%20",
    "a parameter behind the path": lambda path: f"{path};v=1",
}


@dataclass(frozen=True, slots=True)
class Bypass:
    """A request in another form.

    Attributes:
        name: The difference from the plain request.
        request: The request in that form.
        is_operation: Whether method and path are the documented ones, so that only a refusal will do.
    """

    name: str
    request: RawRequest
    is_operation: bool = False


def plain(contract: Contract, request: ApiRequest) -> RawRequest:
    """Return the bytes of a request, without any addition."""
    headers = {} if request.key is None else {"Authorization": f"Bearer {request.key}"}
    content = None if request.body is None else json.dumps(request.body).encode()
    headers |= {} if content is None else JSON
    path = contract.path(request.operation, request.group, request.resource_id)
    return RawRequest(contract.method(request.operation), path, headers, content, request.operation)


def bypasses(contract: Contract, request: ApiRequest, group: str | None = None) -> Iterator[Bypass]:
    """Yield every other form of a request.

    Args:
        contract: The contract that knows method and path.
        request: The request, which has to be refused.
        group: The account group of the key, if the request names another one: then it is named in the path as well,
            and the right one beside it.
    """
    raw = plain(contract, request)
    names = {"audienceId": request.resource_id, "accountGroupId": request.group}
    yield from _additions(raw, names)
    yield from _overridden(raw)
    for name, change in _PATHS.items():
        yield Bypass(name, replace(raw, path=change(raw.path), operation=None))
    for method in METHODS:
        if method != raw.method:
            yield Bypass(f"the method {method}", replace(raw, method=method, operation=None))
    if group is not None:
        counted = () if request.resource_id.isdecimal() else (request.resource_id,)  # it may be one there, too
        for resource_id in (*counted, "x"):
            place = f"in the key's own account group{' at the same identifier' if resource_id != 'x' else ''}"
            elsewhere = plain(contract, replace(request, group=group, resource_id=resource_id))
            for addition in _names_beside(elsewhere, names):
                yield replace(addition, name=f"{addition.name}, {place}")


def _additions(raw: RawRequest, names: Mapping[str, str]) -> Iterator[Bypass]:
    """Yield the documented request with something added."""
    yield Bypass("nothing", raw, is_operation=True)
    for header, value in (
        ("If-None-Match", "*"),
        ("If-Match", "*"),
        ("Accept", "text/html"),
        ("Accept", "application/xml"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Original-URL", raw.path),
    ):
        added = replace(raw, headers={**raw.headers, header: value})
        name = f"{header}: {'the path' if value == raw.path else value}"
        yield Bypass(name, added, is_operation=True)
    yield from _names_beside(raw, names)


def _names_beside(raw: RawRequest, names: Mapping[str, str]) -> Iterator[Bypass]:
    """Yield the request with the identifiers beside the path: in the query, and in a body."""
    query = urlencode(names)
    yield Bypass("the identifiers in the query", replace(raw, path=f"{raw.path}?{query}"), is_operation=True)
    body = {**names, **(json.loads(raw.content) if raw.content else {})}
    with_json = replace(raw, content=json.dumps(body).encode(), headers={**raw.headers, **JSON})
    yield Bypass("the identifiers in a JSON body", with_json, is_operation=True)
    if raw.content is None:
        with_form = replace(raw, content=query.encode(), headers={**raw.headers, **FORM})
        yield Bypass("the identifiers in a form", with_form, is_operation=True)


def _overridden(raw: RawRequest) -> Iterator[Bypass]:
    """Yield the request in another method that a header, a query or a form overrides, and the other way round."""
    for carrier in CARRIERS:
        carried = replace(raw, method=carrier, operation=None)
        for header in OVERRIDES:
            overridden = replace(carried, headers={**raw.headers, header: raw.method})
            yield Bypass(f"{carrier} with {header}: {raw.method}", overridden)
        yield Bypass(f"{carrier} with ?_method={raw.method}", replace(carried, path=f"{raw.path}?_method={raw.method}"))
    form = urlencode({"_method": raw.method}).encode()
    carried = replace(raw, method="POST", operation=None, headers={**raw.headers, **FORM}, content=form)
    yield Bypass(f"POST with the form _method={raw.method}", carried)
    if raw.method != "GET":
        as_read = replace(raw, operation=None, headers={**raw.headers, OVERRIDES[0]: "GET"})
        yield Bypass(f"{OVERRIDES[0]}: GET", as_read)


def _before_last_segment(path: str, inserted: str) -> str:
    before, slash, last = path.rpartition("/")
    return f"{before}{slash}{inserted}{last}"


def gains(bypass: Bypass, exchange: Exchange, secret: str | None) -> str | None:
    """Return the gain of a bypass, as far as its response shows one; None if there is none.

    Args:
        bypass: The request in another form.
        exchange: Its exchange.
        secret: A text that the response must not show; None where the key may read what the request names.
    """
    is_denied = exchange.status is None or (exchange.status >= _FIRST_REDIRECTION and exchange.status != _NOT_MODIFIED)
    if bypass.is_operation and not is_denied:
        return "no refusal"
    if json_at(exchange, "data", "deleted") is True:
        return "data.deleted is true"
    if secret is None:
        return None
    if exchange.status in SUCCESS and json_at(exchange, "success") is True:
        return "success is true"
    return "the audience is shown" if secret and secret.encode() in (exchange.response_body or b"") else None
