"""Fakes for the provider states: the target's public API, and any HTTP server."""

from collections.abc import Callable

import httpx

from conformance.client.transport import DEFAULT_MAX_BODY, BoundedClient, TransportSettings
from conformance.states import PublicApi, paced

Answer = Callable[[httpx.Request], httpx.Response]


def http(answer: Answer, max_body: int = DEFAULT_MAX_BODY) -> BoundedClient:
    client = BoundedClient("http://target", {}, TransportSettings(timeout=5, max_body=max_body, verify=False))
    client._transport = httpx.MockTransport(lambda asked: _unread(answer(asked)))  # noqa: SLF001  (httpx has no other way)
    return client


def _unread(answer: httpx.Response) -> httpx.Response:
    """Return the response as it comes from a connection, unread."""
    return httpx.Response(answer.status_code, headers=answer.headers, content=iter([answer.content]))


class FakeTarget:
    """A target with the four operations that provider states need."""

    def __init__(self, groups: tuple[str, ...] = ("g1",), *, may_create: bool = True) -> None:
        self.groups = groups
        self.may_create = may_create
        self.audiences: list[str] = []
        self.undeletable: set[str] = set()
        self.cancelled: list[str] = []
        self.limited = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911  (a table)
        if self.limited:
            self.limited -= 1
            return httpx.Response(429, headers={"Retry-After": "3"})
        path = request.url.path.removeprefix("/v1/accounts").split("/")
        match request.method, path:
            case "GET", [""]:
                return httpx.Response(200, json={"data": {"items": [{"id": one} for one in self.groups]}})
            case "POST", ["", _, "audiences"] if self.may_create:
                self.audiences.append(f"made{len(self.audiences)}")
                return httpx.Response(201, json={"data": {"id": self.audiences[-1]}})
            case "GET", ["", _, "audiences"]:
                return httpx.Response(200, json={"data": {"items": [{"id": one} for one in self.audiences]}})
            case "GET", ["", _, "audiences", audience] if audience in self.audiences:
                return httpx.Response(200, json={"data": {"id": audience}})
            case "DELETE", ["", _, "audiences", audience] if audience in self.undeletable:
                return httpx.Response(409)
            case "DELETE", ["", _, "audiences", audience] if audience in self.audiences:
                self.audiences.remove(audience)
                return httpx.Response(200, json={"data": {"deleted": True}})
            case "DELETE", _:
                return httpx.Response(404)
            case "POST", ["", _, "prospecting", job, "cancel"]:
                self.cancelled.append(job)
                return httpx.Response(200, json={"data": {}})
        return httpx.Response(403)

    def api(self) -> PublicApi:
        return PublicApi(paced(http(self), lambda _: None))
