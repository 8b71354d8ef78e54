"""Rules about clients, and their findings."""

from dataclasses import dataclass
from enum import StrEnum

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.exchange import Exchange


class Basis(StrEnum):
    """The source of a rule: a documented sentence, or our reading of an open point in the documentation."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Rule:
    """A client's mistake: a summary, and the advice what to do instead, in a sentence each."""

    id: str
    summary: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake that a client made.

    Attributes:
        operation: The operationId of the last exchange.
        exchanges: The numbers of the exchanges; the last one broke the rule.
        basis: The source of the rule.
        sentence: The quoted sentence of the documentation; None for our advice alone.
        page: The page of that sentence; None for our advice alone.
    """

    rule: Rule
    operation: str | None
    exchanges: tuple[int, ...]
    basis: Basis
    sentence: str | None
    page: str | None


def documented(rule: Rule, sentence: str | None, *exchanges: Exchange) -> Finding:
    """Return a finding based on a sentence from the page of the last exchange's operation."""
    return _finding(rule, Basis.DOCUMENTED, sentence, exchanges)


def inferred(rule: Rule, sentence: str | None, *exchanges: Exchange) -> Finding:
    """Return a finding based on an inference from a sentence, or on none."""
    return _finding(rule, Basis.INFERRED, sentence, exchanges)


def _finding(rule: Rule, basis: Basis, sentence: str | None, exchanges: tuple[Exchange, ...]) -> Finding:
    operation = exchanges[-1].operation
    page = None if operation is None or sentence is None else OPERATIONS[operation].page
    return Finding(rule, operation, tuple(exchange.number for exchange in exchanges), basis, sentence, page)
