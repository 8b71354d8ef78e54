"""The identifiers that a target has given out, and whether another one can be somebody's."""

import re
from bisect import bisect_left

_RANDOM_LENGTH = 16
_RANDOM_DISTANCE = 12
"""The characters in which two neighbouring identifiers have to differ, so that they are taken for random ones."""

_COUNTED_CHARACTERS = 12
"""The last characters of a long identifier, which may count; the characters before them do not change by counting."""

FAR_BEYOND = 1 << 40
"""The distance to a number that no target has counted to; a target that cuts it to 32 bits reads the same number."""

_PADDING = "00"
_LONGEST = 128
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")


class GivenOut:
    """The identifiers of one kind of resource that the target has shown so far."""

    def __init__(self) -> None:
        self._sorted: list[str] = []
        self._lengths: set[int] = set()
        self._are_decimal = True
        self._are_distant = True

    def __contains__(self, identifier: str) -> bool:
        index = bisect_left(self._sorted, identifier)
        return self._sorted[index : index + 1] == [identifier]

    def add(self, identifier: str) -> None:
        """Add an identifier."""
        index = bisect_left(self._sorted, identifier)
        neighbours = self._sorted[max(index - 1, 0) : index + 1]
        if identifier in neighbours:
            return
        self._are_distant &= all(_distance(identifier, other) >= _RANDOM_DISTANCE for other in neighbours)
        self._are_decimal &= _is_decimal(identifier)
        self._lengths.add(len(identifier))
        self._sorted.insert(index, identifier)

    @property
    def are_random(self) -> bool:
        """Whether there are several, all long, and no two of them near each other."""
        is_long = min(self._lengths, default=0) >= _RANDOM_LENGTH
        return len(self._sorted) > 1 and is_long and self._are_distant and not self._are_decimal

    @property
    def fixed_length(self) -> int | None:
        """The length of all identifiers, where they are long and of one length; None otherwise."""
        is_long = len(self._lengths) == 1 and min(self._lengths) >= _RANDOM_LENGTH
        return min(self._lengths) if is_long else None

    @property
    def are_decimal(self) -> bool:
        """Whether there are identifiers, all of digits alone."""
        return bool(self._sorted) and self._are_decimal

    def cannot_include(self, identifier: str) -> bool:
        """Return whether an identifier can be nobody's, also for a target that reads it leniently.

        Args:
            identifier: An identifier as the target decodes it, which need not have been given out.
        """
        if identifier in self or len(identifier) > _LONGEST or not _UNRESERVED.fullmatch(identifier):
            return False
        if self.are_random or self.fixed_length is not None:
            return self.are_random or self._is_of_other_form(identifier)
        if self.are_decimal and _is_decimal(identifier):
            return len(identifier) < len(str(1 << 60)) and int(identifier) - self._highest() >= FAR_BEYOND // 2
        significant = "0123456789" if self.are_decimal else identifier
        return bool(self._sorted) and not any(one.isalnum() and one in significant for one in identifier)

    def _is_of_other_form(self, identifier: str) -> bool:
        """Return whether an identifier has another length, or another beginning than all that were given out."""
        length = self.fixed_length or 0
        if self._sorted[-1].startswith(_PADDING):
            identifier = identifier.zfill(length)  # a lenient target may read a number in it
        elif len(identifier) != length:
            return not any(one.startswith(identifier) for one in self._sorted)
        beginning = identifier[: max(length, len(identifier)) - _COUNTED_CHARACTERS]
        index = bisect_left(self._sorted, beginning)
        return not any(one.startswith(beginning) for one in self._sorted[index : index + 1])

    def _highest(self) -> int:
        return max(int(identifier) for identifier in self._sorted)


def high_index(identifier: str, index: int) -> int:
    """Return an index before the characters of a long identifier that may count."""
    return index % max(1, len(identifier) - _COUNTED_CHARACTERS)


def _distance(first: str, second: str) -> int:
    """Return the number of places in which two identifiers differ."""
    different = sum(one != other for one, other in zip(first, second, strict=False))
    return different + abs(len(first) - len(second))


def _is_decimal(identifier: str) -> bool:
    return identifier.isascii() and identifier.isdecimal()
