"""Expressions: the texts of recorded requests, with variables in the places of values that responses gave out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from conformance.report.redaction import VARIABLE, Redactor
from openapi import contract

_LONG = 8
"""The fewest characters of a value that is replaced within a text as well; a shorter one is replaced as a whole."""

_ALIKE = 0.6
"""The share of a value that a near miss of it has in common."""

_LONGEST = 200
"""The most characters of a text that may be a near miss."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a response gave out.

    Attributes:
        name: The name of the variable.
        form: `plain`; `uri` for its percent-encoding; `escaped` with every character percent-encoded; `swapped` with
            the other case.
    """

    name: str
    form: str = "plain"


@dataclass(frozen=True, slots=True)
class Slice:
    """The characters of a variable from a position to before another; None for its end."""

    name: str
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A variable with another character at a position: the first of two, or the second where the first stands there."""

    name: str
    index: int
    replacement: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable of the environment, which the person that runs the script sets."""

    name: str


Part = str | Variable | Slice | Changed | Setting
Expression = tuple[Part, ...]


class Writer:
    """The writer of expressions.

    Args:
        redactor: The replacement of secrets by `$` and their names.

    Attributes:
        values: The values that responses have given out so far, with the names of their variables.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self.values: dict[str, str] = {}

    def url(self, text: str) -> Expression:
        """Return the expression of a path with its query."""
        return self._joined(re.split(r"([/?&=])", text))

    def header(self, name: str, value: str) -> Expression:
        """Return the expression of the value of a header."""
        redacted = self._redactor.short_header(name, value)
        return self._joined(re.split(r"( )", value)) if redacted == value else _settings_in(redacted)

    def document(self, text: str) -> Expression:
        """Return the expression of a body: identifiers in JSON are whole texts."""
        return self._joined(re.split(r'((?<=")(?:[^"\\]|\\.)*(?="))', text))

    def raw(self, content: bytes) -> bytes:
        """Return a body that is no text, without secrets."""
        return self._redactor.text(content.decode("latin-1")).encode("latin-1")

    def _joined(self, words: Iterable[str]) -> Expression:
        expression = merged(part for word in words if word for part in self._word(word))
        redacted = (self._without_secrets(part) if isinstance(part, str) else (part,) for part in expression)
        return merged(part for parts in redacted for part in parts)

    def _word(self, word: str) -> Sequence[Part]:
        if word in _words_of_paths() and word not in self.values:
            return [word]
        parts: Sequence[Part] = [word]
        for value in sorted(self.values, key=len, reverse=True):
            for text, form in _forms(value):
                parts = [found for part in parts for found in _replaced(part, text, Variable(self.values[value], form))]
        if parts == [word]:
            return near_miss(word, self.values) or parts
        return parts

    def _without_secrets(self, text: str) -> Expression:
        return _settings_in(self._redactor.text(text))


@cache
def _words_of_paths() -> frozenset[str]:
    """Return the segments of documented paths: however much an identifier resembles one, they are none."""
    return frozenset(word for path in contract()["paths"] for word in path.split("/") if not word.startswith("{"))


def _settings_in(redacted: str) -> Expression:
    """Return the expression of a text in which secrets are `$` and their names."""
    names = [Setting(match.group().strip("${}")) for match in VARIABLE.finditer(redacted)]
    first, *others = VARIABLE.split(redacted)
    return merged((first, *(part for pair in zip(names, others, strict=True) for part in pair)))


def merged(parts: Iterable[Part]) -> Expression:
    """Return an expression whose neighbouring texts are one, without empty texts."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def near_miss(text: str, values: Mapping[str, str]) -> Expression:
    """Return a text as the near miss of a value that it resembles; empty where it resembles none."""
    if len(text) > _LONGEST:
        return ()
    best = max(values, key=lambda value: sum(_common(value, text)), default="")
    start, end = _common(best, text)
    if start + end < max(_LONG, _ALIKE * len(best)):
        return ()
    name, middle = values[best], text[start : len(text) - end]
    if len(text) == len(best) == start + end + 1:
        usual, otherwise = ("1", "2") if middle.isdigit() else ("a", "b")
        return (Changed(name, start, middle, otherwise if middle == usual else usual),)
    head = (Slice(name, 0, start),) if start else ()
    tail = (Slice(name, len(best) - end, None),) if end else ()
    return merged((*head, middle, *tail))


def _forms(value: str) -> Iterator[tuple[str, str]]:
    """Yield the value in each form in which a request may show it."""
    yield value, "plain"
    encoded = quote(value, safe="")
    if encoded != value:
        yield encoded, "uri"
    if len(value) >= _LONG:
        yield "".join(f"%{ord(character):02X}" for character in value), "escaped"
        if value.swapcase() != value:
            yield value.swapcase(), "swapped"


def _replaced(part: Part, text: str, variable: Variable) -> Iterator[Part]:
    if not isinstance(part, str) or text not in part or (len(text) < _LONG and part != text):
        yield part
        return
    first, *others = part.split(text)
    yield first
    for other in others:
        yield variable
        yield other


def _common(value: str, text: str) -> tuple[int, int]:
    """Return the lengths of the common beginning and of the common end."""
    shorter = min(len(value), len(text))
    start = next((index for index in range(shorter) if value[index] != text[index]), shorter)
    rest = shorter - start
    end = next((index for index in range(rest) if value[-1 - index] != text[-1 - index]), rest)
    return start, end
