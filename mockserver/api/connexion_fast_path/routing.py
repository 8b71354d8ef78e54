"""One lookup finds the operation of a request: its path first, concrete before templated, then its method."""

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from connexion.http_facts import METHODS
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.routing import RoutingMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.connexion_fast_path.chain import chained

_ENCODED_SLASH = re.compile(r"%2f", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """One path of the contract: the names of its parameters, its operations by method, and its `Allow` header."""

    names: tuple[str, ...]
    operations: dict[str, str]
    allow: str


class Node:
    """One segment of the paths of a contract: what may follow it, and the route that ends with it."""

    __slots__ = ("concrete", "route", "templated")

    def __init__(self) -> None:
        self.concrete: dict[str, Node] = {}
        self.templated: Node | None = None
        self.route: Route | None = None

    def add(self, segments: list[str], route: Route) -> None:
        """Let a path end in this route; a segment in braces is templated."""
        if not segments:
            self.route = route
            return
        first, *rest = segments
        if first.startswith("{"):
            self.templated = self.templated or Node()
            self.templated.add(rest, route)
        else:
            self.concrete.setdefault(first, Node()).add(rest, route)

    def find(self, segments: list[str], place: int, values: list[str]) -> Route | None:
        """The route of a path, concrete segments before templated ones; the values of the latter go into `values`."""
        if place == len(segments):
            return self.route
        segment = segments[place]
        node = self.concrete.get(segment)
        if node is not None:
            route = node.find(segments, place + 1, values)
            if route is not None:
                return route
        if self.templated is None or not segment:
            return None
        known = len(values)
        values.append(segment)
        route = self.templated.find(segments, place + 1, values)
        if route is None:
            del values[known:]
        return route


def _route(path: str, item: dict[str, Any]) -> Route:
    operations = {method.upper(): item[method]["operationId"] for method in item if method in METHODS}
    if "GET" in operations:
        operations.setdefault("HEAD", operations["GET"])
    return Route(tuple(re.findall(r"{(\w+)}", path)), operations, ", ".join(sorted(operations)))


def exact_path(scope: Scope) -> str:
    """The path with its percent-encodings read, but for encoded slashes, which are not separators (RFC 3986, 2.2)."""
    raw = scope.get("raw_path")
    if not raw or b"%" not in raw:
        return scope["path"]  # type: ignore[no-any-return]  # a scope holds anything
    return unquote(_ENCODED_SLASH.sub("%252F", raw.decode("latin-1")))


class Router:
    """Finds the route of a path, at a cost that grows with the segments of the path alone."""

    def __init__(self, paths: dict[str, dict[str, Any]], base_path: str = "") -> None:
        self._root = Node()
        for path, item in paths.items():
            self._root.add((base_path + path).split("/"), _route(path, item))

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a path, and its parameters as they stand in it; None where the contract has no such path."""
        segments = path.split("/")
        values: list[str] = []
        route = self._first(segments, values)
        if route is None:
            values.clear()
            route = self._root.find(segments, 0, values)
        return None if route is None else (route, dict(zip(route.names, values, strict=True)))

    def _first(self, segments: list[str], values: list[str]) -> Route | None:
        """The route by the first way that offers itself at each segment; it may miss one that takes another way."""
        node: Node | None = self._root
        for segment in segments:
            if node is None:
                return None
            following = node.concrete.get(segment)
            if following is None and segment:
                following = node.templated
                values.append(segment)
            node = following
        return None if node is None else node.route


class FastRoutingMiddleware(RoutingMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's routing middleware with the router above. A wrong method is answered with a complete `Allow`."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._routers: list[tuple[str, Router]] = []
        self._linked: dict[str, ASGIApp] = {}

    def add_api(self, specification: Any, base_path: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        """Register a contract; Connexion itself checks it and resolves its operations.

        The layers behind know it by now, since Connexion registers contracts from the innermost layer to the outermost.
        """
        super().add_api(specification, base_path=base_path, **kwargs)
        prefix = specification.base_path.rstrip("/")
        self._routers.append((prefix, Router(specification["paths"], prefix)))
        for item in specification["paths"].values():
            for method in METHODS & item.keys():
                operation_id = item[method]["operationId"]
                self._linked[operation_id] = chained(self.app, prefix, operation_id)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Attach the operation and the path parameters to the scope; HTTPException 404 or 405 where there is none.

        There is nothing here to wait for, so that what comes next is what the caller awaits.
        """
        if scope["type"] != "http":
            return self.app(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types
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
                return self._linked[operation_id](scope, receive, send)
        raise HTTPException(404)
