"""Responses that their client does not read, on a real socket."""

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import LARGE, TinyServer, tiny_server

MOST = 65_536 + 131_072 + 1_000  # the high water of a transport, a piece, and a head


def unsent(served: TinyServer) -> int:
    """Return the bytes that wait in the transports."""
    return sum(at.transport.get_write_buffer_size() for at in served.server.server_state.connections)  # type: ignore[union-attr]


def test_a_large_body_is_passed_to_the_transport_in_pieces(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
        for _ in range(3):
            served.pass_round()

        assert 0 < unsent(served) <= MOST
        assert [client.answer().body for _ in range(4)] == [LARGE] * 4
        assert client.is_open()


def test_a_large_chunk_of_a_stream_is_passed_to_the_transport_in_pieces(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET /large-stream HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(3):
            served.pass_round()

        assert 0 < unsent(served) <= MOST


def test_a_client_that_takes_no_byte_in_time_is_disconnected() -> None:
    with tiny_server("uvloop", write_timeout=0.2) as served, served.client() as client:
        client.send(b"GET /large-stream HTTP/1.1\r\nHost: x\r\n\r\n")

        assert served.app.gone.wait(PATIENCE)
        assert unsent(served) == 0
