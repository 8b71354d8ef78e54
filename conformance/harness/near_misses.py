"""Near misses: API keys and identifiers that differ a little from real ones."""

from typing import NamedTuple

from conformance.states import FAR_BEYOND, GivenOut, high_index


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
    with_leading_zero: str
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
        with_leading_zero=f"0{identifier}",
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
    if given_out.are_random:
        return [*near_misses_of_identifier(identifier, index)]
    if given_out.fixed_length is not None:
        near = near_misses_of_identifier(identifier, high_index(identifier, index))
        lenient = {near.without_first, near.with_leading_zero}
        return [near_miss for near_miss in near if near_miss not in lenient]
    far = [str(int(identifier) + FAR_BEYOND)] if given_out.are_decimal else []
    return [*far, f"{identifier}~", f"~{identifier}", near_misses_of_identifier(identifier, 0).percent_encoded]


def change_character(text: str, index: int, replacement: str, otherwise: str) -> str:
    """Return a text with another character at an index: the replacement, or `otherwise` where it stands there."""
    return text[:index] + (replacement if text[index : index + 1] != replacement else otherwise) + text[index + 1 :]
