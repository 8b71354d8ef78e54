"""The translation of HTTP requests and responses into requests and responses of the model."""

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
_ECHOED = ("name", "description", "type", "audienceType", "folderId")
"""The members of request bodies that responses show again."""


def to_model_request(call: ApiRequest, validity: Validity = Validity.VALID) -> Request:
    """Return a request of the model; a body that is sent as bytes has no fields that a server has to show again."""
    headers = {name.lower(): value for name, value in call.options.headers.items()}
    query = parse_qs(call.options.query.removeprefix("?"), keep_blank_values=True)
    body = call.body if call.options.content is None else None
    return Request(
        call.operation,
        _bearer_token(call, headers),
        _decoded(call.group),
        _decoded(call.resource_id),
        fields=tuple(_echoed_fields(body)),
        body=_canonical_body(call) if call.operation is operations.START_JOB else "",
        idempotency=headers.get("idempotency-key"),
        is_complete="cursor" not in query,
        status=query.get("status", [None])[0],
        validity=validity,
    )


def _decoded(identifier: str) -> str:
    """Return an identifier as a server decodes it."""
    return unquote(identifier) if isinstance(identifier, RawSegment) else identifier


def to_model_response(operation: OperationSpec, *pages: Exchange) -> Response | None:
    """Return a response of the model, None where none arrived; raise nothing, whatever the body is.

    The pages of a list that was read to its end are one response: the first refusal, if a page was refused.
    """
    for page in pages:
        if page.status is None:
            return None
        if page.status not in SUCCESS:
            code = json_at(page, "error", "code")
            return Response(page.status, code if isinstance(code, str) else None)
    status = pages[-1].status
    return None if status is None else Response(status, data=_READERS[operation.shows](pages))


def _bearer_token(call: ApiRequest, headers: Mapping[str, str]) -> str | None:
    """Return the bearer token that is sent; an explicit header replaces the request's own."""
    if "authorization" not in headers:
        return call.key
    scheme, _, token = headers["authorization"].partition(" ")
    return token if scheme == "Bearer" else None


def _echoed_fields(body: object) -> Iterator[tuple[str, Text]]:
    """Yield the members of a body that a server has to show unchanged."""
    if isinstance(body, dict):
        for name in _ECHOED:
            if name in body:
                yield name, body[name] if _is_shown_unchanged(body[name]) else UNKNOWN


def _is_shown_unchanged(value: object) -> bool:
    """Return whether every server shows a text as it was sent: printable, no outer blanks, one Unicode form."""
    if not isinstance(value, str) or not value.isprintable():
        return False
    return bool(value) and value == value.strip() == unicodedata.normalize("NFKC", value)


def _canonical_body(call: ApiRequest) -> str:
    """Return a body in one form, whatever the order and the spacing of its members."""
    body = call.body
    if call.options.content is not None:
        try:
            body = json.loads(call.options.content)
        except ValueError:
            return repr(call.options.content)
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def _to_audience(shown: object) -> ShownAudience | None:
    if not isinstance(shown, dict) or not isinstance(shown.get("id"), str):
        return None
    return ShownAudience(shown["id"], *(_text_member(shown, name) for name in ("name", "description", "folderId")))


def _to_folder(shown: object) -> ShownFolder | None:
    if not isinstance(shown, dict) or not isinstance(shown.get("id"), str):
        return None
    nested = _convert_items(shown.get("audiences"), _to_audience)
    return ShownFolder(shown["id"], _text_member(shown, "name"), _text_member(shown, "audienceType"), nested)


def _to_job(shown: object) -> ShownJob | None:
    if not isinstance(shown, dict) or not isinstance(shown.get("jobId"), str):
        return None
    return ShownJob(shown["jobId"], _text_member(shown, "status"))


def _text_member(shown: Mapping[str, Any], name: str) -> Text:
    """Return a member; UNKNOWN where it is absent, or neither a text nor null."""
    value = shown.get(name, UNKNOWN)
    return value if value is None or isinstance(value, str) else UNKNOWN


def _convert_items(items: object, convert: Callable[[object], _T | None]) -> tuple[_T, ...]:
    converted = (convert(item) for item in items) if isinstance(items, list) else ()
    return tuple(item for item in converted if item is not None)


def _to_navigation(pages: _Pages) -> Navigation | None:
    folders, ungrouped = (json_at(pages[-1], "data", name) for name in ("folders", "ungroupedAudiences"))
    if not isinstance(folders, list) or not isinstance(ungrouped, list):
        return None
    return Navigation(_convert_items(folders, _to_folder), _convert_items(ungrouped, _to_audience))


def _to_audience_page(pages: _Pages) -> AudiencePage | None:
    items = _all_items(pages)
    return None if items is None else AudiencePage(_convert_items(items, _to_audience), last=_is_last_page(pages))


def _to_job_page(pages: _Pages) -> JobPage | None:
    items = _all_items(pages)
    return None if items is None else JobPage(_convert_items(items, _to_job), last=_is_last_page(pages))


def _all_items(pages: _Pages) -> list[Any] | None:
    """Return the items of all pages; None where a page has no list of them."""
    lists = [json_at(page, "data", "items") for page in pages]
    return [item for items in lists for item in items] if all(isinstance(items, list) for items in lists) else None


def _is_last_page(pages: _Pages) -> bool:
    return json_at(pages[-1], "data", "hasMore") is not True


def _to_nothing(_: _Pages) -> None:
    """Return no data: the model takes none from this response."""


def _convert_data(convert: Callable[[object], _T | None]) -> Callable[[_Pages], _T | None]:
    return lambda pages: convert(json_at(pages[-1], "data"))


_READERS: Mapping[Shows, Callable[[_Pages], Shown | None]] = {
    Shows.NOTHING: _to_nothing,
    Shows.AUDIENCE: _convert_data(_to_audience),
    Shows.AUDIENCE_PAGE: _to_audience_page,
    Shows.NAVIGATION: _to_navigation,
    Shows.FOLDER: _convert_data(_to_folder),
    Shows.JOB: _convert_data(_to_job),
    Shows.JOB_PAGE: _to_job_page,
}
