"""A journal as an HTTP Archive (HAR 1.2), for tools that read those. Members of our own begin with an underscore."""

from http import HTTPStatus
from urllib.parse import parse_qsl, quote

from mockserver.control.journal_views import whole
from mockserver.control.responses import Body
from mockserver.recording.exchange import Exchange
from mockserver.service.journals import Reading

_NOT_KNOWN = -1
_STATUSES = frozenset(HTTPStatus)
_VERSION = "HTTP/1.1"
_OWN = ("number", "at", "key", "operation", "outcome", "rule", "faults", "trace")


def archive(reading: Reading, origin: str, version: str) -> Body:
    """The exchanges of a reading; `origin` is what stands before their paths."""
    creator = {"name": "audience-mock", "version": version}
    entries = [_entry(one, reading, origin) for one in reading.exchanges]
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
        **{f"_{name}": shown[name] for name in _OWN},
    }


def _request(shown: Body, origin: str) -> Body:
    query = f"?{shown['query']}" if shown["query"] else ""
    pairs = parse_qsl(shown["query"], keep_blank_values=True)
    body = shown["request"]["body"]
    posted = {} if body is None else {"postData": {"mimeType": _type(shown["request"]), "text": body}}
    return {
        "method": shown["method"],
        "url": f"{origin}{quote(shown['path'])}{quote(query, safe='?=&%+')}",
        "queryString": [{"name": name, "value": value} for name, value in pairs],
        "bodySize": shown["request"]["bodyBytes"],
        **_common(shown["request"]),
        **posted,
    }


def _response(shown: Body) -> Body:
    """The answer; status 0 is how an archive says that there was none."""
    status, answer = shown["status"] or 0, shown["response"]
    content = {"size": answer["bodyBytes"], "mimeType": _type(answer), "text": answer["body"] or ""}
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in _STATUSES else "",
        "content": content,
        "redirectURL": "",
        "bodySize": answer["bodyBytes"],
        **_common(answer),
    }


def _common(message: Body) -> Body:
    return {"httpVersion": _VERSION, "cookies": [], "headers": message["headers"], "headersSize": _NOT_KNOWN}


def _type(message: Body) -> str:
    values = [header["value"] for header in message["headers"] if header["name"] == "content-type"]
    return values[0] if values else ""
