"""The words that differ between the expected and the actual text."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_SIMILAR = 0.25  # share of the shorter text; single marks in less similar texts would confuse


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether the other text lacks it."""

    text: str
    differs: bool


Pieces = tuple[Piece, ...]


def difference(expected: str, actual: str) -> tuple[Pieces, Pieces]:
    """Return the pieces of both texts, which joined are the texts."""
    expected_words, actual_words = _WORD.findall(expected), _WORD.findall(actual)
    blocks = SequenceMatcher(None, expected_words, actual_words).get_matching_blocks()
    same_in_expected = {index for block in blocks for index in range(block.a, block.a + block.size)}
    same_in_actual = {index for block in blocks for index in range(block.b, block.b + block.size)}
    shared = _count_words([expected_words[index] for index in same_in_expected])
    if shared < _SIMILAR * min(_count_words(expected_words), _count_words(actual_words)):
        return _pieces(expected_words, set()), _pieces(actual_words, set())
    return _pieces(expected_words, same_in_expected), _pieces(actual_words, same_in_actual)


def _count_words(words: list[str]) -> int:
    return sum(word.isalnum() for word in words)


def _pieces(words: list[str], same: set[int]) -> Pieces:
    differs = [index not in same for index in range(len(words))]
    for index in range(1, len(words) - 1):
        if words[index].isspace():  # a blank differs only between words that differ
            differs[index] = differs[index - 1] and differs[index + 1]
    marked = zip(words, differs, strict=True)
    return tuple(
        Piece("".join(word for word, _ in group), differs=key) for key, group in groupby(marked, key=itemgetter(1))
    )
