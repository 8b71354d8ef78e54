"""The requests that the benchmark sends."""

import json
from pathlib import Path

import pytest

from tests.bench.failure import BenchError
from tests.bench.load import is_complete
from tests.bench.requests import FlowTurns, Pages, in_turn, write_seed
from tests.bench.scenarios import Kind, scenario

MADE = b'HTTP/1.1 201 Created\r\n\r\n{"data": {"id": "0123456789abcdef01234567"}}'


def next_requests(path: str, kind: Kind) -> list[bytes | None]:
    """Return the next four requests of a connection."""
    turn = scenario(path, kind, 2).turns()()
    return [turn(b"") for _ in range(4)]


def test_each_deletion_names_another_audience_until_none_is_left() -> None:
    first, second, *rest = next_requests("200", Kind.STATE)

    assert first is not None
    assert first.startswith(b"DELETE /v1/accounts/a00000000000000000000001/audiences/d00000000000000000000000 HTTP/1.1")
    assert first != second
    assert rest == [None, None]


@pytest.mark.parametrize("kind", [Kind.CONSTANT, Kind.EXAMPLES])
def test_a_server_without_state_is_asked_to_delete_the_same_audiences_again(kind: Kind) -> None:
    first, second, *rest = next_requests("200", kind)

    assert rest == [first, second]


@pytest.mark.parametrize("path", ["404", "409", "401", "403"])
@pytest.mark.parametrize("kind", Kind)
def test_the_request_for_a_refusal_is_always_the_same(path: str, kind: Kind) -> None:
    requests = next_requests(path, kind)

    assert len(set(requests)) == 1


@pytest.mark.parametrize(("kind", "expected"), [(Kind.STATE, 409), (Kind.CONSTANT, 200), (Kind.EXAMPLES, 409)])
def test_a_server_that_checks_nothing_is_expected_to_refuse_nothing(kind: Kind, expected: int) -> None:
    assert scenario("409", kind, 2).statuses == (expected,)


def test_a_server_of_examples_is_asked_for_the_example_of_a_refusal_by_a_header() -> None:
    (request, *_) = next_requests("409", Kind.EXAMPLES)

    assert request is not None
    assert b"\r\nprefer: code=409\r\n" in request


def test_a_server_of_examples_refuses_a_request_without_a_key() -> None:
    (request, *_) = next_requests("401", Kind.EXAMPLES)

    assert request is not None
    assert b"authorization" not in request
    assert request.endswith(b"\r\n\r\n")


def test_connections_share_the_requests_to_send() -> None:
    make = in_turn(iter([b"one", b"two"]))

    assert [make()(b""), make()(b""), make()(b"")] == [b"one", b"two", None]


STATUSES = (201, 200, 200, 404, 404)
ANSWERS = [MADE, *[b"HTTP/1.1 %d x\r\n\r\n{}" % status for status in STATUSES[1:]]]


def test_a_flow_creates_reads_deletes_reads_and_deletes_the_same_audience() -> None:
    flow = FlowTurns(STATUSES)

    requests = [flow(answer).split(b" HTTP/1.1")[0] for answer in (b"", *ANSWERS)]

    collection = b"/v1/accounts/a00000000000000000000001/audiences"
    audience = collection + b"/0123456789abcdef01234567"
    assert requests == [
        b"POST " + collection,
        b"GET " + audience,
        b"DELETE " + audience,
        b"GET " + audience,
        b"DELETE " + audience,
        b"POST " + collection,
    ]


def test_a_flow_announces_the_length_of_its_body() -> None:
    head, body = FlowTurns(STATUSES)(b"").split(b"\r\n\r\n")

    assert b"\r\ncontent-length: %d" % len(body) in head
    assert json.loads(body)["type"] == "on_demand"


def test_a_flow_without_an_identifier_in_the_response_is_an_error() -> None:
    flow = FlowTurns(STATUSES)
    flow(b"")

    with pytest.raises(BenchError, match="no identifier was in the answer"):
        flow(b"HTTP/1.1 201 Created\r\n\r\n{}")


def test_a_flow_with_a_status_of_another_step_is_an_error() -> None:
    flow = FlowTurns(STATUSES)
    for answer in (b"", *ANSWERS[:3]):
        flow(answer)

    with pytest.raises(BenchError, match=r"'HTTP/1.1 404 ' was expected in step 4, and b'HTTP/1.1 200 x"):
        flow(ANSWERS[1])


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
