"""The requests that the benchmark sends."""

import json
from pathlib import Path

import pytest

from tests.bench.failure import BenchError
from tests.bench.load import is_complete
from tests.bench.requests import Flow, Pages, in_turn, turns, write_seed

MADE = b'HTTP/1.1 201 Created\r\n\r\n{"data": {"id": "0123456789abcdef01234567"}}'


def next_requests(path: str, *, remembers: bool) -> list[bytes | None]:
    """Return the next four requests of a connection."""
    turn = turns(path, 2, remembers=remembers)()
    return [turn(b"") for _ in range(4)]


def test_each_deletion_names_another_audience_until_none_is_left() -> None:
    first, second, *rest = next_requests("200", remembers=True)

    assert first is not None
    assert first.startswith(b"DELETE /v1/accounts/a00000000000000000000001/audiences/d00000000000000000000000 HTTP/1.1")
    assert first != second
    assert rest == [None, None]


def test_a_server_without_state_is_asked_to_delete_the_same_audiences_again() -> None:
    first, second, *rest = next_requests("200", remembers=False)

    assert rest == [first, second]


@pytest.mark.parametrize("path", ["404", "409", "401", "403"])
def test_the_request_for_a_refusal_is_always_the_same(path: str) -> None:
    requests = next_requests(path, remembers=True)

    assert len(set(requests)) == 1


def test_connections_share_the_requests_to_send() -> None:
    make = in_turn(iter([b"one", b"two"]))

    assert [make()(b""), make()(b""), make()(b"")] == [b"one", b"two", None]


def test_a_flow_creates_reads_and_deletes_the_same_audience() -> None:
    flow = Flow()

    requests = [flow(answer).split(b" HTTP/1.1")[0] for answer in (b"", MADE, b"read", b"deleted")]

    collection = b"/v1/accounts/a00000000000000000000001/audiences"
    audience = collection + b"/0123456789abcdef01234567"
    assert requests == [b"POST " + collection, b"GET " + audience, b"DELETE " + audience, b"POST " + collection]


def test_a_flow_announces_the_length_of_its_body() -> None:
    head, body = Flow()(b"").split(b"\r\n\r\n")

    assert b"\r\ncontent-length: %d" % len(body) in head
    assert json.loads(body)["type"] == "on_demand"


def test_a_flow_without_an_identifier_in_the_response_is_an_error() -> None:
    flow = Flow()
    flow(b"")

    with pytest.raises(BenchError, match="no identifier was in the answer"):
        flow(b"HTTP/1.1 201 Created\r\n\r\n{}")


def test_a_page_that_is_not_full_is_an_error() -> None:
    page = Pages(2)

    assert page(b"") == page(b'[{"createdAt":""},{"createdAt":""}]')
    with pytest.raises(BenchError, match="a page had 1 audiences, not 2"):
        page(b'[{"createdAt":""}]')


def test_the_seed_has_the_given_number_of_ready_audiences_and_one_busy_audience(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"

    write_seed(file, 3)

    audiences = json.loads(file.read_text())["accountGroups"][0]["audiences"]
    assert ["job" in audience for audience in audiences] == [True, False, False, False]


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\n{}", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n{}", False),
    ],
)
def test_a_response_is_complete_when_it_has_its_announced_length(answer: bytes, whole: bool) -> None:  # noqa: FBT001  (a row of the table)
    assert is_complete(answer) is whole
