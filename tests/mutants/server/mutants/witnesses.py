"""Mutants of the whole server with faults that show only after some seconds, or after many attempts."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from mockserver.domain.audience import Audience
from mockserver.domain.refusal import Refusal
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.guard import Guard
from tests.mutants.server.mutated import GUARDED, Mutant, at_each

TIME_TO_LIVE = 8.0
"""Seconds after which a lock or a cache has forgotten."""

LATER = 1.5
"""Seconds after which a refused request is carried out."""


def now() -> float:
    """Return the time of the event loop in seconds."""
    return asyncio.get_running_loop().time()


@at_each(GUARDED, "GUARD")
class GuardExpires(Guard):
    """The guard is a lock that expires eight seconds after its first use, while the job still runs."""

    shows_late = True

    def __init__(self) -> None:
        self.locked: dict[str, float] = {}

    def opens(self, asked: Asked) -> bool:
        return self.hit and now() - self.locked.setdefault(asked.target, now()) > TIME_TO_LIVE


class GuardGivesIn(Guard):
    """The guard lets the 41st deletion of an audience pass."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-GUARD"})
    shows_rarely = True

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()

    def opens(self, asked: Asked) -> bool:
        self.attempts[asked.target] += self.hit
        return self.hit and self.attempts[asked.target] > 40


@at_each(["AUD-DELETE", "AUD-UPDATE", "AUD-CREATE", "AUD-MOVE"], "REFUSED")
class RefusedIsDoneLater(Mutant):
    """A request that is refused with 401 or 403 is carried out one and a half seconds later."""

    shows_late = True

    def __init__(self) -> None:
        self.pending: list[tuple[float, Asked]] = []

    async def respond(self, asked: Asked) -> Answered:
        due = [later for at, later in self.pending if at <= now()]
        self.pending = [entry for entry in self.pending if entry[0] > now()]
        for later in due:
            async with self.master(later.group) as token:
                await self.serve(later.by(token))
        answered = await self.serve(asked)
        if asked.operation == self.operation and answered.status in {401, 403}:
            self.pending.append((now() + LATER, asked))
        return answered


@at_each(["AUD-CREATE", "AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE"], "EFFECT")
class WritesAreForgotten(Mutant):
    """A write is kept in a cache alone, and undone after eight seconds."""

    shows_late = True

    def __init__(self) -> None:
        self.kept: list[tuple[float, Audience | None, Audience]] = []

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        for at, before, after in self.kept:
            if at <= now() and self.world.audiences.get(after.id) == after:
                await (work.transaction.save_audience(before) if before else work.transaction.remove_audience(after))
        self.kept = [entry for entry in self.kept if entry[0] > now()]
        before = self.world.audiences.get(self.asked.target)
        outcome = await use_case(work, *args)
        if self.hit and not isinstance(outcome, Refusal):
            after = self.world.audiences.get(outcome.id) or outcome
            self.kept.append((now() + TIME_TO_LIVE, before, after))
        return outcome
