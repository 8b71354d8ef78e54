"""The memory store, held against the contract of all stores."""

from contextlib import AbstractAsyncContextManager, nullcontext

from mockserver.adapters.memory.store import MemoryStore
from mockserver.ports import Store
from tests.stores.contract import StoreContract
from tests.stores.coverage_contract import CoverageContract
from tests.stores.journal_contract import JournalContract


class TestRecords(StoreContract):
    def opened(self) -> AbstractAsyncContextManager[Store]:
        return nullcontext(MemoryStore())


class TestJournal(JournalContract):
    def opened(self) -> AbstractAsyncContextManager[Store]:
        return nullcontext(MemoryStore(journal_limit=3, journal_bytes=100))


class TestCoverage(CoverageContract):
    def opened(self) -> AbstractAsyncContextManager[Store]:
        return nullcontext(MemoryStore(journal_limit=3, journal_bytes=100))
