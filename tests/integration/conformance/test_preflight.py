"""The preflight: mistakes that would spoil a whole run are reported before it, in one line that says what to do."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import tests.harness.in_thread
from conformance.runner.preflight import why_unreachable
from mockserver.config import Settings
from tests.harness.hostile_modes import silence
from tests.harness.hostile_target import Plan, hostile
from tests.harness.suite_command import command, refused, states
from tests.mutants.single.endpoint import Key, Single
from tests.mutants.single.serving import served


@contextmanager
def answering(raw: bytes | None) -> Iterator[str]:
    """Listen, send some bytes on each connection (None: nothing), and yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            kept = []
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    break
                kept.append(connection)
                if raw is not None:
                    connection.recv(65_536)
                    connection.sendall(raw)
                    connection.close()
            for connection in kept:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize(
    ("raw", "scheme", "said"),
    [
        (b"220 mail ready\r\n", "http", "does not answer HTTP"),
        (b"", "http", "does not answer HTTP"),
        (None, "http", "did not answer within 0.3 s"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "https", "is it http, not https?"),
        (b"HTTP/1.1 308 Moved\r\nLocation: https://there/\r\n\r\n", "http", "sends its clients on to https://there/"),
    ],
)
def test_a_target_that_cannot_be_used_is_told(raw: bytes | None, scheme: str, said: str) -> None:
    with answering(raw) as place:
        assert said in refused("--base-url", f"{scheme}://{place}", "--states-url", "http://x", "--timeout", "0.3")


def test_a_certificate_that_is_not_trusted_is_told_with_the_option_that_trusts_it() -> None:
    cause = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed")
    error = httpx.ConnectError("failed")
    error.__cause__ = cause

    assert "--ca-bundle" in why_unreachable(error, 10)


class Redirecting(Single):
    def answer(self, *_: object) -> Response:
        return RedirectResponse("/elsewhere", 307)


class RefusesEveryKey(Single):
    def key_of(self, _request: Request) -> Key | None:
        return None


class NoKeys(Single):
    def new_key(self, _params: dict[str, Any]) -> dict[str, Any]:
        return {"apiKey": 5}


class KeepsKeys(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return super().change(state, params, setup=setup) if setup else None


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Redirecting(), "sends its clients on to /elsewhere"),
        (RefusesEveryKey(), "do --base-url and --states-url belong together?"),
        (NoKeys(), "without 'apiKey'"),
        (KeepsKeys(), "was not torn down"),
    ],
)
def test_urls_that_cannot_work_together_are_told(target: Single, said: str) -> None:
    with served(target) as url:
        assert said in refused(*states(url))


@pytest.mark.parametrize(
    ("path", "said"), [("/nowhere", "whole address"), ("/v1/accounts/x/audiences/y", "it has to take POST")]
)
def test_a_states_url_that_is_none_is_told(path: str, said: str) -> None:
    with served(Single()) as url:
        assert said in refused("--base-url", url, "--states-url", url + path, "--profile", "delete")


def test_a_states_url_that_nobody_answers_is_told() -> None:
    with served(Single()) as url:
        assert "cannot be reached" in refused("--base-url", url, "--states-url", "http://127.0.0.1:9/s")


def test_a_key_that_the_target_does_not_know_is_told() -> None:
    with tests.harness.in_thread.served(Settings()) as (url, _):
        said = refused("--base-url", url, "--api-key", "no-such-key", "--profile", "delete")

    assert "no-such-key" not in said
    assert "does not accept the API key (401)" in said


def test_the_preflight_keeps_the_deadline_of_the_run() -> None:
    with hostile(silence) as target:
        done = command("run", *states(target.url), "--deadline", "0.000001")

    assert (done.returncode, target.requests) == (1, 0), done.stdout + done.stderr
    assert "the deadline of 1e-06 s has passed" in done.stdout


def test_a_preflight_that_meets_the_deadline_tears_down_what_it_has_set_up() -> None:
    target = Single()
    with served(target) as url, hostile(silence, url, Plan(3, concerns=lambda head: b"/states" not in head)) as slow:
        done = command("run", *states(slow.url), "--timeout", "60", "--deadline", "4")

    assert (done.returncode, target.keys) == (1, {}), done.stdout + done.stderr
    assert "the deadline of 4 s has passed" in done.stdout
