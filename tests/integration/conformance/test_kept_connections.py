"""Connections that are kept from a request to the next: a server may end them at any time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.catalogue import operations
from conformance.client.client import ApiRequest, Client
from conformance.client.contract import Contract
from conformance.client.transport import BoundedClient, TransportSettings
from conformance.results.ledger import Ledger
from conformance.results.not_established import NotEstablishedError
from openapi import contract
from tests.harness.hostile_modes import ENVELOPE
from tests.harness.hostile_target import response_of

GET = ApiRequest(operations.GET_AUDIENCE, "secret", "g", "a")
DELETE = ApiRequest(operations.DELETE_AUDIENCE, "secret", "g", "a")
REFUSAL = response_of(ENVELOPE, "401 X")


class SuddenTarget:
    """A target that ends each connection at a request of a number, without a response.

    Attributes:
        heads: The heads of the requests.
    """

    def __init__(self, listening: socket.socket, last: int, dropped: bytes) -> None:
        self._listening = listening
        self._last = last
        self._dropped = dropped
        self.heads: list[bytes] = []

    def serve(self) -> None:
        """Serve one connection after the other, until one arrives that sends nothing."""
        while True:
            connection, _ = self._listening.accept()
            with connection:
                if not self._serve_connection(connection):
                    return

    def _serve_connection(self, connection: socket.socket) -> bool:
        number = 0
        while head := connection.recv(65_536):
            number += 1
            self.heads.append(head)
            if number == self._last or head.startswith(self._dropped):
                return True
            connection.sendall(REFUSAL)
        return number > 0


@contextmanager
def target_and_client(last: int, dropped: bytes = b"none") -> Iterator[tuple[SuddenTarget, Client]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        target = SuddenTarget(listening, last, dropped)
        thread = threading.Thread(target=target.serve)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with BoundedClient(url, {}, TransportSettings(5.0)) as http:
            yield target, Client(http, Contract(contract()), Ledger(), lambda _: None)
        socket.create_connection(listening.getsockname()).close()
        thread.join()


def test_a_read_is_sent_again_when_its_kept_connection_ends() -> None:
    with target_and_client(last=2) as (target, client):
        statuses = [client.send(GET).status for _ in range(5)]

    assert statuses == [401] * 5
    assert len(target.heads) == 9


def test_a_write_is_not_decided_when_its_kept_connection_ends() -> None:
    with target_and_client(last=2) as (target, client):
        assert client.send(DELETE).status == 401
        with pytest.raises(NotEstablishedError, match="ended a connection that was kept"):
            client.send(DELETE)

        after = [client.send(DELETE).status for _ in range(3)]

    assert after == [401] * 3
    assert [b"close" in head for head in target.heads] == [False] * 2 + [True] * 4
    assert not client.ledger.observations("AUD-DELETE-ROW-OTHER", selected=True).violations


def test_a_write_that_is_dropped_on_a_new_connection_too_is_a_violation() -> None:
    with target_and_client(last=99, dropped=b"DELETE") as (target, client):
        assert client.send(GET).status == 401
        assert client.send(DELETE).status is None

    assert [head.split()[0] for head in target.heads] == [b"GET", b"DELETE", b"DELETE"]
    assert len(client.ledger.observations("AUD-DELETE-ROW-OTHER", selected=True).violations) == 1
