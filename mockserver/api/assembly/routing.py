"""One lookup finds the operation of a request: its path first, concrete before templated, then its method."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from connexion.http_facts import METHODS
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.routing import RoutingMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

_ENCODED_SLASH = re.compile(r"%2f", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """One path of the contract: the names of its parameters, its operations by method, and its `Allow` header."""

    names: tuple[str, ...]
    operations: dict[str, str]
    allow: str


@dataclass(frozen=True, slots=True)
class Shape:
    """All paths with the same number of segments: one expression, and the routes by the group that matched."""

    expression: re.Pattern[str]
    routes: dict[int, Route]


def _route(path: str, item: dict[str, Any]) -> Route:
    operations = {method.upper(): item[method]["operationId"] for method in item if method in METHODS}
    if "GET" in operations:
        operations.setdefault("HEAD", operations["GET"])
    return Route(tuple(re.findall(r"{(\w+)}", path)), operations, ", ".join(sorted(operations)))


def _shape(paths: dict[str, dict[str, Any]]) -> Shape:
    """Concrete paths come before templated ones, as OpenAPI has it; a group around each tells which one matched."""
    alternatives, routes, group = [], {}, 1
    for path in sorted(paths, key=lambda path: [segment.startswith("{") for segment in path.split("/")]):
        pattern = re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path))
        alternatives.append(f"({pattern})")
        routes[group] = _route(path, paths[path])
        group += 1 + len(routes[group].names)
    return Shape(re.compile("|".join(alternatives)), routes)


def exact_path(scope: Scope) -> str:
    """The path with its percent-encodings read, but for encoded slashes, which are not separators (RFC 3986, 2.2)."""
    raw = scope.get("raw_path")
    if not raw or b"%" not in raw:
        return scope["path"]  # type: ignore[no-any-return]  # a scope holds anything
    return unquote(_ENCODED_SLASH.sub("%252F", raw.decode("latin-1")))


class Router:
    """Finds the route of a path. `find` costs one dictionary lookup and one match."""

    def __init__(self, paths: dict[str, dict[str, Any]], base_path: str = "") -> None:
        shapes: dict[int, dict[str, dict[str, Any]]] = {}
        for path, item in paths.items():
            full = base_path + path
            shapes.setdefault(full.count("/"), {})[full] = item
        self._shapes = {slashes: _shape(group) for slashes, group in shapes.items()}

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a path, and its parameters as they stand in it; None where the contract has no such path."""
        shape = self._shapes.get(path.count("/"))
        match = shape.expression.fullmatch(path) if shape is not None else None
        if shape is None or match is None or match.lastindex is None:
            return None
        route = shape.routes[match.lastindex]
        first = match.lastindex + 1
        return route, dict(zip(route.names, match.groups()[first - 1 : first - 1 + len(route.names)], strict=True))


class DirectRoutingMiddleware(RoutingMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's routing middleware with the router above. A wrong method is answered with a complete `Allow`."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._routers: list[tuple[str, Router]] = []

    def add_api(self, specification: Any, base_path: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        """Register a contract; Connexion itself checks it and resolves its operations."""
        super().add_api(specification, base_path=base_path, **kwargs)
        prefix = specification.base_path.rstrip("/")
        self._routers.append((prefix, Router(specification["paths"], prefix)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Attach the operation and the path parameters to the scope; HTTPException 404 or 405 where there is none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = exact_path(scope)
        for prefix, router in self._routers:
            found = router.find(path)
            if found is not None:
                route, parameters = found
                operation_id = route.operations.get(scope["method"])
                if operation_id is None:
                    raise HTTPException(405, headers={"Allow": route.allow})
                scope["path_params"] = parameters
                extensions = scope.setdefault("extensions", {})
                extensions[ROUTING_CONTEXT] = {"api_base_path": prefix, "operation_id": operation_id}
                await self.app(scope, receive, send)
                return
        raise HTTPException(404)
