"""The pieces in which input is parsed."""

import random

import pytest

from mockserver.adapters.http1.input import PIECE, Backlog

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def backlog(data: bytes) -> Backlog:
    made = Backlog()
    made.append(data)
    return made


@pytest.mark.parametrize("data", [REQUEST, REQUEST * 3, b"x" * PIECE, b"POST / HTTP/1.1\r\n\r\n" + b"/" * 60_000])
def test_data_with_few_requests_are_one_piece(data: bytes) -> None:
    assert backlog(data).take(16) is data


@pytest.mark.parametrize(("requests", "fits"), [(1, True), (16, True), (17, False)])
def test_data_fit_if_there_is_room_for_their_requests(requests: int, fits: bool) -> None:  # noqa: FBT001  (a parameter)
    assert Backlog().fits(REQUEST * requests, 16) is fits
    assert not backlog(REQUEST).fits(REQUEST * requests, 16)


def test_a_piece_has_a_greatest_size() -> None:
    data = b"x" * (2 * PIECE + 5)
    kept = backlog(data)

    assert [len(kept.take(16)) for _ in range(3)] == [PIECE, PIECE, 5]
    assert not Backlog().fits(data, 16)


@pytest.mark.parametrize("room", [1, 2, 16])
def test_a_piece_ends_in_the_head_behind_the_requests_for_which_there_is_room(room: int) -> None:
    piece = backlog(REQUEST * 40).take(room)

    assert piece.count(b"\r\n\r\n") < room
    assert piece.count(b"HTTP/1.") == room


def test_the_pieces_are_the_data() -> None:
    chance = random.Random(0)  # noqa: S311  (reproducible)
    data = [REQUEST * chance.randrange(60) + b"/1." * chance.randrange(60) for _ in range(30)]
    pieces = []
    kept = Backlog()
    for part in data:
        kept.append(part)
        pieces += [kept.take(chance.randint(1, 16)) for _ in range(chance.randrange(4))]
    while not kept.is_empty:
        pieces.append(kept.take(3))

    assert b"".join(pieces) == b"".join(data)


def test_forgotten_data_are_not_taken() -> None:
    kept = backlog(REQUEST * 40)
    kept.take(1)
    kept.clear()

    assert kept.is_empty
    assert kept.take(16) == b""
