"""Connections to PostgreSQL that are used again.

asyncpg's own pool makes a task and two timers for each use, which cost more than the statement that it is used for.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class ConnectionPool:
    """At most `most` connections, made when they are needed; whoever comes when all are in use waits in turn."""

    def __init__(self, connect: Connect, most: int, patience: float) -> None:
        self._connect = connect
        self._most = most
        self._patience = patience
        self._idle: list[asyncpg.Connection] = []
        self._used: set[asyncpg.Connection] = set()
        self._making = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for a while. One that is left in the middle of something is closed; TimeoutError, OSError."""
        connection = await self._take()
        self._used.add(connection)
        try:
            yield connection
        except (TimeoutError, asyncio.CancelledError):
            connection.terminate()  # nobody knows what it is doing; the database undoes it
            raise
        finally:
            self._used.discard(connection)
            if connection.is_in_transaction():
                connection.terminate()
            if not connection.is_closed():
                self._idle.append(connection)
            self._wake()

    async def _take(self) -> asyncpg.Connection:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            if len(self._used) + self._making < self._most:
                return await self._make()
            await self._turn()

    async def _make(self) -> asyncpg.Connection:
        self._making += 1
        try:
            return await self._connect()
        except BaseException:
            self._wake()
            raise
        finally:
            self._making -= 1

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._wake()  # it had its turn, and does not take it
            raise

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def close(self) -> None:
        """Break them off; a database that does not answer is not waited for."""
        for connection in (*self._used, *self._idle):
            connection.terminate()
        self._idle.clear()
