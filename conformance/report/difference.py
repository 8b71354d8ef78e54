"""Marks in what was expected and in what came back the words that differ."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_ALIKE = 0.25  # the share of the shorter text; below it single marks would only confuse


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether the other text has it not."""

    text: str
    differs: bool


Pieces = tuple[Piece, ...]


def difference(expected: str, came_back: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces; joined, the pieces are the texts."""
    here, there = _WORD.findall(expected), _WORD.findall(came_back)
    matcher = SequenceMatcher(None, here, there)
    blocks = matcher.get_matching_blocks()
    same_here = {place for block in blocks for place in range(block.a, block.a + block.size)}
    same_there = {place for block in blocks for place in range(block.b, block.b + block.size)}
    shared = _count([here[place] for place in same_here])
    if shared < _ALIKE * min(_count(here), _count(there)):
        return _pieces(here, set()), _pieces(there, set())
    return _pieces(here, same_here), _pieces(there, same_there)


def _count(words: list[str]) -> int:
    return sum(word.isalnum() for word in words)


def _pieces(words: list[str], same: set[int]) -> Pieces:
    differs = [place not in same for place in range(len(words))]
    for place in range(1, len(words) - 1):
        if words[place].isspace():  # a blank goes with the words around it
            differs[place] = differs[place - 1] and differs[place + 1]
    marked = zip(words, differs, strict=True)
    return tuple(
        Piece("".join(word for word, _ in group), differs=key) for key, group in groupby(marked, key=lambda one: one[1])
    )
