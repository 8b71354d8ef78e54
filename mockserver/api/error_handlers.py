"""What no operation could take up (unknown route, wrong method, unreadable body, our own fault), in the envelope."""

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
from mockserver.ports import SandboxNotFoundError, StoreError
from mockserver.recording.request_record import note_refusal

logger = logging.getLogger("mockserver")

_TEXTS = {
    400: ("Request validation failed: {detail}.", "See /_mock/docs for what the operation takes."),
    401: ("Invalid or missing API key: {detail}.", "Send the header 'Authorization: Bearer <API key>'."),
    404: ("Resource not found: there is no route {method} {path}.", "See /_mock/docs for those that there are."),
    405: ("Method not allowed: {path} does not take {method}.", "It takes {allow}."),
    413: ("Payload too large: {detail}.", "Send less, or start the server with a greater --max-body."),
    415: ("Unsupported media type: {detail}.", "Send the header 'Content-Type: application/json'."),
}
_OTHER = ("{detail}", "See /_mock/docs.")
_RULES = {400: "validation", 401: "api-key", 404: "route", 405: "method", 413: "size", 415: "media-type"}


class ErrorHandlers:
    """Connexion's error handlers. They are coroutines, since Connexion would run others in threads."""

    def __init__(self, envelopes: Envelopes) -> None:
        self._envelopes = envelopes

    def register(self, app: ConnexionMiddleware) -> None:
        """Take over from Connexion's own handlers."""
        app.add_error_handler(ProblemException, self.problem)
        app.add_error_handler(HTTPException, self.problem)
        app.add_error_handler(SandboxNotFoundError, self.gone)
        app.add_error_handler(StoreError, self.without_store)
        app.add_error_handler(Exception, self.unplanned)

    async def problem(self, request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
        """Answer what Connexion or the router refuses."""
        status, headers = error.status_code, dict(error.headers or {})
        known = {
            "detail": error.detail,
            "method": request.method,
            "path": request.url.path,
            "allow": headers.get("Allow"),
        }
        what, hint = (text.format(**known) for text in _TEXTS.get(status, _OTHER))
        details = {"rule": _RULES.get(status, "http"), **getattr(error, "details", {}), "hint": hint}
        body = self._envelopes.error(status, f"{what} {hint}", details)
        return _respond(request, status, body, headers)

    async def gone(self, request: ConnexionRequest, _error: SandboxNotFoundError) -> ConnexionResponse:
        """Answer a request whose sandbox was deleted while it was under way."""
        message = "Invalid or missing API key: the sandbox of the key has been deleted. Use another key."
        details = {"rule": "api-key", "hint": "Use another key."}
        return _respond(request, 401, self._envelopes.error(401, message, details), {})

    async def without_store(self, request: ConnexionRequest, error: StoreError) -> ConnexionResponse:
        """Answer a request that came when the store could not be used."""
        hint = "Check the current resource state before you retry; the server's log says more under this trace id."
        return self._failed(request, "the mock server cannot use its store at the moment.", hint, str(error))

    async def unplanned(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        """Answer our own fault: nothing of it in the body, and one line in the log under the same trace id."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        cause = f"{error!r} in {frame.filename} line {frame.lineno}"
        return self._failed(
            request, "this is a fault of the mock server.", "Its log says more under this trace id.", cause
        )

    def _failed(self, request: ConnexionRequest, what: str, hint: str, cause: str) -> ConnexionResponse:
        details = {"rule": "internal", "hint": hint}
        body = self._envelopes.error(500, f"Internal server error: {what} {hint}", details)
        logger.error("traceId=%s %s %r: %s", body["traceId"], request.method, request.url.path, cause)
        return _respond(request, 500, body, {})


def _respond(
    request: ConnexionRequest, status: int, body: dict[str, Any], headers: Mapping[str, str]
) -> ConnexionResponse:
    """Record the rule behind an error, and return the response with it."""
    note_refusal(request.scope, body["error"]["details"])
    return ConnexionResponse(status, "application/json", "application/json", orjson.dumps(body), dict(headers))
