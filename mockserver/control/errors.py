"""The error handlers of the control plane, whose responses have a reason and, where possible, a hint."""

import logging

import orjson
from connexion import ConnexionMiddleware
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from mockserver.api.long_responses import BusyError
from mockserver.ports import SandboxNotFoundError, StoreError, StoreFullError
from mockserver.service.control_actions import EndedError, UnknownError
from mockserver.service.coverages import JournalOffError
from mockserver.service.journals import NoExchangeError
from mockserver.service.sandboxes import TooManyError

logger = logging.getLogger("mockserver")

_MAX_REASON = 2_000
_NOT_FOUND = 404
_METHOD_NOT_ALLOWED = 405
_HINTS = {
    404: "GET /_mock/docs shows the routes.",
    415: "Send the header 'Content-Type: application/json'.",
}


class ControlError(Exception):
    """A refusal by the control plane: its status, a reason, and a hint."""

    def __init__(self, status: int, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.hint = hint


def register(app: ConnexionMiddleware) -> None:
    """Replace Connexion's error handlers; these are coroutines, because Connexion runs plain functions in threads."""
    app.add_error_handler(ControlError, _refused)
    app.add_error_handler(ProblemException, _problem)
    app.add_error_handler(HTTPException, _problem)
    app.add_error_handler(SandboxNotFoundError, _sandbox_not_found)
    app.add_error_handler(UnknownError, _not_found)
    app.add_error_handler(EndedError, _job_ended)
    app.add_error_handler(TooManyError, _too_many_sandboxes)
    app.add_error_handler(JournalOffError, _journal_off)
    app.add_error_handler(NoExchangeError, _exchange_not_found)
    app.add_error_handler(StoreError, _store_unavailable)
    app.add_error_handler(StoreFullError, _store_full)
    app.add_error_handler(BusyError, _busy)
    app.add_error_handler(Exception, _unexpected)


async def _refused(_request: ConnexionRequest, error: ControlError) -> ConnexionResponse:
    return _response(error.status, error.reason, error.hint)


async def _problem(request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
    """Return the response for a refusal by Connexion or the router."""
    status, headers = error.status_code, dict(error.headers or {})
    reason = error.detail
    if status == _NOT_FOUND:
        reason = f"the control plane has no route {request.method} {request.url.path}"
    elif status == _METHOD_NOT_ALLOWED:
        reason = f"{request.url.path} takes {headers.get('Allow')}, not {request.method}"
    return _response(status, reason, _HINTS.get(status), headers)


async def _sandbox_not_found(_request: ConnexionRequest, error: SandboxNotFoundError) -> ConnexionResponse:
    return _response(404, f"there is no sandbox {error}", "GET /_mock/sandboxes lists those that there are.")


async def _not_found(_request: ConnexionRequest, error: UnknownError) -> ConnexionResponse:
    return _response(404, str(error))


async def _job_ended(_request: ConnexionRequest, error: EndedError) -> ConnexionResponse:
    return _response(409, str(error))


async def _too_many_sandboxes(_request: ConnexionRequest, error: TooManyError) -> ConnexionResponse:
    hint = "Delete those that nobody needs any more, or start the server with a greater --max-sandboxes."
    return _response(409, str(error), hint)


async def _journal_off(_request: ConnexionRequest, error: JournalOffError) -> ConnexionResponse:
    return _response(409, str(error), "Start the server without --journal-limit 0.")


async def _exchange_not_found(_request: ConnexionRequest, error: NoExchangeError) -> ConnexionResponse:
    return _response(404, str(error))


async def _busy(_request: ConnexionRequest, error: BusyError) -> ConnexionResponse:
    return _response(503, str(error), "Try again in a moment.", {"Retry-After": "1"})


async def _store_unavailable(request: ConnexionRequest, error: StoreError) -> ConnexionResponse:
    """Return the response for a request that failed because the store is unavailable; log one line."""
    logger.error("%s %r: %s", request.method, request.url.path, error)
    reason = "the mock server cannot use its store at the moment; its log says more"
    return _response(500, reason, "Check the current state before you repeat a request.")


async def _store_full(_request: ConnexionRequest, error: StoreFullError) -> ConnexionResponse:
    hint = "Delete sandboxes, snapshots or journals, or start the server with a greater --max-data."
    return _response(507, f"{error}; nothing was changed", hint)


async def _unexpected(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Return the response for a crash: its cause is not in the body, but in the log."""
    logger.error("%s %r failed", request.method, request.url.path, exc_info=error)
    return _response(500, "this is a fault of the mock server; its log says more")


def _response(
    status: int, reason: str, hint: str | None = None, headers: dict[str, str] | None = None
) -> ConnexionResponse:
    body = {"reason": reason[:_MAX_REASON]} if hint is None else {"reason": reason[:_MAX_REASON], "hint": hint}
    return ConnexionResponse(status, "application/json", "application/json", orjson.dumps(body), headers)
