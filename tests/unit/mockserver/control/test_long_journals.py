"""A long journal: while it is made fit to be shown, or searched for findings, other requests are served."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.control.journal import JournalHandlers
from mockserver.domain.job import Progression
from mockserver.recording.exchange import Exchange
from mockserver.recording.redaction import Redaction
from mockserver.service.journals import Journals, Query, Reading
from mockserver.service.sandboxes import Sandboxes
from tests.harness.journal_builder import JournalBuilder

Show = Callable[[JournalHandlers], Awaitable[object]]


class SlowRedaction(Redaction):
    """A redaction that takes until another request has been served."""

    def __init__(self, is_served: threading.Event) -> None:
        super().__init__()
        self.is_served = is_served

    def __call__(self, text: str) -> str:
        assert self.is_served.wait(10), "no other request was served"
        return text


class SlowExchange(Exchange):
    """An exchange that can be judged once another request has been served."""

    is_served: threading.Event

    @property
    def is_ambiguous(self) -> bool:
        """Whether the outcome is unknown."""
        assert self.is_served.wait(10), "no other request was served"
        return super().is_ambiguous


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


async def show_while_serving(shown: Awaitable[object], is_served: threading.Event) -> None:
    """Show a journal, and serve another request after some turns of the event loop."""
    showing = asyncio.ensure_future(shown)
    for _ in range(20):
        await asyncio.sleep(0)
    is_served.set()
    await showing


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(lambda handlers: handlers.page("s", 10, "newest"), id="a page"),
        pytest.param(lambda handlers: handlers.export("s"), id="an archive"),
    ],
)
def test_other_requests_are_served_while_a_journal_is_redacted(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connexion.request", SimpleNamespace(base_url="http://localhost/_mock"))
    is_served = threading.Event()
    handlers = JournalHandlers(OneJournal(SlowRedaction(is_served)))  # type: ignore[arg-type]  (a fake)

    asyncio.run(show_while_serving(show(handlers), is_served))  # type: ignore[arg-type]  (a coroutine)


@pytest.mark.parametrize(
    "judge",
    [
        pytest.param(lambda handlers: handlers.verify("s"), id="verify"),
        pytest.param(lambda handlers: handlers.findings("s"), id="findings"),
    ],
)
def test_other_requests_are_served_while_findings_are_looked_for(judge: Show) -> None:
    store, is_served = MemoryStore(), threading.Event()
    sandboxes = Sandboxes(store, ManualClock(), SeededIds(0), Progression())
    exchange = SlowExchange(operation="deleteAudience", token="sk_test_one", status=200, whole=True)
    exchange.is_served = is_served

    async def judge_and_serve() -> None:
        await sandboxes.create(None, sandbox_id="s")
        store.append("s", exchange)
        await show_while_serving(judge(JournalHandlers(Journals(store, sandboxes, "s", 10))), is_served)

    asyncio.run(judge_and_serve())
