"""The vendor's envelope: the only module that renders an outcome as a body and a refusal as a status."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import orjson
from starlette.types import Scope, Send

from mockserver.api.long_json import LONG, LongJson, MakeRows, Rows, rendered
from mockserver.api.long_responses import LongResponses
from mockserver.domain.refusal import Reason, Refusal
from mockserver.ports import Ids
from mockserver.recording.json_responder import respond_at_once
from mockserver.recording.request_record import note_refusal

T = TypeVar("T")
Body = dict[str, Any]
Response = tuple[Body, int]
"""An envelope and its status, the return value of handlers that Connexion understands."""

STATUS: Mapping[Reason, int] = {
    Reason.INVALID_REQUEST: 400,
    Reason.INVALID_KEY: 401,
    Reason.INSUFFICIENT_CREDITS: 402,
    Reason.MISSING_PERMISSION: 403,
    Reason.FOREIGN_ACCOUNT_GROUP: 403,
    Reason.NOT_FOUND: 404,
    Reason.NOT_READY: 409,
    Reason.CONFLICT: 409,
    Reason.IDEMPOTENCY_CONFLICT: 409,
    Reason.UNPROCESSABLE: 422,
    Reason.NOT_CANCELLABLE: 422,
    Reason.RATE_LIMITED: 429,
    Reason.INTERNAL: 500,
}
ERROR_CODES: Mapping[int, str] = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    431: "HEADERS_TOO_LARGE",
    501: "NOT_IMPLEMENTED",
    505: "HTTP_VERSION_NOT_SUPPORTED",
}
_STATUS_BY_RULE = {reason.rule: status for reason, status in STATUS.items()}  # an enum's own hash is slow
_SERVER_ERROR = 500


class RefusedResponse(Response):
    """The envelope and the status of a refusal, with the refusal itself for the journal."""

    refusal: Refusal


async def send_json(send: Send, body: Body, status: int, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """Send a JSON document as a complete response."""
    content = orjson.dumps(body)
    if respond_at_once(send, status, content, headers):
        return
    length = b"%d" % len(content)
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"application/json"), (b"content-length", length), *headers],
        }
    )
    await send({"type": "http.response.body", "body": content})


def send_refusal(scope: Scope, send: Send, response: RefusedResponse) -> Awaitable[None]:
    """Note the rule of a refusal in the record of the request, and return the awaitable that sends it.

    A refusal with `retryAfter` among its details is sent with the header `Retry-After`, in seconds.
    """
    details = response.refusal.details
    note_refusal(scope, details)
    seconds = details.get("retryAfter")
    headers = () if seconds is None else ((b"retry-after", b"%d" % seconds),)
    return send_json(send, response[0], response[1], headers)


class Envelopes:
    """The factory of envelopes, each with a fresh trace id."""

    def __init__(self, ids: Ids, long_responses: LongResponses) -> None:
        self._ids = ids
        self._long_responses = long_responses

    def response(self, outcome: T | Refusal, view: Callable[[T], Body], status: int = 200) -> Response:
        """Return the response for the outcome of a use case.

        Args:
            outcome: The result of the use case, or its refusal.
            view: The function that renders a result as `data`.
            status: The status for a result; a refusal has a status of its own.
        """
        if isinstance(outcome, Refusal):
            return self.refusal(outcome)
        return {"success": True, "data": view(outcome), "error": None, "traceId": self._ids.trace_id()}, status

    def listing(
        self, outcome: T | Refusal, view: Callable[[T, MakeRows[Any]], Body], size: Callable[[T], int]
    ) -> Response | LongJson:
        """Return the response for a list, which is sent in pieces if it is long.

        Args:
            outcome: The result of the use case, or its refusal.
            view: The function that renders a result as `data`, with a function for its arrays.
            size: The function that returns about how many characters a result has.
        """
        if isinstance(outcome, Refusal) or size(outcome) < LONG:
            return self.response(outcome, lambda result: view(result, rendered))
        body, _ = self.response(outcome, lambda result: view(result, Rows))
        return LongJson(body, self._long_responses)

    def refusal(self, refusal: Refusal) -> RefusedResponse:
        """Return the response for a refusal."""
        reason = refusal.reason
        body = self.failure(reason.code, refusal.message, refusal.details)
        response = RefusedResponse((body, _STATUS_BY_RULE[reason.rule]))
        response.refusal = refusal
        return response

    def error(self, status: int, message: str, details: Mapping[str, Any]) -> Body:
        """Return the envelope of a request that did not reach its operation, for example of an unknown route."""
        code = ERROR_CODES.get(status, "INTERNAL_ERROR" if status >= _SERVER_ERROR else "VALIDATION_ERROR")
        return self.failure(code, message, details)

    def failure(self, code: str, message: str, details: Mapping[str, Any]) -> Body:
        """Return the envelope of an error with an explicit code."""
        error = {"code": code, "message": message, "details": details}
        return {"success": False, "data": None, "error": error, "traceId": self._ids.trace_id()}
