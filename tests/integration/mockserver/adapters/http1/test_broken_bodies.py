"""Requests whose body breaks or does not arrive: refused, without effect, and recorded in the journal."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.http1_client import PATIENCE, Client
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World
from tests.harness.tiny_application import tiny_server

GARBAGE = b"zz\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
WAITING = CHUNKED + b"Expect: 100-continue\r\n"  # whose body the server asks for when it is about to read it
FIVE = b"Content-Length: 5\r\n"


@pytest.fixture(scope="module")
def impatient() -> Iterator[httpx.Client]:
    """A client of a server that waits 0.05 seconds for the next part of a body."""
    with served(Settings(body_timeout=0.05)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@contextmanager
def connected(world: World) -> Iterator[Client]:
    assert world.client.base_url.port is not None
    with Client(world.client.base_url.port) as client:
        yield client


def head(world: World, method: str, path: str, framing: bytes = CHUNKED) -> bytes:
    """Return the head of a request with the world's key, to be followed by a body."""
    line = f"{method} /v1/accounts/{world.group}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n"
    return line.encode() + framing + b"\r\n"


def recorded_exchange(world: World, number: int) -> dict[str, Any]:
    """Return an exchange once it is recorded: the server may record it after it has responded."""
    for _ in range(5_000):
        answer = world.client.get(f"/_mock/sandboxes/{world.sandbox}/journal/{number}")
        if answer.is_success:
            return dict(answer.json())
    pytest.fail(f"there is no exchange {number}")


class TestBodyBrokenWithHead:
    def test_a_deletion_with_a_broken_body_is_refused_without_effect(self, world: World) -> None:
        audience = world.ready()
        with connected(world) as client:
            answer = client.send(head(world, "DELETE", f"/audiences/{audience}"), GARBAGE).answer()

            assert (answer.status, answer.document["success"]) == (400, False)
            assert client.is_closed()
        assert world.listed() == [audience]

    @pytest.mark.parametrize("trailers", [b"x-trailer: b\r\n" * 300, b"x-trailer: " + b"b" * 70_000 + b"\r\n\r\n"])
    def test_a_request_with_too_many_trailers_is_refused_without_effect(self, world: World, trailers: bytes) -> None:
        audience = world.ready()
        with connected(world) as client:
            answer = client.send(head(world, "DELETE", f"/audiences/{audience}"), b"0\r\n", trailers).answer()

            assert answer.status == 431
        assert world.listed() == [audience]

    def test_a_broken_deletion_behind_another_request_is_refused_in_its_turn(self, world: World) -> None:
        first, second = world.ready(), world.ready()
        with connected(world) as client:
            whole = head(world, "DELETE", f"/audiences/{first}", b"")
            client.send(whole, head(world, "DELETE", f"/audiences/{second}"), GARBAGE)

            assert [client.answer().status for _ in range(2)] == [200, 400]
            assert client.is_closed()
        assert world.listed() == [second]

    def test_the_journal_shows_the_refused_request(self, world: World) -> None:
        audience = world.ready()
        with connected(world) as client:
            answer = client.send(head(world, "DELETE", f"/audiences/{audience}"), GARBAGE).answer()

        shown = recorded_exchange(world, 1)

        assert (shown["method"], shown["path"]) == ("DELETE", f"/v1/accounts/{world.group}/audiences/{audience}")
        assert (shown["status"], shown["outcome"], shown["rule"]) == (400, "answered", "http")
        assert shown["key"]["name"] == "all permissions"
        assert shown["trace"] == [{"rule": "http", "verdict": "refused"}]
        assert json.loads(shown["response"]["body"]) == answer.document

    def test_the_journal_shows_a_refused_request_behind_another_request(self, world: World) -> None:
        with connected(world) as client:
            client.send(head(world, "GET", "/audiences", b""), head(world, "POST", "/audiences"), GARBAGE)
            assert [client.answer().status for _ in range(2)] == [200, 400]

        shown = recorded_exchange(world, 2)

        assert (shown["method"], shown["status"], shown["rule"]) == ("POST", 400, "http")

    def test_a_broken_request_to_the_control_plane_is_not_in_the_journal(self, world: World) -> None:
        with connected(world) as client:
            request = b"DELETE /_mock/sandboxes/%b HTTP/1.1\r\nHost: localhost\r\n%b\r\n"
            answer = client.send(request % (world.sandbox.encode(), CHUNKED), GARBAGE).answer()
        world.call("GET", "/audiences")

        assert answer.status == 400
        assert recorded_exchange(world, 1)["operation"] == "listAudiences"

    def test_a_client_that_has_finished_sending_gets_the_refusal_and_is_closed(self, world: World) -> None:
        with connected(world) as client:
            client.send(head(world, "POST", "/audiences"), GARBAGE).connection.shutdown(socket.SHUT_WR)

            assert client.answer().status == 400
            assert client.is_closed()

    def test_the_log_has_the_status_of_a_broken_request(self, capsys: pytest.CaptureFixture[str]) -> None:
        with served(Settings(log_format="text")) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
            world = World.make(client)
            with connected(world) as connection:
                assert connection.send(head(world, "POST", "/audiences"), GARBAGE).answer().status == 400

        assert f"POST /v1/accounts/{world.group}/audiences 400 " in capsys.readouterr().out


class TestBodyBrokenLater:
    def test_an_operation_waiting_for_a_body_that_breaks_is_refused_and_recorded(self, world: World) -> None:
        with connected(world) as client:
            assert client.send(head(world, "POST", "/audiences", WAITING)).answer().status == 100
            answer = client.send(b"1\r\n{\r\n", GARBAGE).answer()

        shown = recorded_exchange(world, 1)

        assert answer.status == 400
        assert (shown["operation"], shown["status"], shown["outcome"]) == ("createAudience", 400, "answered")
        assert [entry["rule"] for entry in shown["trace"]][-2:] == ["permission", "http"]
        assert [entry["verdict"] for entry in shown["trace"]][-2:] == ["passed", "refused"]
        assert json.loads(shown["response"]["body"]) == answer.document
        assert world.listed() == []

    @pytest.mark.parametrize("journal_limit", [1_000, 0])
    def test_the_log_has_the_status_of_an_operation_waiting_for_its_body(
        self, capsys: pytest.CaptureFixture[str], journal_limit: int
    ) -> None:
        settings = Settings(log_format="text", journal_limit=journal_limit)
        with served(settings) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
            world = World.make(client)
            with connected(world) as connection:
                assert connection.send(head(world, "POST", "/audiences", WAITING)).answer().status == 100
                assert connection.send(GARBAGE).answer().status == 400

        assert f"POST /v1/accounts/{world.group}/audiences 400 " in capsys.readouterr().out

    def test_a_request_answered_before_its_body_broke_stays_answered(self, world: World) -> None:
        audience = world.ready()
        with connected(world) as client:
            assert client.send(head(world, "DELETE", f"/audiences/{audience}")).answer().status == 200
            client.send(GARBAGE)

            assert client.is_closed()
        assert (recorded_exchange(world, 1)["status"], recorded_exchange(world, 1)["outcome"]) == (200, "answered")

    @pytest.mark.parametrize("kind", ["delay", "late-answer", "reset-after"])
    def test_a_request_held_by_a_fault_is_refused_without_effect(self, world: World, kind: str) -> None:
        audience = world.ready()
        world.control("POST", "/faults", {"kind": kind, "delayMs": 60_000, "operation": "deleteAudience"})
        with connected(world) as client:
            assert client.send(head(world, "DELETE", f"/audiences/{audience}", WAITING)).answer().status == 100

            assert client.send(GARBAGE).answer().status == 400
        assert world.listed() == [audience]

    def test_the_reply_to_a_request_with_a_body_is_lost_after_the_effect(self, world: World) -> None:
        world.control("POST", "/faults", {"kind": "reset-after", "operation": "createAudience"})
        body = b'{"name": "new", "type": "on_demand"}'
        with connected(world) as client, pytest.raises(ConnectionResetError):
            client.send(head(world, "POST", "/audiences"), b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n").answer()

        assert len(world.listed()) == 1


def send_trickling(client: Client, byte: bytes = b"1") -> bytes:
    """Send single bytes with hardly a pause between them; return the response."""
    client.connection.settimeout(0.02)
    for _ in range(500):
        client.send(byte)
        try:
            return client.connection.recv(100)
        except TimeoutError:
            continue
    pytest.fail("the server waits on")


class TestLateBodies:
    def test_the_journal_shows_a_request_whose_body_was_too_late(self, impatient: httpx.Client) -> None:
        world = World.make(impatient)
        with connected(world) as client:
            answer = client.send(head(world, "POST", "/audiences", FIVE), b"12").answer()

        shown = recorded_exchange(world, 1)

        assert answer.status == 408
        assert (shown["operation"], shown["status"], shown["outcome"]) == ("createAudience", 408, "answered")
        assert shown["request"]["body"] == "12"

    @pytest.mark.parametrize("chunked", [False, True])
    def test_a_trickling_body_is_refused_in_time(self, chunked: bool) -> None:  # noqa: FBT001  (a parameter)
        with (
            served(Settings(whole_body_timeout=0.3)) as (url, _),
            httpx.Client(base_url=url, timeout=20) as http_client,
        ):
            world = World.make(http_client)
            with connected(world) as client:
                client.send(head(world, "POST", "/audiences", CHUNKED if chunked else b"Content-Length: 900\r\n"))
                refused = send_trickling(client, b"1\r\n1\r\n" if chunked else b"1")

            shown = recorded_exchange(world, 1)

        assert refused.startswith(b"HTTP/1.1 408 ")
        assert (shown["status"], shown["rule"]) == (408, "http")
        error = json.loads(shown["response"]["body"])["error"]
        assert "did not arrive whole in 0.3 seconds" in error["message"]
        assert error["details"]["part"] == "body"

    def test_a_body_after_its_response_has_no_additional_time(self) -> None:
        with (
            served(Settings(whole_body_timeout=0.3)) as (url, _),
            httpx.Client(base_url=url, timeout=20) as http_client,
        ):
            world = World.make(http_client)
            with connected(world) as client:
                client.send(head(world, "DELETE", f"/audiences/{world.ready()}", b"Content-Length: 900\r\n"))
                assert client.answer().status == 200

                assert send_trickling(client) == b""

    def test_the_next_body_on_a_connection_has_the_full_time(self) -> None:
        with (
            served(Settings(whole_body_timeout=0.3)) as (url, _),
            httpx.Client(base_url=url, timeout=20) as http_client,
        ):
            world = World.make(http_client)
            with connected(world) as client:
                for _ in range(2):
                    request = head(world, "POST", "/audiences", FIVE + b"Expect: 100-continue\r\n")
                    assert client.send(request).answer().status == 100
                    assert client.send(b"12345").answer().status == 400
                    assert client.hears_nothing()

    def test_the_time_of_an_application_that_reads_late_is_not_counted(self) -> None:
        with tiny_server("uvloop", body_timeout=1, whole_body_timeout=1) as running, running.client() as client:
            client.send(b"POST /held-back HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n", b"a" * 300_000)
            assert running.app.held.wait(PATIENCE)
            assert all(client.hears_nothing() for _ in range(5))  # for longer than that
            running.app.let_go()

            assert client.answer().status == 200
