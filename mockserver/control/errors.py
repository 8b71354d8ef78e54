"""The only place where an error becomes a response of the control plane: a reason, and a hint where one helps."""

import logging

import orjson
from connexion import ConnexionMiddleware
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from mockserver.ports import SandboxNotFoundError, StoreError
from mockserver.service.control_actions import EndedError, UnknownError
from mockserver.service.journals import JournalOffError, NoExchangeError
from mockserver.service.sandboxes import TooManyError

logger = logging.getLogger("mockserver")

_MAX_REASON = 2_000
_NOT_FOUND = 404
_METHOD_NOT_ALLOWED = 405
_HINTS = {
    404: "GET /_mock/docs shows what there is.",
    415: "Send the header 'Content-Type: application/json'.",
}


class ControlError(Exception):
    """A request that the control plane cannot fulfil."""

    def __init__(self, status: int, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.hint = hint


def register(app: ConnexionMiddleware) -> None:
    """Take over from Connexion's own error handlers. Ours are coroutines, since it would run others in threads."""
    app.add_error_handler(ControlError, _refused)
    app.add_error_handler(ProblemException, _problem)
    app.add_error_handler(HTTPException, _problem)
    app.add_error_handler(SandboxNotFoundError, _no_sandbox)
    app.add_error_handler(UnknownError, _unknown)
    app.add_error_handler(EndedError, _ended)
    app.add_error_handler(TooManyError, _too_many)
    app.add_error_handler(JournalOffError, _journal_off)
    app.add_error_handler(NoExchangeError, _no_exchange)
    app.add_error_handler(StoreError, _without_store)
    app.add_error_handler(Exception, _unplanned)


async def _refused(_request: ConnexionRequest, error: ControlError) -> ConnexionResponse:
    return _response(error.status, error.reason, error.hint)


async def _problem(request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
    """Answer what Connexion or the router refuses."""
    status, headers = error.status_code, dict(error.headers or {})
    reason = error.detail
    if status == _NOT_FOUND:
        reason = f"the control plane has no route {request.method} {request.url.path}"
    elif status == _METHOD_NOT_ALLOWED:
        reason = f"{request.url.path} takes {headers.get('Allow')}, not {request.method}"
    return _response(status, reason, _HINTS.get(status), headers)


async def _no_sandbox(_request: ConnexionRequest, error: SandboxNotFoundError) -> ConnexionResponse:
    return _response(404, f"there is no sandbox {error}", "GET /_mock/sandboxes lists those that there are.")


async def _unknown(_request: ConnexionRequest, error: UnknownError) -> ConnexionResponse:
    return _response(404, str(error))


async def _ended(_request: ConnexionRequest, error: EndedError) -> ConnexionResponse:
    return _response(409, str(error))


async def _too_many(_request: ConnexionRequest, error: TooManyError) -> ConnexionResponse:
    hint = "Delete those that nobody needs any more, or start the server with a greater --max-sandboxes."
    return _response(409, str(error), hint)


async def _journal_off(_request: ConnexionRequest, error: JournalOffError) -> ConnexionResponse:
    return _response(409, str(error), "Start the server without --journal-limit 0.")


async def _no_exchange(_request: ConnexionRequest, error: NoExchangeError) -> ConnexionResponse:
    return _response(404, str(error))


async def _without_store(request: ConnexionRequest, error: StoreError) -> ConnexionResponse:
    """Answer a request that came when the store could not be used: one line of it in the log."""
    logger.error("%s %r: %s", request.method, request.url.path, error)
    reason = "the mock server cannot use its store at the moment; its log says more"
    return _response(500, reason, "Look at what has become of it before you repeat a request.")


async def _unplanned(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Answer our own fault: nothing of it in the body, all of it in the log."""
    logger.error("%s %r failed", request.method, request.url.path, exc_info=error)
    return _response(500, "this is a fault of the mock server; its log says more")


def _response(
    status: int, reason: str, hint: str | None = None, headers: dict[str, str] | None = None
) -> ConnexionResponse:
    body = {"reason": reason[:_MAX_REASON]} if hint is None else {"reason": reason[:_MAX_REASON], "hint": hint}
    return ConnexionResponse(status, "application/json", "application/json", orjson.dumps(body), headers)
