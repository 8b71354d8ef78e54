import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mockserver.api.long_json import LONG, LongJson, Rows, in_rows, is_long, pieces, rendered
from mockserver.api.long_responses import BusyError, LongResponses
from mockserver.ports import RESET

ITEM = "x" * 1_000
COUNT = 1_000
PIECE = 65_536
Json = Any


class Client:
    """A client of an application: it takes pieces, and counts the turns that others get meanwhile."""

    def __init__(self, *, leaves_after: int | None = None) -> None:
        self.bodies: list[bytes] = []
        self.kinds: list[str] = []
        self.turns = 0
        self.leaves_after = leaves_after
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.kinds.append(message["type"])
        if message["type"] == "http.response.body":
            self.bodies.append(message["body"])
            if len(self.bodies) == self.leaves_after:
                self.left.set()

    async def count_turns(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.turns += 1

    async def take(self, response: LongJson, scope: dict[str, Any] | None = None) -> None:
        counting = asyncio.ensure_future(self.count_turns())
        await response(scope or {"type": "http"}, self.receive, self.send)
        counting.cancel()


class Views:
    """A view that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, record: int) -> Json:
        self.calls += 1
        return {"id": record, "text": ITEM}


def document(rows: Callable[[Any, Sequence[Any]], Json], view: Callable[[Any], Json]) -> Json:
    return {
        "none": rows(view, []),
        "nested": {"a": rows(lambda many: {"inner": rows(view, many)}, [[1], [], [2, 3]]), "b": None},
        "many": rows(view, range(COUNT)),
        "é": ["plain", 1.5, {}],
    }


def test_pieces_make_the_same_document_as_one_encoder() -> None:
    assert json.loads(b"".join(pieces(document(Rows, Views())))) == document(rendered, Views())


def test_a_piece_has_a_bounded_size_and_is_encoded_when_it_is_asked_for() -> None:
    view = Views()
    stream = pieces({"many": Rows(view, range(COUNT))})

    first = next(stream)

    assert PIECE <= len(first) < PIECE + 2 * len(ITEM)
    assert view.calls < COUNT / 10
    assert max(map(len, stream)) < PIECE + 2 * len(ITEM)


def test_others_have_a_turn_of_the_loop_for_each_piece() -> None:
    async def main() -> None:
        client = Client()
        await client.take(LongJson({"many": Rows(Views(), range(COUNT))}, LongResponses()))

        assert len(client.bodies) > COUNT * len(ITEM) // (2 * PIECE)
        assert client.turns >= len(client.bodies) - 2

    asyncio.run(main())


def test_nothing_is_encoded_for_a_client_that_has_gone() -> None:
    async def main() -> None:
        client, view = Client(leaves_after=2), Views()
        await client.take(LongJson({"many": Rows(view, range(COUNT))}, LongResponses()))

        assert view.calls < COUNT / 4
        assert len(client.bodies) <= 4

    asyncio.run(main())


def test_a_response_without_progress_makes_room_for_another_one() -> None:
    async def main() -> None:
        now, cut_off = 0.0, []

        async def reset() -> None:
            cut_off.append("first")

        responses = LongResponses(2, lambda: now, most_waiting=0)
        first, second = await responses.enter(reset), await responses.enter(reset)
        with pytest.raises(BusyError, match="2 long responses"):
            await responses.enter(reset)
        now = 5.0
        responses.note_progress(second)
        await responses.enter(reset)
        with pytest.raises(BusyError):
            await responses.enter(reset)
        responses.leave(first)
        with pytest.raises(BusyError):
            await responses.enter(reset)
        responses.leave(second)
        await responses.enter(reset)

        assert cut_off == ["first"]

    asyncio.run(main())


def test_a_response_waits_for_a_place_and_gets_the_first_that_is_left() -> None:
    async def main() -> None:
        responses = LongResponses(1, lambda: 0.0, most_waiting=1)
        first = await responses.enter(None)
        waiting = asyncio.ensure_future(responses.enter(None))
        await asyncio.sleep(0)

        with pytest.raises(BusyError, match="1 long responses"):
            await responses.enter(None)
        assert not waiting.done()
        responses.leave(first)

        assert await waiting is not first

    asyncio.run(main())


def test_a_response_does_not_wait_for_ever() -> None:
    async def main() -> None:
        responses = LongResponses(1, lambda: 0.0, patience=0.0)
        await responses.enter(None)

        with pytest.raises(BusyError):
            await responses.enter(None)

    asyncio.run(main())


def test_a_response_leaves_its_place_when_it_is_sent() -> None:
    async def main() -> None:
        responses = LongResponses(1)
        for _ in range(3):
            await Client().take(LongJson({"many": Rows(Views(), range(3))}, responses))

    asyncio.run(main())


@pytest.mark.parametrize(("extensions", "kinds"), [({}, []), ({RESET: {}}, [RESET])])
def test_a_connection_is_reset_only_by_a_transport_that_can(extensions: dict[str, Any], kinds: list[str]) -> None:
    async def main() -> None:
        responses, client = LongResponses(1, lambda: now, most_waiting=0), Client()
        now = 0.0

        async def held(message: Any) -> None:
            await client.send(message)
            if message["type"] != RESET:
                await asyncio.sleep(3_600)

        response = LongJson({"many": Rows(Views(), range(3))}, responses)
        sending = asyncio.ensure_future(response({"type": "http", "extensions": extensions}, client.receive, held))
        await asyncio.sleep(0)
        now = 60.0
        if kinds:
            await responses.enter(None)
        else:
            with pytest.raises(BusyError):
                await responses.enter(None)

        assert [kind for kind in client.kinds if kind == RESET] == kinds
        sending.cancel()

    asyncio.run(main())


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        None,
        "text",
        1.5,
        [[], {}, [1, None]],
        {"a": [{"b": [{"c": ["d", True]}, {}]}], "e": {"f": []}, "g": "h"},
    ],
)
def test_a_document_in_rows_is_the_same_document(document: Json) -> None:
    assert json.loads(b"".join(pieces(in_rows(document)))) == document


def test_a_long_document_in_rows_has_many_pieces() -> None:
    sizes = [len(piece) for piece in pieces(in_rows({"groups": [{"items": [ITEM] * COUNT}]}))]

    assert sum(sizes) > COUNT * len(ITEM)
    assert max(sizes) <= PIECE + len(ITEM) + 2


@pytest.mark.parametrize(
    ("document", "long"),
    [
        ({"a": ["x" * (LONG // 2), {"b": "x" * (LONG // 2)}]}, True),
        ({"a": ["x" * (LONG // 2), {"b": "x" * (LONG // 2 - 3)}]}, False),
        ({"x" * LONG: None}, True),
        ([1, None], False),
    ],
)
def test_the_texts_and_the_names_of_a_document_make_it_long(document: Json, *, long: bool) -> None:
    assert is_long(document) is long
