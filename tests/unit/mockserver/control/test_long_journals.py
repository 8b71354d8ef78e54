"""A long journal: while it is made fit to be shown, other requests are served."""

import asyncio
import threading

from mockserver.control.journal import JournalHandlers
from mockserver.recording.redaction import Redaction
from mockserver.service.journals import Query, Reading
from tests.harness.journal_builder import JournalBuilder


class SlowRedaction(Redaction):
    """A redaction that takes until another request has been served."""

    def __init__(self) -> None:
        super().__init__()
        self.is_served = threading.Event()

    def __call__(self, text: str) -> str:
        assert self.is_served.wait(10), "no other request was served"
        return text


class OneJournal:
    """The journals of a store, of which one has one exchange."""

    limit = 1_000

    def __init__(self, redaction: Redaction) -> None:
        journal = JournalBuilder()
        journal.add("deleteAudience", 409, rule="guard")
        self._reading = Reading(journal.exchanges, 1, 100, 0, {}, redaction)

    async def read(self, _sandbox_id: str, _query: Query, _limit: int | None = None, *, newest: bool = True) -> Reading:
        assert newest in {True, False}
        return self._reading


def test_other_requests_are_served_while_a_journal_is_redacted() -> None:
    redaction = SlowRedaction()
    handlers = JournalHandlers(OneJournal(redaction))  # type: ignore[arg-type]  (a fake)

    async def show_and_serve() -> None:
        shown = asyncio.ensure_future(handlers.page("s", 10, "newest"))
        for _ in range(3):
            await asyncio.sleep(0)
        redaction.is_served.set()
        await shown

    asyncio.run(show_and_serve())
