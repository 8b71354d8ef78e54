"""The routing layer: finds an operation by path, concrete segments before templated ones, and then by method."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import attrgetter, itemgetter
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


class _Shape:
    """The paths of one length whose concrete segments stand at the same places: one lookup finds the route of all."""

    def __init__(self, segments: list[str]) -> None:
        self.pattern = [segment.startswith("{") for segment in segments]
        self.fixed = _picker([index for index, is_templated in enumerate(self.pattern) if not is_templated])
        self.values = _picker([index for index, is_templated in enumerate(self.pattern) if is_templated])
        self.routes: dict[tuple[str, ...], Route] = {}


def _picker(indexes: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a function that picks the items at some places; `itemgetter` does so without a loop in Python."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda items: tuple([items[index] for index in indexes])


class Router:
    """The routes by the shape of their paths. Of two that fit, the first to have a concrete segment is found.

    A walk from segment to segment takes four times as long.
    """

    def __init__(self, paths: dict[str, dict[str, Any]], base_path: str = "") -> None:
        self._shapes: dict[int, list[_Shape]] = {}
        for path, path_item in paths.items():
            segments = (base_path + path).split("/")
            shapes = self._shapes.setdefault(len(segments), [])
            new = _Shape(segments)
            shape = next((shape for shape in shapes if shape.pattern == new.pattern), new)
            if shape is new:
                shapes.append(new)
            shape.routes[shape.fixed(segments)] = _route(path, path_item)
        for shapes in self._shapes.values():
            shapes.sort(key=attrgetter("pattern"))

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route of a path and its raw path parameters; None if the contract has no such path."""
        segments = path.split("/")
        for shape in self._shapes.get(len(segments), ()):
            route = shape.routes.get(shape.fixed(segments))
            if route is not None:
                values = shape.values(segments)
                if "" not in values:
                    return route, dict(zip(route.names, values, strict=True))
        return None


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
