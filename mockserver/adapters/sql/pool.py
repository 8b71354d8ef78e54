"""A pool of connections to PostgreSQL.

asyncpg's own pool creates a task and two timers for each use, which cost more than the statement itself.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

Connect = Callable[[], Awaitable[asyncpg.Connection]]
Pause = Callable[[float], Awaitable[None]]

_BETWEEN_TRIES = 0.05
"""The seconds between tries to connect to a database that is full, for a process that has no connection to wait for."""


class ConnectionPool:
    """A pool of at most `most` connections, opened on demand; waiters get a connection in order of arrival.

    Args:
        connect: A coroutine function that opens a connection.
        most: The maximum number of connections.
        timeout: The maximum wait for a connection in seconds.
        pause: A coroutine function that waits for some seconds.
    """

    def __init__(self, connect: Connect, most: int, timeout: float, pause: Pause = asyncio.sleep) -> None:
        self._connect = connect
        self._most = most
        self._timeout = timeout
        self._pause = pause
        self._idle: list[asyncpg.Connection] = []
        self._used: set[asyncpg.Connection] = set()
        self._connecting = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection for the block. A connection with an unfinished transaction is closed afterwards.

        Raises:
            TimeoutError: No connection was free in time.
            OSError: The database cannot be reached.
        """
        connection = await self._acquire()
        self._used.add(connection)
        try:
            yield connection
        except (TimeoutError, asyncio.CancelledError):
            connection.terminate()  # its state is unknown; the database rolls back
            raise
        finally:
            self._used.discard(connection)
            if connection.is_in_transaction():
                connection.terminate()
            if not connection.is_closed():
                self._idle.append(connection)
            self._wake_next()

    async def _acquire(self) -> asyncpg.Connection:
        tries_left = int(self._timeout / _BETWEEN_TRIES)
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            if len(self._used) + self._connecting < self._most:
                try:
                    return await self._open()
                except asyncpg.TooManyConnectionsError:
                    tries_left -= 1
                    if not tries_left:
                        raise
                if not self._used and not self._connecting:
                    await self._pause(_BETWEEN_TRIES)
                    continue
            await self._wait_turn()

    async def _open(self) -> asyncpg.Connection:
        self._connecting += 1
        try:
            return await self._connect()
        except BaseException:
            self._wake_next()
            raise
        finally:
            self._connecting -= 1

    async def _wait_turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._timeout):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._wake_next()  # it had its turn, and cannot use it
            raise

    def _wake_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def close(self) -> None:
        """Terminate all connections, without waiting for the database."""
        for connection in (*self._used, *self._idle):
            connection.terminate()
        self._idle.clear()
