"""The error handlers of the vendor's API: unknown route, wrong method, unreadable body, internal error."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

import orjson
from connexion import ConnexionMiddleware
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from mockserver.api.envelope import Envelopes
from mockserver.api.long_responses import BusyError
from mockserver.ports import SandboxNotFoundError, StoreError, StoreFullError
from mockserver.recording.request_record import note_refusal

logger = logging.getLogger("mockserver")

_TEXTS = {
    400: ("Request validation failed: {detail}.", "See /_mock/docs for what the operation takes."),
    401: ("Invalid or missing API key: {detail}.", "Send the header 'Authorization: Bearer <API key>'."),
    404: ("Resource not found: there is no route {method} {path}.", "See /_mock/docs for the routes."),
    405: ("Method not allowed: {path} does not take {method}.", "It takes {allow}."),
    413: ("Payload too large: {detail}.", "Send a smaller body, or start the server with a greater --max-body."),
    415: ("Unsupported media type: {detail}.", "Send the header 'Content-Type: application/json'."),
}
_OTHER = ("{detail}", "See /_mock/docs.")
_RULES = {400: "validation", 401: "api-key", 404: "route", 405: "method", 413: "size", 415: "media-type"}


class ErrorHandlers:
    """Connexion's error handlers; they are coroutines, because Connexion runs plain functions in threads."""

    def __init__(self, envelopes: Envelopes) -> None:
        self._envelopes = envelopes

    def register(self, app: ConnexionMiddleware) -> None:
        """Replace Connexion's own handlers."""
        app.add_error_handler(ProblemException, self.problem)
        app.add_error_handler(HTTPException, self.problem)
        app.add_error_handler(SandboxNotFoundError, self.sandbox_deleted)
        app.add_error_handler(StoreError, self.store_unavailable)
        app.add_error_handler(StoreFullError, self.store_full)
        app.add_error_handler(BusyError, self.busy)
        app.add_error_handler(Exception, self.unexpected)

    async def problem(self, request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
        """Return the response for a refusal by Connexion or the router."""
        status, headers = error.status_code, dict(error.headers or {})
        placeholders = {
            "detail": error.detail,
            "method": request.method,
            "path": request.url.path,
            "allow": headers.get("Allow"),
        }
        problem, hint = (text.format(**placeholders) for text in _TEXTS.get(status, _OTHER))
        details = {"rule": _RULES.get(status, "http"), **getattr(error, "details", {}), "hint": hint}
        return _respond(request, status, self._envelopes.error(status, f"{problem} {hint}", details), headers)

    async def sandbox_deleted(self, request: ConnexionRequest, _error: SandboxNotFoundError) -> ConnexionResponse:
        """Return the response for a request whose sandbox was deleted while the request was being handled."""
        message = "Invalid or missing API key: the sandbox of the key has been deleted. Use another key."
        details = {"rule": "api-key", "hint": "Use another key."}
        return _respond(request, 401, self._envelopes.error(401, message, details), {})

    async def store_unavailable(self, request: ConnexionRequest, error: StoreError) -> ConnexionResponse:
        """Return the response for a request that failed because the store is unavailable."""
        hint = "Check the current resource state before you retry; the server's log says more under this trace id."
        return self._failed(request, "the mock server cannot use its store at the moment.", hint, str(error))

    async def store_full(self, request: ConnexionRequest, error: StoreFullError) -> ConnexionResponse:
        """Return the response for a request for which the store has no room."""
        hint = "Delete what nobody needs any more, or start the server with a greater --max-data."
        return self._failed(request, f"{error}; nothing was changed.", hint, str(error))

    async def busy(self, request: ConnexionRequest, error: BusyError) -> ConnexionResponse:
        """Return the response for a list that is too long to be sent besides those that are being sent."""
        hint = "Try again in a moment."
        details = {"rule": "http", "retryAfter": 1, "hint": hint}
        body = self._envelopes.error(503, f"The server is busy: {error}. {hint}", details)
        return _respond(request, 503, body, {"Retry-After": "1"})

    async def unexpected(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        """Return the response for a crash: its cause is not in the body, but in the log under the same trace id."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        cause = f"{error!r} in {frame.filename} line {frame.lineno}"
        return self._failed(
            request, "this is a fault of the mock server.", "Its log says more under this trace id.", cause
        )

    def _failed(self, request: ConnexionRequest, problem: str, hint: str, cause: str) -> ConnexionResponse:
        details = {"rule": "internal", "hint": hint}
        body = self._envelopes.error(500, f"Internal server error: {problem} {hint}", details)
        logger.error("traceId=%s %s %r: %s", body["traceId"], request.method, request.url.path, cause)
        return _respond(request, 500, body, {})


def _respond(
    request: ConnexionRequest, status: int, body: dict[str, Any], headers: Mapping[str, str]
) -> ConnexionResponse:
    """Note the rule of an error in the record of the request, and return the response."""
    note_refusal(request.scope, body["error"]["details"])
    return ConnexionResponse(status, "application/json", "application/json", orjson.dumps(body), dict(headers))
