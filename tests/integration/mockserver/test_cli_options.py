"""Options of `audience-mock serve` for safety and for browsers."""

import socket

import httpx
import pytest

from tests.harness.cli_server import cli_server, startup_error, url_in

AUDIENCES = "/v1/accounts/a00000000000000000000001/audiences"


@pytest.mark.parametrize(
    ("option", "sent"),
    [
        ("http://localhost:3000", "http://localhost:3000"),
        ("HTTP://LocalHost:80", "http://localhost"),
        ("https://app.example:443", "https://app.example"),
        ("http://[::1]:5173", "http://[::1]:5173"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("null", "null"),
        ("*", "https://anywhere.example"),
    ],
)
def test_a_cors_origin_is_admitted_as_browsers_send_it(option: str, sent: str) -> None:
    with cli_server("--cors-origin", option, "--cors-origin", "http://other:1") as (_, banner):
        url = url_in(banner)
        for origin in (sent, "http://other:1"):
            answer = httpx.get(url + AUDIENCES, headers={"Origin": origin})
            assert answer.headers["access-control-allow-origin"] in {origin, "*"}


@pytest.mark.parametrize(
    "origin", ["localhost:3000", "http://localhost:3000/", "http://", "http://a b", "http://u@h", "http://*.test", ""]
)
def test_an_invalid_cors_origin_is_refused(origin: str) -> None:
    assert "is not an origin; write it like http://localhost:3000" in startup_error("--cors-origin", origin)


def test_the_admin_token_may_come_from_the_environment() -> None:
    secret = "of-the-environment"
    with cli_server(AUDIENCE_MOCK_ADMIN_TOKEN=secret) as (_, banner):
        url = url_in(banner)
        variants = [{}, {"Authorization": f"Bearer {secret}"}]

        assert [httpx.get(f"{url}/_mock/sandboxes", headers=headers).status_code for headers in variants] == [401, 200]
        assert httpx.get(f"{url}/_mock/health").status_code == 200
        assert secret in banner


@pytest.mark.parametrize("token", ["", "short", "with a blank", "ümlaute-überall"])
def test_a_short_or_invalid_admin_token_is_refused_and_not_repeated(token: str) -> None:
    message = startup_error("--admin-token", token)

    assert "8 or more visible ASCII characters" in message
    assert not token or token not in message


def test_a_token_is_generated_and_required_beyond_this_machine() -> None:
    with cli_server("--host", "127.0.0.2") as (_, banner):  # beyond, as far as the server knows
        url = url_in(banner)
        (token,) = [line.split()[-1] for line in banner.splitlines() if "Admin token" in line]
        variants = [{}, {"Authorization": "Bearer guess"}, {"Authorization": f"Bearer {token}"}]

        assert [httpx.get(f"{url}/_mock/sandboxes", headers=headers).status_code for headers in variants] == [
            401,
            401,
            200,
        ]
        assert len(token) == 32


def test_the_number_of_connections_is_limited_by_an_option() -> None:
    with cli_server("--max-connections", "1") as (_, banner):
        url = httpx.URL(url_in(banner))
        with socket.create_connection((url.host, url.port)):
            assert httpx.get(url.join("/_mock/health")).status_code == 503

    assert "--max-connections" in startup_error("--max-connections", "0")


def test_the_size_of_all_data_is_limited_by_an_option() -> None:
    with cli_server("--max-data", "200000") as (_, banner):
        seed = {"accountGroups": [{"name": "x" * 1_000} for _ in range(200)]}
        refused = httpx.post(f"{url_in(banner)}/_mock/sandboxes", json={"seed": seed})

    assert refused.status_code == 507
    assert "of the 200,000 bytes that --max-data allows" in refused.json()["reason"]
    assert "--max-data" in startup_error("--max-data", "0")


def test_a_seed_that_exceeds_the_size_of_all_data_is_refused_in_one_line() -> None:
    assert "the store is full: it holds" in startup_error("--max-data", "10000")
