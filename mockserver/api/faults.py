"""What no operation could take up (unknown route, wrong method, unreadable body, our own fault), in the envelope."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from connexion import ConnexionMiddleware
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from mockserver.api.wire import Wire
from mockserver.ports import SandboxNotFoundError

logger = logging.getLogger("mockserver")

_MESSAGES = {
    400: "Request validation failed: {detail}.",
    401: "Invalid or missing API key: {detail}.",
    404: "Resource not found: this server has no route {method} {path}. See /_mock/docs for those that it has.",
    405: "Method not allowed: {path} takes {allow}.",
    415: "Unsupported media type: {detail}. Send the header 'Content-Type: application/json'.",
}
_RULES = {400: "validation", 401: "api-key", 404: "route", 405: "method", 413: "size", 415: "media-type"}
_NOT_FOUND = 404
_METHOD_NOT_ALLOWED = 405


class Faults:
    """Connexion's error handlers. They are coroutines, since Connexion would run others in threads."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def register(self, app: ConnexionMiddleware) -> None:
        """Take over from Connexion's own handlers."""
        app.add_error_handler(ProblemException, self.problem)
        app.add_error_handler(HTTPException, self.problem)
        app.add_error_handler(SandboxNotFoundError, self.gone)
        app.add_error_handler(Exception, self.unplanned)

    async def problem(self, request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
        """Answer what Connexion or the router refuses."""
        status = error.status_code
        headers = dict(error.headers or {})
        known = {
            "detail": error.detail,
            "method": request.method,
            "path": request.url.path,
            "allow": headers.get("Allow"),
        }
        message = _MESSAGES.get(status, "{detail}").format(**known)
        details: dict[str, Any] = {"rule": _RULES.get(status, "http"), **getattr(error, "details", {})}
        if status == _METHOD_NOT_ALLOWED:
            details["allow"] = known["allow"]
        return self._respond(status, message, details, headers)

    async def gone(self, _request: ConnexionRequest, _error: SandboxNotFoundError) -> ConnexionResponse:
        """Answer a request whose sandbox was deleted while it was under way."""
        message = "Invalid or missing API key: the sandbox that the key belonged to has been deleted."
        return self._respond(401, message, {"rule": "api-key"}, {})

    async def unplanned(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        """Answer our own fault: nothing of it in the body, all of it in the log, under the same trace id."""
        message = "Internal server error: this is a fault of the mock server. Its log says more under this trace id."
        body = self._wire.fault(500, message, {"rule": "internal"})
        where = f"{request.method} {request.url.path}"
        logger.error("traceId=%s %s failed", body["traceId"], where, exc_info=error)
        return _response(500, body, {})

    def _respond(
        self, status: int, message: str, details: Mapping[str, Any], headers: Mapping[str, str]
    ) -> ConnexionResponse:
        return _response(status, self._wire.fault(status, message, details), headers)


def _response(status: int, body: dict[str, Any], headers: Mapping[str, str]) -> ConnexionResponse:
    return ConnexionResponse(status, "application/json", "application/json", orjson.dumps(body), dict(headers))
