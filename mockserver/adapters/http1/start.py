"""The start of an application for a request: at once, and in a task only from its first wait on."""

from asyncio import AbstractEventLoop, Future, Task
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from types import coroutine
from typing import Any


def start_at_once(started: Coroutine[Any, Any, None], loop: AbstractEventLoop, tasks: set[Task[None]]) -> None:
    """Run a coroutine until it waits, and the rest of it in a task.

    Most requests never wait. Without a task, and without the turn of the event loop that its start takes, a request
    needs 8 % fewer instructions. Until the coroutine waits, there is no current task, so that timeouts do not work.

    Args:
        started: The coroutine, which has not run yet.
        loop: The running event loop.
        tasks: The tasks of the server, to which a task belongs while it runs.
    """
    context = copy_context()
    try:
        awaited = context.run(started.send, None)
    except StopIteration:
        return
    task = loop.create_task(_run_rest(started, awaited), context=context)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def _run_rest(started: Coroutine[Any, Any, None], awaited: Future[Any] | None) -> None:
    await _resumed(started, awaited)


@coroutine
def _resumed(started: Coroutine[Any, Any, None], awaited: Future[Any] | None) -> Generator[Any, Any, None]:
    """Wait for a future that a coroutine has waited for outside a task, and go on with the coroutine."""
    try:
        while True:
            try:
                result = yield awaited
            except BaseException as error:  # noqa: BLE001  (a cancellation as well: the coroutine decides on it)
                awaited = started.throw(error)
            else:
                awaited = started.send(result)
    except StopIteration:
        return
