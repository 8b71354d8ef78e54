"""The coverage of clients: of a sandbox, of a run of tests, and of all that a store has seen.

Responses are counted when they are sent. Situations are found by an examination of journals, when coverage is read and
before a journal is emptied: no request pays for it.
"""

from collections.abc import Sequence
from functools import partial

from anyio import create_task_group, to_thread

from mockserver.ports import SandboxNotFoundError, Store, Tally
from mockserver.recording.coverage.counts import Counts
from mockserver.recording.coverage.examination import examine
from mockserver.recording.exchange import Exchange

_EXAMINED_AT_ONCE = 8


class JournalOffError(Exception):
    """The server keeps no journal, and no coverage."""


class Coverages:
    """The coverage of the clients of one store.

    Args:
        store: The store.
        is_on: Whether the server keeps journals; if not, reading raises JournalOffError.
    """

    def __init__(self, store: Store, *, is_on: bool = True) -> None:
        self._store = store
        self._is_on = is_on

    async def of_sandbox(self, sandbox_id: str) -> Counts:
        """Return the counts of a sandbox since it was created; SandboxNotFoundError if it is unknown."""
        self._ensure_on()
        await self.examine(sandbox_id)
        return (await self._store.tally(sandbox_id)).counts

    async def of_run(self, run: str | None) -> Counts:
        """Return the counts of a run, with its removed sandboxes; None stands for all that the store has seen."""
        self._ensure_on()
        await self._store.settle()
        pending = await self._store.unexamined(run)
        for start in range(0, len(pending), _EXAMINED_AT_ONCE):
            async with create_task_group() as tasks:
                for tally in pending[start : start + _EXAMINED_AT_ONCE]:
                    tasks.start_soon(self._examine_existing, tally)
        return await self._store.total_counts(run)

    async def forget(self, run: str | None) -> None:
        """Set the counts of a run to 0; None stands for all."""
        self._ensure_on()
        await self._store.settle()
        await self._store.forget_coverage(run)

    def _ensure_on(self) -> None:
        if not self._is_on:
            raise JournalOffError("the server keeps no journal")

    async def examine(self, sandbox_id: str) -> None:
        """Find the situations in a journal, before it is emptied or removed; SandboxNotFoundError if it is unknown."""
        if self._is_on:
            await self._store.settle()
            tally = await self._store.tally(sandbox_id)
            if tally.last > tally.examined:
                await self._examine(tally)

    async def _examine_existing(self, tally: Tally) -> None:
        try:
            await self._examine(tally)
        except SandboxNotFoundError:  # it was removed meanwhile, and examined before that
            return

    async def _examine(self, tally: Tally) -> None:
        """Examine the exchanges since the last examination; several may run, and one of them counts."""
        journal = await self._store.journal(tally.sandbox_id, settled=True)
        last = journal.exchanges[-1].number if journal.exchanges else journal.dropped
        found = await to_thread.run_sync(
            partial(examine, _by_end(journal.exchanges), dropped=journal.dropped, examined=tally.examined)
        )
        await self._store.note_examination(tally, found, last)


def _by_end(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return exchanges by their ends; several servers may have written them."""
    return sorted(exchanges, key=lambda exchange: exchange.ended)
