"""CORS for the vendor's API: open to pages of this machine and of allowed origins, never for the control plane."""

from collections.abc import Iterator

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World

PAGE = "http://app.test:3000"
LOOPBACK_PAGES = ["http://localhost:5173", "http://localhost", "http://127.0.0.1:3000", "http://[::1]:8000"]
AUDIENCES = "/v1/accounts/a00000000000000000000001/audiences"
AUTHORIZED = {"Authorization": "Bearer sk_test_all_permissions"}


@pytest.fixture(scope="module")
def open_to_page() -> Iterator[httpx.Client]:
    settings = Settings(cors_origins=frozenset({PAGE}), max_body=100)
    with served(settings) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[httpx.Client]:
    with served(Settings(cors_origins=frozenset({"*"}))) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def preflight(client: httpx.Client, origin: str, method: str, path: str = AUDIENCES, **headers: str) -> httpx.Response:
    sent = {"Origin": origin, "Access-Control-Request-Method": method, **headers}
    return client.options(path, headers=sent)


def cors_headers_of(answer: httpx.Response) -> dict[str, str]:
    """Return the CORS headers of a response."""
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def listed(value: str) -> set[str]:
    return set(value.lower().split(", "))


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_preflight_of_the_page_is_granted(open_to_page: httpx.Client, method: str) -> None:
    answer = preflight(open_to_page, PAGE, method)

    cors_headers = cors_headers_of(answer)
    assert (answer.status_code, answer.content) == (204, b"")
    assert cors_headers["access-control-allow-origin"] == PAGE
    assert method.lower() in listed(cors_headers["access-control-allow-methods"])
    assert int(cors_headers["access-control-max-age"]) > 0
    assert "origin" in listed(answer.headers["vary"])
    assert "access-control-allow-credentials" not in cors_headers


@pytest.mark.parametrize("headers", ["authorization", "authorization,traceparent,sentry-trace,x-request-id"])
def test_a_preflight_is_granted_every_header_that_it_asks_for(
    open_to_page: httpx.Client, open_to_all: httpx.Client, headers: str
) -> None:
    for client in (open_to_page, open_to_all):
        answer = preflight(client, PAGE, "DELETE", **{"Access-Control-Request-Headers": headers})

        assert answer.status_code == 204
        assert answer.headers["access-control-allow-headers"] == headers
        assert "access-control-request-headers" in listed(answer.headers["vary"])


@pytest.mark.parametrize("origin", LOOPBACK_PAGES)
def test_pages_of_this_machine_are_allowed_without_an_option(client: httpx.Client, origin: str) -> None:
    answer = client.get(AUDIENCES, headers=AUTHORIZED | {"Origin": origin})

    for response in (preflight(client, origin, "DELETE"), answer):
        assert response.headers["access-control-allow-origin"] == origin
        assert "origin" in listed(response.headers["vary"])


def test_methods_without_an_operation_are_not_granted(open_to_page: httpx.Client) -> None:
    cors_headers = cors_headers_of(preflight(open_to_page, PAGE, "PUT"))

    assert listed(cors_headers["access-control-allow-methods"]) == {"get", "head", "post", "patch", "delete"}


def test_a_public_page_may_access_the_private_network(open_to_page: httpx.Client) -> None:
    requested = {"Access-Control-Request-Private-Network": "true"}

    assert (
        cors_headers_of(preflight(open_to_page, PAGE, "GET", **requested))["access-control-allow-private-network"]
        == "true"
    )
    assert "access-control-allow-private-network" not in cors_headers_of(preflight(open_to_page, PAGE, "GET"))


FOREIGN = [
    "http://app.test:3001",
    "https://app.test:3000",
    "http://app.test",
    "http://app.test:3000.example",
    "http://localhost.example",
    "http://evil-localhost",
    "http://127.0.0.1.example:80",
    "http://127.0.0.2:80",
    "https://localhost:3000",
    "http://localhost:3000/",
    "null",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_granted_nothing(open_to_page: httpx.Client, origin: str) -> None:
    refused = preflight(open_to_page, origin, "DELETE")
    answer = open_to_page.get(AUDIENCES, headers={**AUTHORIZED, "Origin": origin})

    assert refused.status_code == 403
    assert (cors_headers_of(refused), cors_headers_of(answer)) == ({}, {})
    assert answer.status_code == 200
    assert "origin" in listed(refused.headers["vary"])
    assert "origin" in listed(answer.headers["vary"])


def test_a_refused_preflight_says_in_the_envelope_which_option_allows_it(client: httpx.Client) -> None:
    refused = preflight(client, "https://app.example", "DELETE")

    hint = "Start the server with --cors-origin https://app.example."
    body = refused.json()
    assert (body["success"], body["data"], len(body["traceId"])) == (False, None, 24)
    assert body["error"]["code"] == "FORBIDDEN"
    assert body["error"]["message"] == f"A page of https://app.example asked, and may not use /v1. {hint}"
    assert body["error"]["details"] == {"rule": "cors", "hint": hint}


def test_a_refused_preflight_of_a_malformed_origin_proposes_no_option(client: httpx.Client) -> None:
    error = preflight(client, "http://x; rm -rf /", "DELETE").json()["error"]

    assert error["details"]["hint"] == "Open the page by an http or https address."
    assert "--cors-origin" not in error["message"]


def test_a_refused_preflight_is_logged_once_for_each_origin_and_not_without_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as own:
        for _ in range(3):
            preflight(own, "https://app.example", "DELETE")
        first = [record.getMessage() for record in caplog.records]
        for number in range(50):
            preflight(own, f"https://app{number}.example", "GET")

    hint = "Start the server with --cors-origin https://app.example."
    assert first == [f"audience-mock: a page of https://app.example asked, and may not use /v1. {hint}"]
    assert len(caplog.records) == 20


def test_an_options_request_of_a_foreign_page_that_is_no_preflight_reaches_the_api(client: httpx.Client) -> None:
    assert client.options(AUDIENCES, headers={"Origin": "https://app.example"}).status_code == 405


def test_every_response_is_readable_including_refusals_and_failures(open_to_page: httpx.Client) -> None:
    origin = {"Origin": PAGE}
    populated = f"{AUDIENCES}/b00000000000000000000002"
    large = {"name": "x" * 200, "type": "on_demand"}
    answers = [
        open_to_page.get(AUDIENCES, headers=AUTHORIZED | origin),
        open_to_page.get(AUDIENCES, headers=origin),
        open_to_page.get("/v1/nothing", headers=AUTHORIZED | origin),
        open_to_page.put(AUDIENCES, headers=AUTHORIZED | origin),
        open_to_page.delete(populated, headers=AUTHORIZED | origin),
        open_to_page.post(AUDIENCES, headers=AUTHORIZED | origin, json=large),
        open_to_page.get(AUDIENCES, headers=AUTHORIZED | origin | {"Prefer": "code=500"}),
        open_to_page.options(AUDIENCES, headers=AUTHORIZED | origin),
    ]

    assert [answer.status_code for answer in answers] == [200, 401, 404, 405, 409, 413, 500, 405]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert listed(answer.headers["access-control-expose-headers"]) == {"allow", "preference-applied", "retry-after"}
        assert "origin" in listed(answer.headers["vary"])
    assert listed(answers[6].headers["vary"]) == {"origin", "prefer"}


def test_the_response_of_a_fault_is_readable(open_to_page: httpx.Client) -> None:
    world = World.make(open_to_page)
    world.control("POST", "/faults", {"kind": "response", "status": 429, "retryAfter": 3})

    answer = world.call("GET", "/audiences", headers={"Origin": PAGE})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.headers["access-control-allow-origin"] == PAGE


def test_all_origins_are_admitted_with_a_wildcard(open_to_all: httpx.Client) -> None:
    answer = open_to_all.get(AUDIENCES, headers=AUTHORIZED | {"Origin": "https://anywhere.example"})

    assert cors_headers_of(preflight(open_to_all, "null", "DELETE"))["access-control-allow-origin"] == "*"
    assert cors_headers_of(answer)["access-control-allow-origin"] == "*"


def test_a_client_without_an_origin_sees_no_difference(open_to_page: httpx.Client, client: httpx.Client) -> None:
    answers = [http_client.get(AUDIENCES, headers=AUTHORIZED) for http_client in (open_to_page, client)]

    assert [(answer.status_code, cors_headers_of(answer)) for answer in answers] == [(200, {}), (200, {})]


def test_a_response_to_a_client_without_an_origin_has_no_header_more(client: httpx.Client) -> None:
    assert "vary" not in client.get(AUDIENCES, headers=AUTHORIZED).headers


@pytest.mark.parametrize("path", ["/_mock/sandboxes", "/_mock/health", "/_mock/docs"])
def test_the_control_plane_grants_no_origin(open_to_page: httpx.Client, open_to_all: httpx.Client, path: str) -> None:
    for client in (open_to_page, open_to_all):
        for origin in (PAGE, *LOOPBACK_PAGES):
            refused = preflight(client, origin, "POST", path)
            assert (refused.status_code, cors_headers_of(refused)) == (403, {})
        own = client.get(path, headers={"Origin": str(client.base_url).rstrip("/")})

        assert (own.status_code, cors_headers_of(own)) == (200, {})
