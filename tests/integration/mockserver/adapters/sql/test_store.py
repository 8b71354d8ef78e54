"""The database stores, held against the contract of all stores."""

from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path

import pytest

from mockserver.adapters.sql.journal import Bounds
from mockserver.ports import Store
from tests.stores.contract import StoreContract
from tests.stores.coverage_contract import CoverageContract
from tests.stores.databases import in_file, in_postgres
from tests.stores.journal_contract import JournalContract
from tests.stores.shared_contract import SharedContract

BOUNDS = Bounds(interval=0)
SMALL = Bounds(limit=3, size=100, interval=0)


class InFile:
    bounds: Bounds

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path: Path) -> None:
        self.paths = (tmp_path / f"state{number}.db" for number in count())

    def opened(self) -> AbstractAsyncContextManager[Store]:
        return in_file(next(self.paths), self.bounds)


class InPostgres:
    bounds: Bounds

    @pytest.fixture(autouse=True)
    def _url(self, postgres_url: str) -> None:
        self.url = postgres_url

    def opened(self) -> AbstractAsyncContextManager[Store]:
        return in_postgres(self.url, self.bounds)


class TestRecordsInFile(InFile, StoreContract):
    bounds = BOUNDS


class TestSharedInFile(InFile, SharedContract):
    bounds = BOUNDS


class TestJournalInFile(InFile, JournalContract):
    bounds = SMALL


class TestCoverageInFile(InFile, CoverageContract):
    bounds = SMALL


class TestRecordsInPostgres(InPostgres, StoreContract):
    bounds = BOUNDS


class TestSharedInPostgres(InPostgres, SharedContract):
    bounds = BOUNDS


class TestJournalInPostgres(InPostgres, JournalContract):
    bounds = SMALL


class TestCoverageInPostgres(InPostgres, CoverageContract):
    bounds = SMALL
