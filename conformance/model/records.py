"""The immutable, hashable mapping in which a state keeps its records."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

K = TypeVar("K")
R = TypeVar("R")


class Records(Mapping[K, R]):
    """An immutable mapping of records by key; `put` and `drop` return a new mapping."""

    __slots__ = ("_hash", "_rows")

    def __init__(self, rows: Mapping[K, R] | None = None) -> None:
        self._rows = dict(rows or {})
        self._hash: int | None = None

    def put(self, key: K, record: R) -> "Records[K, R]":
        """Return a mapping with a record added or replaced."""
        return Records({**self._rows, key: record})

    def drop(self, key: K) -> "Records[K, R]":
        """Return a mapping without a key, which may be missing."""
        return Records({other: record for other, record in self._rows.items() if other != key})

    def __getitem__(self, key: K) -> R:
        return self._rows[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._rows.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Records) and self._rows == other._rows

    def __repr__(self) -> str:
        return f"Records({self._rows!r})"
