"""An implementation of the single documented endpoint only, independent of the mock; each rule is a method."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ALL = frozenset({"audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write"})
_FAR = 0x9E3779B97F4A7C15F39CC061  # of neighbouring numbers, the products share no beginning


@dataclass
class Key:
    """An API key."""

    group: str
    permissions: frozenset[str]
    limited: bool = False
    failures: int = 0


@dataclass
class Single:
    """The endpoint, its provider states and its records."""

    keys: dict[str, Key] = field(default_factory=dict)
    audiences: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, tuple[str, str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def respond(self, group: str, audience: str, request: Request) -> Response:
        """Return the response to a request."""
        return self.answer(group, audience, request)

    # The endpoint, rule by rule.

    def answer(self, group: str, audience: str, request: Request) -> Response:
        """Return the response to a DELETE."""
        key = self.key_of(request)
        if key is None:
            return self.refuse(401, "UNAUTHORIZED")
        if key.limited:
            return self.limited(group, audience)
        if not self.is_permitted(key):
            return self.unpermitted(audience)
        return self.refuse(403, "FORBIDDEN") if group != key.group else self.admitted(key, audience, request)

    def admitted(self, key: Key, audience: str, request: Request) -> Response:
        """Return the response to a DELETE whose key may delete in its account group."""
        found = self.find(key.group, audience)
        if found is None:
            return self.missing(audience)
        if self.populating(found) is not None and not self.passes_guard(request):
            return self.guarded(found)
        if key.failures:
            key.failures -= 1
            return self.failed()
        return self.delete(found, request)

    def key_of(self, request: Request) -> Key | None:
        """Return the key of a request, or None without a valid key."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.keys.get(token) if scheme.lower() == "bearer" else None

    def is_permitted(self, key: Key) -> bool:
        """Return whether the key may delete."""
        return "audiences:write" in key.permissions

    def find(self, group: str, audience: str) -> str | None:
        """Return the audience of the account group with this identifier, or None."""
        return audience if self.audiences.get(audience) == group else None

    def populating(self, audience: str) -> str | None:
        """Return the active job on the audience, or None."""
        active = [job for job, (on, status) in self.jobs.items() if on == audience and status in {"queued", "running"}]
        return active[0] if active else None

    def passes_guard(self, _request: Request) -> bool:
        """Return whether a request passes the guard."""
        return False

    def guarded(self, _audience: str) -> Response:
        """Return the refusal of the guard."""
        return self.refuse(409, "AUDIENCE_NOT_READY")

    def missing(self, _audience: str) -> Response:
        """Return the refusal for a missing audience."""
        return self.refuse(404, "NOT_FOUND")

    def limited(self, _group: str, _audience: str) -> Response:
        """Return the refusal past the rate limit."""
        return self.refuse(429, "RATE_LIMITED")

    def unpermitted(self, _audience: str) -> Response:
        """Return the refusal for a missing permission."""
        return self.refuse(403, "FORBIDDEN")

    def failed(self) -> Response:
        """Return the response of an internal failure."""
        return self.refuse(500, "INTERNAL_ERROR")

    def delete(self, audience: str, _request: Request) -> Response:
        """Delete the audience and return the response."""
        self.audiences.pop(audience, None)
        return self.done()

    def done(self) -> Response:
        """Return the response to a successful deletion."""
        return self.send(200, {"success": True, "data": {"deleted": True}, "error": None, "traceId": self.trace_id()})

    def refuse(self, status: int, code: str) -> Response:
        """Return a refusal."""
        error = {"code": code, "message": "No.", "details": "none"}
        return self.send(status, {"success": False, "data": None, "error": error, "traceId": self.trace_id()})

    def send(self, status: int, body: Any) -> Response:
        """Return the response with this status and JSON body."""
        return JSONResponse(body, status)

    def trace_id(self) -> str:
        """Return a trace id."""
        return self.fresh()

    def fresh(self) -> str:
        """Return a fresh identifier."""
        return f"{next(self.numbers):024x}"

    def secret(self) -> str:
        """Return a fresh secret, far from all others: a near miss of a key is nobody's key."""
        return f"{next(self.numbers) * _FAR % 2**96:024x}"

    # The provider states.

    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        """Set up or tear down a state and return its values, or None if the state cannot be established."""
        key = self.keys.get(params.get("apiKey", ""))
        match state, setup:
            case "an API key", True:
                return self.new_key(params)
            case "the API key is revoked", True:
                self.keys.pop(params["apiKey"], None)
            case "an API key", False:
                self.keys.pop(params["apiKey"], None)
            case (("an audience that is ready" | "an audience being populated"), True):
                return self.new_audience(key, params if state.endswith("populated") else None)
            case (("an audience that is ready" | "an audience being populated"), False):
                self.audiences.pop(params["audienceId"], None)
            case "the prospecting has ended", True:
                self.jobs[params["jobId"]] = (self.jobs[params["jobId"]][0], params["outcome"])
            case "the rate limit is exhausted", _ if key:
                key.limited = setup
            case "the server fails internally", _ if key:
                key.failures = params.get("times", 1) if setup else 0
            case (("the prospecting has ended" | "the API key is revoked"), False):
                pass
            case _:
                return None
        return {}

    def new_key(self, params: dict[str, Any]) -> dict[str, Any]:
        """Create a key and return the values of the state."""
        token, group = f"ak_{self.secret()}", params.get("accountGroupId") or self.fresh()
        if params.get("status") != "revoked":
            self.keys[token] = Key(group, frozenset(params.get("permissions", ALL)))
        return {"apiKey": token, "accountGroupId": group}

    def new_audience(self, key: Key | None, populated: dict[str, Any] | None) -> dict[str, Any]:
        """Create an audience, with a job if `populated` is given, and return the values of the state."""
        assert key is not None
        audience = self.fresh()
        self.audiences[audience] = key.group
        values = {"accountGroupId": key.group, "audienceId": audience}
        if populated is None:
            return values
        job = self.fresh()
        self.jobs[job] = (audience, populated.get("jobStatus", "running"))
        return {**values, "jobId": job}


def endpoint_of(single: Single) -> Route:
    """Return the route of the endpoint."""

    async def endpoint(request: Request) -> Response:
        return await single.respond(request.path_params["group"], request.path_params["audience"], request)

    return Route("/v1/accounts/{group}/audiences/{audience}", endpoint, methods=["DELETE"])


def application(single: Single) -> Starlette:
    """Return the implementation as an ASGI application."""

    async def states(request: Request) -> Response:
        document = await request.json()
        values = single.change(document["state"], document["params"], setup=document["action"] == "setup")
        return JSONResponse({"reason": "not here"}, 501) if values is None else JSONResponse(values)

    return Starlette(routes=[endpoint_of(single), Route("/states", states, methods=["POST"])])
