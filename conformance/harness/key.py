"""An API key as checks use it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """An API key and its account group."""

    token: str
    group: str
