"""What a rule is, and what it finds."""

from dataclasses import dataclass
from enum import StrEnum

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.exchange import Exchange


class Basis(StrEnum):
    """Where a rule comes from: a documented sentence, or our reading of what the documentation leaves open."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a client should not do: what it is, and what it should do instead, in a sentence each."""

    id: str
    summary: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One time that a rule was broken. `exchanges`: their numbers, the one that broke it last.

    `sentence`: as the documentation prints it, on `page`; both None for what is our advice alone.
    """

    rule: Rule
    operation: str | None
    exchanges: tuple[int, ...]
    basis: Basis
    sentence: str | None
    page: str | None


def documented(rule: Rule, sentence: str | None, *exchanges: Exchange) -> Finding:
    """A finding on a sentence of the page of the last exchange's operation."""
    return _finding(rule, Basis.DOCUMENTED, sentence, exchanges)


def inferred(rule: Rule, sentence: str | None, *exchanges: Exchange) -> Finding:
    """A finding on what follows from a sentence, or from none."""
    return _finding(rule, Basis.INFERRED, sentence, exchanges)


def _finding(rule: Rule, basis: Basis, sentence: str | None, exchanges: tuple[Exchange, ...]) -> Finding:
    operation = exchanges[-1].operation
    page = None if operation is None or sentence is None else OPERATIONS[operation].page
    return Finding(rule, operation, tuple(one.number for one in exchanges), basis, sentence, page)
