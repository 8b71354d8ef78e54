"""The hosts, origins and tokens that may reach the control plane."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from mockserver.middleware.control_gate import ControlGateMiddleware

HOST = ("host", "localhost:8080")


async def inner(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def gate_response(
    *headers: tuple[str, str],
    path: str = "/_mock/sandboxes",
    allowed: frozenset[str] = frozenset(),
    token: str | None = None,
) -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
    """Send one request; return status, headers and body."""
    sent: list[Any] = []
    gate = ControlGateMiddleware(inner, allowed_hosts=allowed, admin_token=token)

    async def receive() -> Any:
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    asyncio.run(gate({"type": "http", "path": path, "headers": raw}, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), json.loads(sent[1]["body"])


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "Localhost:65535"]
)
def test_names_of_this_machine_are_admitted_on_any_port(host: str) -> None:
    assert gate_response(("host", host))[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "evil.example#localhost",
        "localhost@evil.example",
        "evil.example:80@localhost",
        "localhost:80:80",
        "localhost:",
        "localhost:8a",
        "localhost ",
        "::1",
        "[::1",
        "[localhost]",
        "127.0.0.1.nip.io",
        "10.0.0.1",
        "",
        ":8080",
        "localhost, evil.example",
        "löcalhost",
    ],
)
def test_any_other_host_is_refused(host: str) -> None:
    status, headers, body = gate_response(("host", host))

    assert status == 403
    assert headers[b"content-type"] == b"application/json"
    assert set(body) == {"reason", "hint"}


def test_the_refusal_of_a_host_says_how_to_allow_it() -> None:
    assert "--allowed-host mock.internal." in gate_response(("host", "mock.internal:8080"))[2]["hint"]


def test_a_request_needs_exactly_one_host_header() -> None:
    assert gate_response()[0] == 403
    assert gate_response(HOST, HOST)[0] == 403


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("mock", "mock", 200),
        ("mock", "MOCK:8080", 200),
        ("Mock.Internal", "mock.internal:1", 200),
        ("mock:8080", "mock:8080", 200),
        ("mock:8080", "mock:8081", 403),
        ("mock:8080", "mock", 403),
        ("::", "[::]:8080", 200),
        ("[fe80::1]", "[FE80::1]:80", 200),
        ("fe80::1", "[fe80::1]", 200),
        ("[fe80::1]:80", "[fe80::1]:80", 200),
        ("[fe80::1]:80", "[fe80::1]:81", 403),
        ("mock", "mock.evil.example", 403),
        ("", "", 403),
        ("*", "evil.example", 403),
    ],
)
def test_an_allowed_host_is_admitted_on_any_port_or_on_its_own_port(allowed: str, host: str, status: int) -> None:
    assert gate_response(("host", host), allowed=frozenset({allowed}))[0] == status


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("LocalHost:8080", "HTTP://localhost:8080"),
        ("localhost", "http://localhost"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("mock", "https://mock"),
        ("localhost:8080", "http://mock:1"),
        ("localhost:8080", "http://localhost:3000"),
    ],
)
def test_pages_of_the_server_itself_and_of_allowed_hosts_are_admitted(host: str, origin: str) -> None:
    allowed = frozenset({"mock", "localhost:3000"})

    assert gate_response(("host", host), ("origin", origin), allowed=allowed)[0] == 200


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://localhost", "http://127.0.0.1:8080", "http://[::1]:8080"]
)
def test_another_port_or_name_of_this_machine_is_another_origin(origin: str) -> None:
    status, _, body = gate_response(HOST, ("origin", origin))

    assert status == 403
    assert body["hint"] == f"Start the server with --allowed-host {origin.removeprefix('http://')}."


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "file://", "http://localhost.evil.example", "ftp://localhost", "localhost"],
)
def test_pages_of_other_origins_are_refused(origin: str) -> None:
    assert gate_response(HOST, ("origin", origin))[0] == 403


def test_a_request_with_one_foreign_origin_among_several_is_refused() -> None:
    assert gate_response(HOST, ("origin", "http://localhost:8080"), ("origin", "http://evil.example"))[0] == 403


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("Cross-Site", 403), ("same-origin", 200), ("same-site", 200), ("none", 200)],
)
def test_a_request_marked_cross_site_by_the_browser_is_refused(site: str, status: int) -> None:
    assert gate_response(HOST, ("sec-fetch-site", site))[0] == status


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "Bearer wrong")],
        [("authorization", "Bearer ")],
        [("authorization", "Bearer secre")],
        [("authorization", "Bearer secret2")],
        [("authorization", "secret")],
        [("authorization", "Basic secret")],
        [("authorization", "Bearer secret"), ("authorization", "Bearer secret")],
        [("authorization", "Bearer \xe9")],
    ],
)
def test_the_control_plane_is_401_without_the_admin_token(headers: list[tuple[str, str]]) -> None:
    status, answered, body = gate_response(HOST, *headers, token="secret")

    assert status == 401
    assert answered[b"www-authenticate"] == b"Bearer"
    assert "admin token" in body["reason"]
    assert "secret" not in json.dumps(body)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_control_plane_is_open_with_the_admin_token(scheme: str) -> None:
    assert gate_response(HOST, ("authorization", f"{scheme} secret"), token="secret")[0] == 200


def test_the_admin_token_does_not_admit_a_foreign_host_or_page() -> None:
    token = ("authorization", "Bearer secret")

    assert gate_response(("host", "evil.example"), token, token="secret")[0] == 403
    assert gate_response(HOST, ("origin", "http://evil.example"), token, token="secret")[0] == 403


CONTRACTS = ["/openapi.json", "/audiences.json", "/audiences.typed.json", "/provider-states.json"]
PUBLIC = [
    "",
    "/",
    "/health",
    *CONTRACTS,
    "/docs",
    "/docs/",
    "/docs/start.js",
    "/console/main.js",
    "/console/panels/keys.js",
    "/guide/tools.md",
    "/guide/recipes/pytest.md",
]
PROTECTED = [
    "/health/",
    "/sandboxes/health",
    "/HEALTH",
    "//",
    "/docs/..",
    "/docs/../keys",
    "/docs//keys",
    "/docsy",
    "/console",
    "/console/../keys",
    "/console/panels/../keys",
    "/console/other/keys.js",
    "/guide",
    "/guide/",
    "/guide/../keys",
    "/guide/recipes/../keys",
    "/guide/other/keys.md",
    "/openapi_json",
    "/provider-states",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_health_and_documentation_need_a_known_host_but_no_token(path: str) -> None:
    assert gate_response(HOST, path=f"/_mock{path}", token="secret")[0] == 200
    assert gate_response(("host", "evil.example"), path=f"/_mock{path}", token="secret")[0] == 403


@pytest.mark.parametrize("path", PROTECTED)
def test_every_other_path_of_the_control_plane_needs_the_token(path: str) -> None:
    assert gate_response(HOST, path=f"/_mock{path}", token="secret")[0] == 401


@pytest.mark.parametrize("path", ["/", "/v1/accounts", "/_mockery", "/_moc", "/v1/_mock/sandboxes", ""])
def test_paths_outside_the_control_plane_are_not_checked(path: str) -> None:
    assert gate_response(("host", "evil.example"), ("origin", "null"), path=path, token="secret")[0] == 200


def test_messages_other_than_http_pass_the_gate() -> None:
    scopes: list[Scope] = []

    async def noting(scope: Scope, _receive: Receive, _send: Send) -> None:
        scopes.append(scope)

    gate = ControlGateMiddleware(noting, allowed_hosts=frozenset(), admin_token="secret")
    asyncio.run(gate({"type": "lifespan"}, noting, noting))  # type: ignore[arg-type]  # neither is called

    assert scopes == [{"type": "lifespan"}]
