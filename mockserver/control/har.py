"""The export of a journal as an HTTP Archive (HAR 1.2); members beyond the standard begin with an underscore."""

from http import HTTPStatus
from urllib.parse import parse_qsl, quote

from mockserver.api.long_json import MakeRows, rendered
from mockserver.control.journal_views import whole
from mockserver.control.responses import Body
from mockserver.recording.exchange import Exchange
from mockserver.service.journals import Reading

_UNKNOWN = -1
_STATUSES = frozenset(HTTPStatus)
_VERSION = "HTTP/1.1"
_EXTRA_MEMBERS = ("number", "at", "key", "operation", "outcome", "rule", "faults", "resent", "trace")


def archive(reading: Reading, origin: str, version: str, rows: MakeRows[Exchange] = rendered) -> Body:
    """Return the archive of a reading.

    Args:
        reading: The reading.
        origin: The scheme, host and port of the exchanges.
        version: The version of the server.
        rows: The function that makes the array of entries.
    """
    creator = {"name": "audience-mock", "version": version}
    entries = rows(lambda exchange: _entry(exchange, reading, origin), reading.exchanges)
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(exchange: Exchange, reading: Reading, origin: str) -> Body:
    shown = whole(exchange, reading)
    return {
        "startedDateTime": shown["realAt"],
        "time": shown["durationMs"],
        "request": _request(shown, origin),
        "response": _response(shown),
        "cache": {},
        "timings": {"send": 0, "wait": shown["durationMs"], "receive": 0},
        **{f"_{name}": shown[name] for name in _EXTRA_MEMBERS},
    }


def _request(shown: Body, origin: str) -> Body:
    query = f"?{shown['query']}" if shown["query"] else ""
    pairs = parse_qsl(shown["query"], keep_blank_values=True)
    body = shown["request"]["body"]
    post_data = {} if body is None else {"postData": {"mimeType": _content_type(shown["request"]), "text": body}}
    return {
        "method": shown["method"],
        "url": f"{origin}{quote(shown['path'])}{quote(query, safe='?=&%+')}",
        "queryString": [{"name": name, "value": value} for name, value in pairs],
        "bodySize": shown["request"]["bodyBytes"],
        **_common_members(shown["request"]),
        **post_data,
    }


def _response(shown: Body) -> Body:
    """Return the response of an exchange; an archive marks a missing response by the status 0."""
    status, response = shown["status"] or 0, shown["response"]
    content = {"size": response["bodyBytes"], "mimeType": _content_type(response), "text": response["body"] or ""}
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in _STATUSES else "",
        "content": content,
        "redirectURL": "",
        "bodySize": response["bodyBytes"],
        **_common_members(response),
    }


def _common_members(message: Body) -> Body:
    return {"httpVersion": _VERSION, "cookies": [], "headers": message["headers"], "headersSize": _UNKNOWN}


def _content_type(message: Body) -> str:
    values = [header["value"] for header in message["headers"] if header["name"] == "content-type"]
    return values[0] if values else ""
