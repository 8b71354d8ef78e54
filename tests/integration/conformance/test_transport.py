"""The HTTP client of the suite against a server that does its worst: bounded time, bounded memory, a clear error."""

import gzip
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from conformance.client.transport import BoundedClient, NoTimeLimit, ResponseError, TransportSettings
from conformance.results.not_established import NotEstablishedError
from tests.harness.hostile_modes import (
    BROKEN,
    ENVELOPE,
    REDIRECT,
    SLOW,
    TOO_MUCH,
    UNREADABLE,
    reset,
    set_cookies,
    silence,
)
from tests.harness.hostile_target import Mode, hostile, response_of

TIMEOUT = 0.3
MIB = 1 << 20


@contextmanager
def client_of(mode: Mode, limit: NoTimeLimit | None = None, timeout: float = TIMEOUT) -> Iterator[httpx.Client]:
    settings = TransportSettings(timeout, MIB)
    with hostile(mode) as target, BoundedClient(target.url, {}, settings, limit) as http:
        yield http


def failure(mode: Mode) -> httpx.TransportError:
    """Return the error of a request, which takes little time and memory."""
    tracemalloc.start()
    started = time.monotonic()
    try:
        with client_of(mode) as http, pytest.raises(httpx.TransportError) as raised:
            http.get("/v1")
        assert time.monotonic() - started < 6
        assert tracemalloc.get_traced_memory()[1] < 12 * MIB
    finally:
        tracemalloc.stop()
    return raised.value


@pytest.mark.parametrize("name", TOO_MUCH)
def test_no_more_than_the_longest_body_is_read(name: str) -> None:
    error = failure(TOO_MUCH[name])

    assert isinstance(error, ResponseError)
    assert str(error) == "a body of more than 1 MiB"


@pytest.mark.parametrize("name", BROKEN)
def test_a_response_that_cannot_be_read_is_an_error_of_its_own(name: str) -> None:
    assert isinstance(failure(BROKEN[name]), ResponseError)


@pytest.mark.parametrize("name", SLOW)
def test_a_response_that_drips_ends_after_three_timeouts(name: str) -> None:
    assert str(failure(SLOW[name])) == "a response without an end, within 0.9 s"


@pytest.mark.parametrize("mode", [silence, reset])
def test_without_a_byte_there_is_no_response(mode: Mode) -> None:
    assert not isinstance(failure(mode), ResponseError)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_is_no_json_is_still_a_response(name: str) -> None:
    settings = TransportSettings(5.0)
    with hostile(UNREADABLE[name]) as target, BoundedClient(target.url, {}, settings) as http:
        assert http.get("/v1").status_code == 200


def test_no_redirect_is_followed_and_no_cookie_is_kept() -> None:
    settings = TransportSettings(5.0)
    with hostile(REDIRECT) as target, BoundedClient(target.url, {}, settings) as http:
        assert (http.get("/v1").status_code, target.requests) == (308, 1)
    with hostile(set_cookies) as target, BoundedClient(target.url, {"Connection": "close"}, settings) as http:
        for _ in range(3):
            http.get("/v1")
        assert not any(b"cookie" in head.lower() for head in target.heads)


def test_a_compressed_body_and_its_headers_are_kept() -> None:
    body = gzip.compress(ENVELOPE)
    with client_of(
        lambda connection, _: connection.sendall(response_of(body, headers="Content-Encoding: gzip\r\n"))
    ) as http:
        response = http.get("/v1")

    assert (response.json()["traceId"], response.headers["content-encoding"]) == ("t", "gzip")
    assert response.elapsed.total_seconds() > 0


class PassedLimit(NoTimeLimit):
    """A time limit that passes while a request waits."""

    def __init__(self, remaining: float) -> None:
        self._end = time.monotonic() + remaining

    @property
    def remaining(self) -> float:  # type: ignore[override]  # the other one is constant
        return max(0.0, self._end - time.monotonic())

    def raise_if_passed(self) -> None:
        if not self.remaining:
            raise NotEstablishedError


@pytest.mark.parametrize("mode", [silence, *SLOW.values()])
def test_a_request_in_flight_ends_with_the_time_of_the_run(mode: Mode) -> None:
    started = time.monotonic()

    with client_of(mode, PassedLimit(0.3), timeout=10) as http, pytest.raises(NotEstablishedError):
        http.get("/v1")
    assert time.monotonic() - started < 3


def test_proxies_of_the_environment_have_limits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile(TOO_MUCH["an endless body"]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        with (
            BoundedClient("http://target.example", {}, TransportSettings(TIMEOUT, MIB)) as http,
            pytest.raises(ResponseError, match="1 MiB"),
        ):
            http.get("/v1")

    assert proxy.requests == 1
