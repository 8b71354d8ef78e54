"""The start of an application without a task, and its rest in one."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any

import pytest

from mockserver.adapters.http1.start import start_at_once

NAME: ContextVar[str] = ContextVar("NAME", default="outside")


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def test_a_coroutine_that_never_waits_is_over_at_once_without_a_task() -> None:
    async def main() -> None:
        tasks: set[asyncio.Task[None]] = set()
        seen: list[str] = []

        async def prompt() -> None:
            seen.append("over")

        start_at_once(prompt(), asyncio.get_running_loop(), tasks)

        assert (seen, tasks) == (["over"], set())

    run(main())


def test_a_coroutine_that_waits_goes_on_in_a_task_that_ends_with_it() -> None:
    async def main() -> None:
        loop, tasks, seen = asyncio.get_running_loop(), set[asyncio.Task[None]](), []
        first, second = loop.create_future(), loop.create_future()

        async def waits() -> None:
            seen.append(await first)
            async with asyncio.timeout(60):
                seen.append(await second)
            await asyncio.sleep(0)

        start_at_once(waits(), loop, tasks)
        (task,) = tasks
        first.set_result(1)
        second.set_result(2)
        await task
        await asyncio.sleep(0)

        assert (seen, tasks) == ([1, 2], set())

    run(main())


def test_a_failure_of_the_awaited_future_reaches_the_coroutine() -> None:
    async def main() -> None:
        loop, tasks, seen = asyncio.get_running_loop(), set[asyncio.Task[None]](), list[str]()
        failing = loop.create_future()

        async def waits() -> None:
            try:
                await failing
            except ValueError as error:
                seen.append(str(error))
                await asyncio.sleep(0)
                seen.append("went on")

        start_at_once(waits(), loop, tasks)
        failing.set_exception(ValueError("broken"))
        await asyncio.gather(*tasks)

        assert seen == ["broken", "went on"]

    run(main())


def test_a_cancellation_of_the_task_reaches_the_coroutine() -> None:
    async def main() -> None:
        loop, tasks, seen = asyncio.get_running_loop(), set[asyncio.Task[None]](), list[str]()

        async def waits() -> None:
            try:
                await loop.create_future()
            finally:
                seen.append("cleaned up")

        start_at_once(waits(), loop, tasks)
        (task,) = tasks
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert seen == ["cleaned up"]

    run(main())


def test_a_coroutine_has_a_context_of_its_own_before_and_after_its_wait() -> None:
    async def main() -> None:
        loop, tasks, seen = asyncio.get_running_loop(), set[asyncio.Task[None]](), list[str]()

        async def waits() -> None:
            NAME.set("inside")
            await asyncio.sleep(0)
            seen.append(NAME.get())

        start_at_once(waits(), loop, tasks)
        seen.append(NAME.get())
        await asyncio.gather(*tasks)

        assert seen == ["outside", "inside"]

    run(main())
