"""From HTTP to the model: what a request asks for, and what the response to it shows."""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Shows
from conformance.client.client import ApiRequest
from conformance.client.contract import RawSegment, json_at
from conformance.model.messages import (
    UNKNOWN,
    AudiencePage,
    JobPage,
    Navigation,
    Request,
    Response,
    Shown,
    ShownAudience,
    ShownFolder,
    ShownJob,
    Text,
    Validity,
)
from conformance.results.exchange import SUCCESS, Exchange

_T = TypeVar("_T")
_Pages = tuple[Exchange, ...]
_SENT = ("name", "description", "type", "audienceType", "folderId")
"""The members of request bodies that a response shows again."""


def to_model_request(call: ApiRequest, validity: Validity = Validity.VALID) -> Request:
    """A request as the model takes it; what is sent as bytes has no fields that anyone could be held to."""
    headers = {name.lower(): value for name, value in call.options.headers.items()}
    query = parse_qs(call.options.query.removeprefix("?"), keep_blank_values=True)
    body = call.body if call.options.content is None else None
    return Request(
        call.operation,
        _token(call, headers),
        _plain(call.group),
        _plain(call.resource_id),
        fields=tuple(_fields(body)),
        body=_canonical(call) if call.operation is operations.START_JOB else "",
        idempotency=headers.get("idempotency-key"),
        is_complete="cursor" not in query,
        status=query.get("status", [None])[0],
        validity=validity,
    )


def _plain(identifier: str) -> str:
    return unquote(identifier) if isinstance(identifier, RawSegment) else identifier


def to_model_response(operation: OperationSpec, *pages: Exchange) -> Response | None:
    """A response as the model takes it, None where none arrived; whatever it says, nothing is raised.

    The pages of a list that was read to its end are one response: that of the first page that was refused, if one was.
    """
    for page in pages:
        if page.status is None:
            return None
        if page.status not in SUCCESS:
            code = json_at(page, "error", "code")
            return Response(page.status, code if isinstance(code, str) else None)
    status = pages[-1].status
    return None if status is None else Response(status, data=_READERS[operation.shows](pages))


def _token(call: ApiRequest, headers: Mapping[str, str]) -> str | None:
    """The token that is sent as bearer; a header that is given takes the place of the call's own."""
    if "authorization" not in headers:
        return call.key
    scheme, _, token = headers["authorization"].partition(" ")
    return token if scheme == "Bearer" else None


def _fields(body: object) -> Iterator[tuple[str, Text]]:
    """What is sent, as far as a server has to show it unchanged."""
    if isinstance(body, dict):
        for name in _SENT:
            if name in body:
                yield name, body[name] if _is_plain(body[name]) else UNKNOWN


def _is_plain(value: object) -> bool:
    """Whether every server writes a text as it got it: printable, no blanks around it, one Unicode form."""
    if not isinstance(value, str) or not value.isprintable():
        return False
    return bool(value) and value == value.strip() == unicodedata.normalize("NFKC", value)


def _canonical(call: ApiRequest) -> str:
    """A body in one form, whatever the order and the spacing of its members."""
    body = call.body
    if call.options.content is not None:
        try:
            body = json.loads(call.options.content)
        except ValueError:
            return repr(call.options.content)
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def _audience(shown: object) -> ShownAudience | None:
    if not isinstance(shown, dict) or not isinstance(shown.get("id"), str):
        return None
    return ShownAudience(shown["id"], *(_text(shown, name) for name in ("name", "description", "folderId")))


def _folder(shown: object) -> ShownFolder | None:
    if not isinstance(shown, dict) or not isinstance(shown.get("id"), str):
        return None
    nested = _each(shown.get("audiences"), _audience)
    return ShownFolder(shown["id"], _text(shown, "name"), _text(shown, "audienceType"), nested)


def _job(shown: object) -> ShownJob | None:
    if not isinstance(shown, dict) or not isinstance(shown.get("jobId"), str):
        return None
    return ShownJob(shown["jobId"], _text(shown, "status"))


def _text(shown: Mapping[str, Any], name: str) -> Text:
    """A member; what is absent, or neither a text nor null, says nothing."""
    value = shown.get(name, UNKNOWN)
    return value if value is None or isinstance(value, str) else UNKNOWN


def _each(items: object, read: Callable[[object], _T | None]) -> tuple[_T, ...]:
    found = (read(item) for item in items) if isinstance(items, list) else ()
    return tuple(item for item in found if item is not None)


def _navigation(pages: _Pages) -> Navigation | None:
    folders, ungrouped = (json_at(pages[-1], "data", name) for name in ("folders", "ungroupedAudiences"))
    if not isinstance(folders, list) or not isinstance(ungrouped, list):
        return None
    return Navigation(_each(folders, _folder), _each(ungrouped, _audience))


def _audience_page(pages: _Pages) -> AudiencePage | None:
    items = _items(pages)
    return None if items is None else AudiencePage(_each(items, _audience), last=_is_last(pages))


def _job_page(pages: _Pages) -> JobPage | None:
    items = _items(pages)
    return None if items is None else JobPage(_each(items, _job), last=_is_last(pages))


def _items(pages: _Pages) -> list[Any] | None:
    """The items of all pages; None where a page has no list of them."""
    lists = [json_at(page, "data", "items") for page in pages]
    return [item for items in lists for item in items] if all(isinstance(items, list) for items in lists) else None


def _is_last(pages: _Pages) -> bool:
    return json_at(pages[-1], "data", "hasMore") is not True


def _show_nothing(_: _Pages) -> None:
    """Return no data: the model takes none from this response."""


def _one(read: Callable[[object], _T | None]) -> Callable[[_Pages], _T | None]:
    return lambda pages: read(json_at(pages[-1], "data"))


_READERS: Mapping[Shows, Callable[[_Pages], Shown | None]] = {
    Shows.NOTHING: _show_nothing,
    Shows.AUDIENCE: _one(_audience),
    Shows.AUDIENCE_PAGE: _audience_page,
    Shows.NAVIGATION: _navigation,
    Shows.FOLDER: _one(_folder),
    Shows.JOB: _one(_job),
    Shows.JOB_PAGE: _job_page,
}
