"""A client that changes audiences of its own, one request after the other, and remembers the responses."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

from tests.crash.audience import UNKNOWN, Audience, Known, State
from tests.harness.raw_connection import Connection
from tests.harness.replicas import GROUP, SANDBOX

_MANY = 12
_GROUP_ID = GROUP.rpartition("/")[2]


class UnansweredError(Exception):
    """A request without a response, or with 500: its effect is unknown."""


class Client:
    """A client that works until a request is not answered, or it has to stop.

    `acknowledged`, `refused`: how many of its requests were answered so.
    """

    def __init__(self, name: str, chance: Random) -> None:
        self.name = name
        self.audiences: dict[str, Known] = {}
        self.unanswered: set[str] = set()
        self.touched: set[str] = set()
        self.acknowledged = self.refused = 0
        self.stopping = False
        self._chance = chance
        self._names = (f"{name} {number}" for number in count())
        self._acts: list[Callable[[str, Audience], Awaitable[None]]] = [
            self._rename,
            self._describe,
            self._spoil,
            self._delete,
            self._start,
            self._start,
            self._end,
            self._end,
        ]

    async def work(self, url: str, begun: asyncio.Event) -> None:
        """Send requests to a server; the event is set once one succeeded and one was refused, or no more will come."""
        self.touched.clear()
        self.unanswered.clear()
        self.stopping = False
        self._begun = begun
        try:
            async with Connection(url) as self._connection:
                with suppress(UnansweredError):
                    while not self.stopping:
                        await self._act()
        finally:
            begun.set()

    async def _act(self) -> None:
        there = [one for one, known in self.audiences.items() if known.state is not None]
        if not there or (len(there) < _MANY and self._chance.random() < 1 / 3):
            await self._create()
            return
        audience_id = self._chance.choice(there)
        self.touched.add(audience_id)
        state = self.audiences[audience_id].state
        assert state is not None
        await self._chance.choice(self._acts)(audience_id, state)

    async def _create(self) -> None:
        name = next(self._names)
        self.unanswered.add(name)
        made = await self._send("POST", f"{GROUP}/audiences", {"name": name, "type": "on_demand"}, 201)
        self.unanswered.remove(name)
        self.audiences[made["data"]["id"]] = Known((Audience(name),))
        self.touched.add(made["data"]["id"])
        await self._send("POST", f"{GROUP}/audiences", {"name": name}, 400)

    async def _rename(self, audience_id: str, state: Audience) -> None:
        name = next(self._names)
        await self._change(audience_id, replace(state, name=name), "PATCH", {"name": name})

    async def _describe(self, audience_id: str, state: Audience) -> None:
        text = next(self._names)
        await self._change(audience_id, replace(state, description=text), "PATCH", {"description": text})

    async def _spoil(self, audience_id: str, state: Audience) -> None:
        expected = 422 if state.job is None else 409
        await self._send("PATCH", f"{GROUP}/audiences/{audience_id}", {"name": " ", "description": "spoilt"}, expected)

    async def _delete(self, audience_id: str, _state: Audience) -> None:
        await self._change(audience_id, None, "DELETE")
        if self.audiences[audience_id].state is None:
            await self._send("DELETE", f"{GROUP}/audiences/{audience_id}", None, 404)

    async def _change(self, audience_id: str, after: State, method: str, body: Any = None) -> None:
        """Change an audience by the public API, which refuses it while it is populated."""
        state = self.audiences[audience_id].state
        path = f"{GROUP}/audiences/{audience_id}"
        if state is not None and state.job is not None:
            await self._send(method, path, body, 409)
            return
        self.audiences[audience_id] = Known((state, after))
        await self._send(method, path, body, 200)
        self.audiences[audience_id] = Known((after,))

    async def _start(self, audience_id: str, state: Audience) -> None:
        if state.job is not None:
            return
        body = {"accountGroupId": _GROUP_ID, "audienceId": audience_id, "pace": "manual", "status": "running"}
        self.audiences[audience_id] = Known((state, state.populated(UNKNOWN)))
        started = await self._send("POST", f"{SANDBOX}/jobs", body, 201)
        self.audiences[audience_id] = Known((state.populated(started["id"]),))

    async def _end(self, audience_id: str, state: Audience) -> None:
        if state.job is None:
            return
        self.audiences[audience_id] = Known((state, state.completed()))
        await self._send("POST", f"{SANDBOX}/jobs/{state.job}/end", {}, 200)
        self.audiences[audience_id] = Known((state.completed(),))
        await self._send("POST", f"{SANDBOX}/jobs/{state.job}/end", {}, 409)

    async def _send(self, method: str, path: str, body: Any, expected: int) -> Any:
        """Send a request; UnansweredError, and AssertionError where the answer is none that the state allows."""
        try:
            status, answer = await self._connection.ask(method, path, body)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise UnansweredError from None
        if status == 500:
            raise UnansweredError
        assert status == expected, f"{method} {path}: {status} {answer}"
        self.acknowledged += expected < 300
        self.refused += expected >= 400
        if self.acknowledged and self.refused:  # sooner, a kill would show nothing on a busy machine
            self._begun.set()
        return answer
