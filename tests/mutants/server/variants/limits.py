"""Legal variants of the whole server: limits of requests that each key has, and that no state sets up."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.variant import Variant


class KeyLimit(Variant):
    """Variants in which a key may send 60 requests in some seconds."""

    REQUESTS: ClassVar[int] = 60
    SECONDS: ClassVar[int]

    def __init__(self) -> None:
        self.sent: defaultdict[str, list[float]] = defaultdict(list)

    async def respond(self, asked: Asked) -> Answered:
        if asked.token not in self.world.keys:
            return await self.serve(asked)
        now = asyncio.get_running_loop().time()
        recent = [moment for moment in self.sent[asked.token] if moment > now - self.SECONDS]
        self.sent[asked.token] = recent
        if len(recent) == self.REQUESTS:
            return self.beyond(recent[0] + self.SECONDS - now)
        recent.append(now)
        return await self.serve(asked)

    def beyond(self, _seconds: float) -> Answered:
        """Return the refusal of a request beyond the limit, some seconds before its end."""
        return self.refuse(429, "RATE_LIMITED")


class LimitsEachKey(KeyLimit):
    """A key may send 60 requests in six seconds, and a refusal does not say when it may send more."""

    is_slow = True
    SECONDS = 6


class LimitsEachKeyUntilADate(KeyLimit):
    """A key may send 60 requests in two seconds, and a refusal says by a date when it may send more."""

    SECONDS = 2

    def beyond(self, seconds: float) -> Answered:
        answered = super().beyond(seconds)
        until = datetime.now(UTC) + timedelta(seconds=seconds + 1)  # noqa: TID251  (of a header; in whole seconds)
        date = format_datetime(until, usegmt=True).encode()
        return replace(answered, headers=(*answered.headers, (b"retry-after", date)))
