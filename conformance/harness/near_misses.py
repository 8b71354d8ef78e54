"""Near misses: API keys and identifiers that differ a little from real ones."""

from typing import NamedTuple


class KeyNearMisses(NamedTuple):
    """The near misses of an API key, by the way they differ from it."""

    swapped_case: str
    shorter: str
    longer: str
    changed: str
    without_first: str


class IdentifierNearMisses(NamedTuple):
    """The near misses of an identifier, by the way they differ from it."""

    changed: str
    longer: str
    shorter: str
    without_first: str
    percent_encoded: str


def near_misses_of_key(token: str, index: int) -> KeyNearMisses:
    """Return the near misses of an API key, one of which has another character at an index."""
    return KeyNearMisses(
        swapped_case=token.swapcase(),
        shorter=token[:-1],
        longer=f"{token}x",
        changed=change_character(token, index, "a", "b"),
        without_first=token[1:],
    )


def near_misses_of_identifier(identifier: str, index: int) -> IdentifierNearMisses:
    """Return the near misses of an identifier, one of which has another character at an index."""
    return IdentifierNearMisses(
        changed=change_character(identifier, index, "1", "2"),
        longer=f"{identifier}0",
        shorter=identifier[:-1] or "x",
        without_first=identifier[1:] or "x",
        percent_encoded="".join(f"%{ord(character):02X}" for character in identifier),
    )


def change_character(text: str, index: int, replacement: str, otherwise: str) -> str:
    """Return a text with another character at an index: the replacement, or `otherwise` where it stands there."""
    return text[:index] + (replacement if text[index : index + 1] != replacement else otherwise) + text[index + 1 :]
