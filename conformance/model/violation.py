"""What the model says of one response: the states that it leaves possible, and the sentences that it breaks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.model.state import State


class Severity(IntEnum):
    """How binding a requirement is; a greater one binds more. `name` is a level (docs/glossary.md)."""

    SHOULD = 1
    MUST = 2


class Fact(StrEnum):
    """The last part of a requirement's identifier: what of an operation is demanded. The rest is the operation's name.

    Every operation: KEY (401), PERMISSION (403), PERMISSION-SUFFICES, SCOPE (an account group's things are its own),
    VALID (what is invalid is refused), FOUND (what was never there is 404), DONE (what nothing speaks against
    succeeds). Audiences: GUARD (409 while populated) with its code, GUARD-ENDS (no 409 else), GONE (deleted stays
    deleted), EFFECT (what was asked for is what is shown), ONLY (and nothing else has changed), CURRENT (what is read
    is what was read before), NEW (created is not there already), COMPATIBLE (folder and audience). Lists: COMPLETE,
    UNIQUE. Jobs: REPLAY, NEW, CANCELABLE, CURRENT.
    """

    KEY = "KEY"
    PERMISSION = "PERMISSION"
    PERMISSION_SUFFICES = "PERMISSION-SUFFICES"
    SCOPE = "SCOPE"
    VALID = "VALID"
    FOUND = "FOUND"
    DONE = "DONE"
    GUARD = "GUARD"
    GUARD_CODE = "GUARD-CODE"
    GUARD_ENDS = "GUARD-ENDS"
    GONE = "GONE"
    EFFECT = "EFFECT"
    ONLY = "ONLY"
    CURRENT = "CURRENT"
    NEW = "NEW"
    COMPATIBLE = "COMPATIBLE"
    COMPLETE = "COMPLETE"
    UNIQUE = "UNIQUE"
    REPLAY = "REPLAY"
    CANCELABLE = "CANCELABLE"


@dataclass(frozen=True, slots=True, order=True)
class RuleViolation:
    """One broken sentence: `requirement` such as `AUD-DELETE-GUARD`, its level, what it demands, what came."""

    level: Severity
    requirement: str
    expected: str
    seen: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be true after a response, were it allowed, and what speaks against it."""

    states: frozenset[State]
    violations: tuple[RuleViolation, ...] = field(default=())

    def breaks(self, level: Severity) -> bool:
        """Whether a sentence of this level, or of a more binding one, is broken."""
        return any(violation.level >= level for violation in self.violations)


def requirement(operation: OperationSpec, fact: Fact) -> str:
    """Resource, operation, fact. That what is gone stays gone is the effect of the deletion, whoever asks for it."""
    if fact is Fact.GONE:
        operation, fact = operations.DELETE_AUDIENCE, Fact.EFFECT
    return f"{operation.prefix}-{fact}"


def at_most(level: Severity, violations: Iterable[RuleViolation]) -> tuple[RuleViolation, ...]:
    """The same violations, none above a level; the most binding first."""
    lowered = (replace(each, level=min(level, each.level)) for each in violations)
    return tuple(sorted(lowered, key=lambda each: (-each.level, each)))
