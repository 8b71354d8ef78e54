"""A long journal: while it is made fit to be shown, or searched for findings, other requests are served."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.api.long_json import LONG, LongJson, pieces
from mockserver.api.long_responses import LongResponses
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

    def __init__(self, redaction: Redaction, size: int = 100) -> None:
        journal = JournalBuilder()
        journal.add("deleteAudience", 409, rule="guard", query=b"x" * size)
        self._reading = Reading(journal.exchanges, 1, size, 0, {}, redaction)

    async def read(self, _sandbox_id: str, _query: Query, _limit: int | None = None, *, newest: bool = True) -> Reading:
        assert newest in {True, False}
        return self._reading


@pytest.fixture(autouse=True)
def _request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connexion.request", SimpleNamespace(base_url="http://localhost/_mock"))


async def show_while_serving(shown: Awaitable[object], is_served: threading.Event) -> None:
    """Show a journal, and serve another request after some turns of the event loop."""
    showing = asyncio.ensure_future(shown)
    for _ in range(20):
        await asyncio.sleep(0)
    is_served.set()
    await showing


SHOWN = pytest.mark.parametrize(
    "show",
    [
        pytest.param(lambda handlers: handlers.page("s", 10, "newest"), id="a page"),
        pytest.param(lambda handlers: handlers.export("s"), id="an archive"),
    ],
)


async def once(shown: Awaitable[object]) -> object:
    return await shown


@SHOWN
def test_other_requests_are_served_while_a_journal_is_redacted(show: Show) -> None:
    is_served = threading.Event()
    handlers = JournalHandlers(OneJournal(SlowRedaction(is_served)), LongResponses())  # type: ignore[arg-type]  (a fake)

    asyncio.run(show_while_serving(show(handlers), is_served))  # type: ignore[arg-type]  (a coroutine)


class CountingRedaction(Redaction):
    """A redaction whose uses are counted."""

    uses = 0

    def __call__(self, text: str) -> str:
        self.uses += 1
        return text


@SHOWN
def test_a_long_journal_is_shown_while_its_client_takes_it(show: Show) -> None:
    redaction = CountingRedaction()
    journal = OneJournal(redaction, LONG)

    response = asyncio.run(once(show(JournalHandlers(journal, LongResponses()))))  # type: ignore[arg-type]  (a fake)

    assert isinstance(response, LongJson)
    assert redaction.uses == 0
    assert len(b"".join(pieces(response.document))) > LONG
    assert redaction.uses > 0


@SHOWN
def test_a_long_journal_looks_like_a_short_one(show: Show) -> None:
    long, short = (OneJournal(Redaction(), size) for size in (LONG, 100))

    in_pieces = asyncio.run(once(show(JournalHandlers(long, LongResponses()))))  # type: ignore[arg-type]  (a fake)
    at_once, _ = asyncio.run(once(show(JournalHandlers(short, LongResponses()))))  # type: ignore[arg-type, misc]  (a fake)

    shown = b"".join(pieces(in_pieces.document)).replace(b"x" * LONG, b"x" * 100)  # type: ignore[attr-defined]
    assert json.loads(shown) == json.loads(json.dumps(at_once).replace('"heldBytes": 100', f'"heldBytes": {LONG}'))


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
        handlers = JournalHandlers(Journals(store, sandboxes, "s", 10), LongResponses())
        await show_while_serving(judge(handlers), is_served)

    asyncio.run(judge_and_serve())
