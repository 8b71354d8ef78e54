"""A snapshot: the content of a sandbox at an instant, kept under a name."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot, without its document.

    Attributes:
        name: The name, unique in the sandbox.
        taken_at: The real time at which it was taken.
        now: The time of the sandbox's clock then.
        size: The size of the document in bytes.
        records: The number of records of each kind.
    """

    name: str
    taken_at: int
    now: int
    size: int
    records: Mapping[str, int]
