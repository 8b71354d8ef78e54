"""The routing layer: finds an operation by path, concrete segments before templated ones, and then by method."""

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
    """A path of the contract: the names of its parameters, its operationIds by method, and its `Allow` header."""

    names: tuple[str, ...]
    operations: dict[str, str]
    allow: str


class Node:
    """A segment in the tree of paths: its following segments, and the route that ends with it."""

    __slots__ = ("concrete", "route", "templated")

    def __init__(self) -> None:
        self.concrete: dict[str, Node] = {}
        self.templated: Node | None = None
        self.route: Route | None = None

    def add(self, segments: list[str], route: Route) -> None:
        """Add a path that ends in a route; a segment in braces is templated."""
        if not segments:
            self.route = route
            return
        first, *rest = segments
        if first.startswith("{"):
            self.templated = self.templated or Node()
            self.templated.add(rest, route)
        else:
            self.concrete.setdefault(first, Node()).add(rest, route)

    def find(self, segments: list[str], index: int, values: list[str]) -> Route | None:
        """Return the route of the segments from `index` on, and append the values of templated segments to `values`."""
        if index == len(segments):
            return self.route
        segment = segments[index]
        node = self.concrete.get(segment)
        if node is not None:
            route = node.find(segments, index + 1, values)
            if route is not None:
                return route
        if self.templated is None or not segment:
            return None
        length = len(values)
        values.append(segment)
        route = self.templated.find(segments, index + 1, values)
        if route is None:
            del values[length:]
        return route


def _route(path: str, path_item: dict[str, Any]) -> Route:
    operations = {method.upper(): path_item[method]["operationId"] for method in path_item if method in METHODS}
    if "GET" in operations:
        operations.setdefault("HEAD", operations["GET"])
    return Route(tuple(re.findall(r"{(\w+)}", path)), operations, ", ".join(sorted(operations)))


def exact_path(scope: Scope) -> str:
    """Return the decoded path, except that encoded slashes, which are not separators, stay encoded (RFC 3986, 2.2)."""
    raw = scope.get("raw_path")
    if not raw or b"%" not in raw:
        return scope["path"]  # type: ignore[no-any-return]  # a scope holds anything
    return unquote(_ENCODED_SLASH.sub("%252F", raw.decode("latin-1")))


class Router:
    """A tree of routes; the cost of a lookup grows only with the number of segments in the path."""

    def __init__(self, paths: dict[str, dict[str, Any]], base_path: str = "") -> None:
        self._root = Node()
        for path, path_item in paths.items():
            self._root.add((base_path + path).split("/"), _route(path, path_item))

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route of a path and its raw path parameters; None if the contract has no such path."""
        segments = path.split("/")
        values: list[str] = []
        route = self._find_greedily(segments, values)
        if route is None:
            values.clear()
            route = self._root.find(segments, 0, values)
        return None if route is None else (route, dict(zip(route.names, values, strict=True)))

    def _find_greedily(self, segments: list[str], values: list[str]) -> Route | None:
        """Return the route without backtracking, which misses a templated segment where a concrete one fits as well."""
        node = self._root
        for segment in segments:
            child = node.concrete.get(segment)
            if child is None:
                child = node.templated
                if child is None or not segment:
                    return None
                values.append(segment)
            node = child
        return node.route


class FastRoutingMiddleware(RoutingMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's routing middleware with `Router`; a wrong method is refused with a complete `Allow`."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._routers: list[tuple[str, Router]] = []
        self._chains: dict[str, ASGIApp] = {}

    def add_api(self, specification: Any, base_path: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        """Register a contract; Connexion itself validates it and resolves its operations.

        The layers behind know the contract already, because Connexion registers it from the innermost layer outwards.
        """
        super().add_api(specification, base_path=base_path, **kwargs)
        prefix = specification.base_path.rstrip("/")
        self._routers.append((prefix, Router(specification["paths"], prefix)))
        for path_item in specification["paths"].values():
            for method in METHODS & path_item.keys():
                operation_id = path_item[method]["operationId"]
                self._chains[operation_id] = chained(self.app, prefix, operation_id)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Put the operation and the path parameters in the scope; the caller awaits the next layer directly.

        Raises:
            HTTPException: 404 for an unknown path, 405 for a method that the path does not have.
        """
        if scope["type"] != "http":
            return self.app(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types
        path = exact_path(scope)
        for prefix, router in self._routers:
            match = router.find(path)
            if match is not None:
                route, parameters = match
                operation_id = route.operations.get(scope["method"])
                if operation_id is None:
                    raise HTTPException(405, headers={"Allow": route.allow})
                scope["path_params"] = parameters
                extensions = scope.setdefault("extensions", {})
                extensions[ROUTING_CONTEXT] = {"api_base_path": prefix, "operation_id": operation_id}
                return self._chains[operation_id](scope, receive, send)
        raise HTTPException(404)
