"""An application that is built for its first request."""

import asyncio
import threading

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.middleware.lazy_application import LazyApplication


class Building:
    """The builder of an application: it waits until it may go on, and counts."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.built = 0
        self.requests: list[Scope] = []

    def __call__(self) -> ASGIApp:
        self.begun.set()
        assert self.may_end.wait(10)
        self.built += 1
        return self._application

    async def _application(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        self.requests.append(scope)


async def nothing(*_: object) -> None:
    """Receive or send nothing."""


def test_the_event_loop_serves_others_while_an_application_is_built() -> None:
    building = Building()

    async def served() -> None:
        request = asyncio.create_task(LazyApplication(building)({"type": "http"}, nothing, nothing))  # type: ignore[arg-type]  # none of it is used
        await asyncio.to_thread(building.begun.wait)
        building.may_end.set()  # by the event loop, which a builder on it would have stopped
        await request

    asyncio.run(served())

    assert building.requests == [{"type": "http"}]


def test_requests_that_come_together_build_one_application() -> None:
    building = Building()
    building.may_end.set()

    async def served() -> None:
        application = LazyApplication(building)
        await asyncio.gather(*(application({"number": number}, nothing, nothing) for number in range(3)))  # type: ignore[arg-type]  # none of it is used

    asyncio.run(served())

    assert building.built == 1
    assert building.requests == [{"number": number} for number in range(3)]


def test_a_request_that_is_given_up_does_not_hinder_the_next() -> None:
    building = Building()

    async def served() -> None:
        application = LazyApplication(building)
        given_up = asyncio.create_task(application({"number": 1}, nothing, nothing))  # type: ignore[arg-type]  # none of it is used
        await asyncio.to_thread(building.begun.wait)
        given_up.cancel()
        building.may_end.set()
        await application({"number": 2}, nothing, nothing)  # type: ignore[arg-type]  # none of it is used

    asyncio.run(served())

    assert building.requests == [{"number": 2}]
