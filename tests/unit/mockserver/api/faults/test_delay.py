"""A delayed request, with a pause that lasts until the test ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message

from mockserver.api.faults.delay import DelayedRequest

PATIENCE = 10
DISCONNECT = {"type": "http.disconnect"}


class Situation:
    """A pause that a test ends, and a client with given messages."""

    def __init__(self, *messages: Message) -> None:
        self.paused: list[float] = []
        self.over = asyncio.Event()
        self.left = False
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        for message in messages:
            self.messages.put_nowait(message)
        self.held = DelayedRequest(self.messages.get, self.pause)

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        try:
            await self.over.wait()
        except asyncio.CancelledError:
            self.left = True
            raise


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def run(course: Callable[[], Awaitable[Any]]) -> None:
    asyncio.run(asyncio.wait_for(course(), PATIENCE))  # type: ignore[arg-type]  # a coroutine


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_delayed_request_waits_for_its_delay_and_keeps_its_whole_body() -> None:
    async def course() -> None:
        context = Situation(part(b"one,", more=True), part(b"two"))
        holding = asyncio.ensure_future(context.held.hold(1_500))
        await settled()
        assert not holding.done()

        context.over.set()

        assert await holding is True
        assert context.paused == [1.5]
        assert [(await context.held.receive())["body"] for _ in range(2)] == [b"one,", b"two"]

    run(course)


@pytest.mark.parametrize("body", [[], [part(b"")], [part(b"half", more=True)]])
def test_a_client_that_disconnects_ends_the_pause(body: list[Message]) -> None:
    async def course() -> None:
        context = Situation(*body)
        holding = asyncio.ensure_future(context.held.hold(60_000))
        await settled()
        assert not holding.done()

        context.messages.put_nowait(DISCONNECT)

        assert await holding is False
        assert context.left

    run(course)


def test_a_body_part_that_arrives_after_the_pause_is_not_lost() -> None:
    async def course() -> None:
        context = Situation(part(b"one,", more=True))
        context.over.set()
        await context.held.hold(1)
        context.messages.put_nowait(part(b"two"))

        assert [(await context.held.receive())["body"] for _ in range(2)] == [b"one,", b"two"]

    run(course)


def test_a_request_with_an_oversized_body_waits_too() -> None:
    async def course() -> None:
        context = Situation(*[part(bytes(1 << 19), more=True) for _ in range(9)], DISCONNECT)
        holding = asyncio.ensure_future(context.held.hold(60_000))
        await settled()
        assert not holding.done()
        assert context.messages.qsize() > 5

        context.over.set()

        assert await holding is True

    run(course)


def test_a_request_without_a_delay_is_not_read() -> None:
    async def course() -> None:
        context = Situation(part(b"one"))

        assert await context.held.hold(0) is True
        assert context.messages.qsize() == 1
        assert context.paused == []

    run(course)


def test_a_cancelled_delay_leaves_no_task_behind() -> None:
    async def course() -> None:
        context, before = Situation(), asyncio.all_tasks()
        holding = asyncio.ensure_future(context.held.hold(60_000))
        await settled()

        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)

        assert context.left
        assert asyncio.all_tasks() == before

    run(course)


def test_a_body_read_ahead_is_kept_for_the_application() -> None:
    async def course() -> None:
        context = Situation(part(b"one,", more=True), part(b"two"))

        assert await context.held.read_ahead() is True
        assert await context.held.read_ahead() is True
        assert [(await context.held.receive())["body"] for _ in range(2)] == [b"one,", b"two"]

    run(course)


def test_a_body_that_stays_incomplete_cannot_be_read_ahead() -> None:
    async def course() -> None:
        assert await Situation(part(b"half", more=True), DISCONNECT).held.read_ahead() is False

    run(course)


def test_an_oversized_body_is_read_ahead_only_in_part() -> None:
    async def course() -> None:
        context = Situation(*[part(bytes(1 << 19), more=True) for _ in range(9)])

        assert await context.held.read_ahead() is True
        assert context.messages.qsize() > 5

    run(course)
