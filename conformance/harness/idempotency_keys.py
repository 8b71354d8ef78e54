"""The forms of idempotency keys: no page prints one, so a target may take only some."""

from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _hexadecimal(random: Random) -> str:
    return f"{random.getrandbits(96):024x}"


def _short(random: Random) -> str:
    return f"{random.getrandbits(60):016x}"


def _decimal(random: Random) -> str:
    return f"{random.getrandbits(50):016d}"


KEY_FORMS: Sequence[Callable[[Random], str]] = (_uuid, _hexadecimal, _short, _decimal)
"""Functions that return a key in one of these forms, the most usual first."""
