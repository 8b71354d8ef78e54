"""Near misses: API keys and identifiers that differ a little from real ones."""

from typing import NamedTuple

from conformance.client.contract import RawSegment, path_segment
from conformance.states import FAR_BEYOND, GivenOut, high_index

_DIGITS = "0123456789"
_FULL_WIDTH = {ord(digit): 0xFF10 + int(digit) for digit in _DIGITS}


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


def near_misses_of_nobody(identifier: str, index: int, given_out: GivenOut) -> list[str]:
    """Return the near misses of an identifier that the target can have given to nothing.

    Every near miss of a random identifier is one. A target that counts is asked with numbers that it has not reached,
    and with characters that stand in no identifier.

    Args:
        identifier: The identifier.
        index: The index of the character that is changed.
        given_out: The identifiers of this kind of resource that the target has given out.
    """
    impossible = impossible_near_misses(identifier)
    if given_out.are_random:
        return [*near_misses_of_identifier(identifier, index), *impossible]
    if given_out.fixed_length is not None:
        near = near_misses_of_identifier(identifier, high_index(identifier, index))
        return [near.changed, near.longer, near.shorter, near.percent_encoded, *impossible]
    far = [str(int(identifier) + FAR_BEYOND)] if given_out.are_decimal else []
    encoded = near_misses_of_identifier(identifier, 0).percent_encoded
    return [*far, f"{identifier}~", f"~{identifier}", encoded, *impossible]


def impossible_near_misses(identifier: str) -> list[str]:
    """Return identifiers that begin with this one or look like it, and that no target gives out beside it.

    Not even one whose identifiers count: they have letters behind digits, a NUL, or digits of another alphabet.
    """
    near = [f"{identifier}zz", RawSegment(f"{path_segment(identifier)}%00")]
    if any(character in _DIGITS for character in identifier):
        near.append(identifier.translate(_FULL_WIDTH))
    return near


def is_plain(identifier: str) -> bool:
    """Whether an identifier is one that no proxy refuses for its form."""
    return identifier.isascii() and not isinstance(identifier, RawSegment)


def near_misses_of_account_group(group: str, index: int) -> list[str]:
    """Return the near misses of an account group, and one that has nothing in common with it.

    One that counts has only those that no target gives out.
    """
    near = [f"{group}zz", f"zz{group}", "unknown"]
    return near if group.isdecimal() else [*near, change_character(group, index, "1", "2")]


def change_character(text: str, index: int, replacement: str, otherwise: str) -> str:
    """Return a text with another character at an index: the replacement, or `otherwise` where it stands there."""
    return text[:index] + (replacement if text[index : index + 1] != replacement else otherwise) + text[index + 1 :]
