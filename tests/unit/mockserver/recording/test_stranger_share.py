"""The share of a journal that requests without a valid key may have."""

from collections.abc import Iterable

from mockserver.adapters.memory.journal import MemoryJournal
from mockserver.recording.exchange import Exchange

LIMIT, BYTES = 100, 10_000


def kept(*parts: Iterable[Exchange]) -> tuple[int, int]:
    """Return how many own and how many strangers' exchanges a journal keeps."""
    journal = MemoryJournal(LIMIT, BYTES)
    for part in parts:
        for exchange in part:
            journal.append(exchange, BYTES)
    exchanges = journal.read(0).exchanges
    own = sum(exchange.token is not None for exchange in exchanges)
    return own, len(exchanges) - own


def own(count: int, size: int = 10) -> list[Exchange]:
    return [Exchange(token="sk_test", size=size) for _ in range(count)]


def strange(count: int, size: int = 10) -> list[Exchange]:
    return [Exchange(size=size) for _ in range(count)]


def test_strangers_have_a_quarter_of_a_full_journal() -> None:
    assert kept(own(LIMIT), strange(1_000)) == (LIMIT - LIMIT // 4, LIMIT // 4)


def test_strangers_have_a_quarter_of_its_bytes() -> None:
    assert kept(own(50, 200), strange(1_000, 500)) == (37, 5)
    assert kept(own(50, 200), strange(1_000, 5_000)) == (50, 0)


def test_strangers_have_what_nobody_else_needs() -> None:
    assert kept(strange(1_000)) == (0, LIMIT)
    assert kept(own(10), strange(1_000)) == (10, LIMIT - 10)
    assert kept(strange(1_000), own(LIMIT)) == (LIMIT, 0)


def test_strangers_have_no_more_after_all_own_exchanges_were_new() -> None:
    assert kept(own(10), strange(1_000), own(80), strange(1_000)) == (75, 25)


def test_a_cleared_journal_has_room_for_strangers() -> None:
    journal = MemoryJournal(LIMIT, BYTES)
    for exchange in [*own(LIMIT), *strange(50)]:
        journal.append(exchange, BYTES)
    journal.clear()
    for exchange in strange(60):
        journal.append(exchange, BYTES)

    assert len(journal.read(0).exchanges) == 60
