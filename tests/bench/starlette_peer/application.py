"""The routes of the Starlette peer: the checks of our server in its order, then the effect."""

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bench.requests import RESET
from tests.bench.starlette_peer import refusals
from tests.bench.starlette_peer.refusals import Refusal
from tests.bench.starlette_peer.state import Audience, Key, State, iso, new_audience, now_ms

Endpoint = Callable[[Request, Key], Awaitable[Response]]

_COLLECTION = "/v1/accounts/{accountGroupId}/audiences"
_ONE = _COLLECTION + "/{audienceId}"
_IDENTIFIER = re.compile("[0-9a-f]{24}")
_TYPES = ("on_demand", "monitoring")
_SCHEME = "bearer "


class OrjsonResponse(JSONResponse):
    """A JSON response rendered by orjson."""

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return orjson.dumps(content)


class Audiences:
    """The operations on audiences."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(_ONE, self._admitted("audiences:write", self.delete), methods=["DELETE"]),
            Route(_ONE, self._admitted("audiences:read", self.get), methods=["GET"]),
            Route(_COLLECTION, self._admitted("audiences:write", self.create), methods=["POST"]),
            Route(RESET, self.reset, methods=["POST"]),
        ]

    async def reset(self, _request: Request) -> Response:
        """Return to the seed."""
        self._state.reset()
        return Response(status_code=204)

    async def create(self, request: Request, key: Key) -> Response:
        """Create an audience."""
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            return self.failure(refusals.wrong_media_type(content_type))
        body = _audience_of(await request.body())
        if isinstance(body, Refusal):
            return self.failure(body)
        group_id = request.path_params["accountGroupId"]
        if group_id not in key.group_ids:
            return self.failure(refusals.foreign_group(key, group_id))
        group = self._state.groups[group_id]
        if body["type"] == "monitoring" and group.plan == "tester":
            return self.failure(refusals.no_monitoring())
        audience = new_audience(secrets.token_hex(12), body, iso(now_ms()))
        group.audiences[audience["id"]] = audience
        return self._success(audience, 201)

    async def get(self, request: Request, key: Key) -> Response:
        """Get an audience."""
        audience = self._ready(request, key)
        return self.failure(audience) if isinstance(audience, Refusal) else self._success(audience)

    async def delete(self, request: Request, key: Key) -> Response:
        """Delete an audience."""
        audience = self._ready(request, key)
        if isinstance(audience, Refusal):
            return self.failure(audience)
        del self._state.groups[request.path_params["accountGroupId"]].audiences[audience["id"]]
        return self._success({"deleted": True})

    def failure(self, refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
        """Return the response for a refusal."""
        error = {"code": refusal.code, "message": refusal.message, "details": refusal.details}
        body = {"success": False, "data": None, "error": error, "traceId": self._state.trace_id()}
        return OrjsonResponse(body, refusal.status, headers)

    def _success(self, data: object, status: int = 200) -> Response:
        body = {"success": True, "data": data, "error": None, "traceId": self._state.trace_id()}
        return OrjsonResponse(body, status)

    def _admitted(self, permission: str, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint behind the checks of key, permission and path parameters."""

        async def admitted(request: Request) -> Response:
            key = self._key(request)
            if isinstance(key, Refusal):
                return self.failure(key)
            if permission not in key.permissions:
                return self.failure(refusals.lacks_permission(key, permission))
            for name, value in request.path_params.items():
                if _IDENTIFIER.fullmatch(value) is None:
                    problem = f"path parameter {name} is not an identifier: 24 lower-case hex digits"
                    return self.failure(refusals.invalid(problem, **{"in": "path", "name": name}))
            return await endpoint(request, key)

        return admitted

    def _key(self, request: Request) -> Key | Refusal:
        """Return the valid key of a request, or the refusal."""
        values = request.headers.getlist("authorization")
        if len(values) != 1 or values[0][: len(_SCHEME)].lower() != _SCHEME:
            return refusals.NO_KEY
        key = self._state.keys.get(values[0][len(_SCHEME) :].strip(" "))
        if key is None:
            return refusals.UNKNOWN_KEY
        if key.revoked:
            return refusals.REVOKED_KEY
        if key.expires_at is not None and (now := now_ms()) >= key.expires_at:
            return refusals.expired_key(key, key.expires_at, now)
        return key

    def _ready(self, request: Request, key: Key) -> Audience | Refusal:
        """Return the audience of a request if no active job populates it, or the refusal."""
        group_id, audience_id = request.path_params["accountGroupId"], request.path_params["audienceId"]
        if group_id not in key.group_ids:
            return refusals.foreign_group(key, group_id)
        audience = self._state.groups[group_id].audiences.get(audience_id)
        if audience is None:
            return refusals.not_found(audience_id)
        job = self._state.jobs.get(audience_id)
        return audience if job is None else refusals.not_ready(group_id, audience_id, job)


def _audience_of(content: bytes) -> dict[str, Any] | Refusal:
    """Return the body of a creation, or the refusal of an invalid one."""
    if not content:
        return refusals.invalid("RequestBody is required")
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return refusals.invalid(f"the body is not JSON: {error}", **{"in": "body"})
    if not isinstance(body, dict):
        return refusals.invalid("the body must be of type object", **{"in": "body", "name": ""})
    return _violation(body) or body


def _violation(body: dict[str, Any]) -> Refusal | None:
    """Return the refusal of an object that is no audience."""
    for name in ("name", "type"):
        if name not in body:
            return refusals.invalid(f"the body is incomplete: '{name}' is missing", **{"in": "body", "name": ""})
    for name in ("name", "description"):
        if name in body and not isinstance(body[name], str):
            return refusals.invalid(f"the body's {name} must be of type string", **{"in": "body", "name": name})
    if body["type"] not in _TYPES:
        problem = f"the body's type must be one of {', '.join(_TYPES)}"
        return refusals.invalid(problem, **{"in": "body", "name": "type"})
    if "\0" in body["name"] or "\0" in body.get("description", ""):
        problem = "a string in the body has a NUL or half a surrogate pair; no store keeps those"
        return refusals.invalid(problem, **{"in": "body"})
    return None if body["name"].strip() else refusals.blank_name()


def application(state: State) -> Starlette:
    """Return the application."""
    audiences = Audiences(state)

    async def http_error(request: Request, error: Exception) -> Response:
        method, path = request.method, request.url.path
        allow = getattr(error, "headers", None) or {}
        if "Allow" in allow:
            return audiences.failure(refusals.wrong_method(method, path, allow["Allow"]), allow)
        return audiences.failure(refusals.no_route(method, path))

    return Starlette(routes=audiences.routes(), exception_handlers={HTTPException: http_error})
