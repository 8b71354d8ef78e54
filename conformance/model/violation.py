"""The judgement of the model on one response: the possible states after it, and the sentences that it breaks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.model.state import State


class Severity(IntEnum):
    """The level of a requirement; a greater one is more binding."""

    SHOULD = 1
    MUST = 2


class Fact(StrEnum):
    """The last part of the id of a requirement, after the prefix of the operation.

    Attributes:
        KEY: An invalid key is refused with 401.
        PERMISSION: A missing permission is refused with 403.
        PERMISSION_SUFFICES: The documented permission is enough.
        SCOPE: A resource belongs to its account group alone.
        VALID: An invalid request is refused.
        FOUND: A resource that never existed is a 404.
        DONE: A request without any ground for a refusal succeeds.
        GUARD: An audience is refused with 409 while it is populated.
        GUARD_CODE: That refusal has its code.
        GUARD_ENDS: There is no 409 otherwise.
        GONE: A deleted audience stays deleted.
        EFFECT: The response shows the requested effect.
        ONLY: No other field has changed.
        CURRENT: A read shows the same as the read before.
        NEW: A created resource did not exist before.
        COMPATIBLE: Folder and audience are compatible.
        COMPLETE: A list is complete.
        UNIQUE: A list has each resource once.
        REPLAY: A repeated start returns the same job.
        CANCELABLE: Only an active job can be cancelled.
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
    """A broken sentence: its requirement, such as `AUD-DELETE-GUARD`, its level, and the two responses."""

    severity: Severity
    requirement: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The possible states after a response, if it were allowed, and the sentences that it breaks."""

    states: frozenset[State]
    violations: tuple[RuleViolation, ...] = field(default=())

    def breaks(self, severity: Severity) -> bool:
        """Whether a sentence of this or a more binding level is broken."""
        return any(violation.severity >= severity for violation in self.violations)


def requirement(operation: OperationSpec, fact: Fact) -> str:
    """Return the id of a requirement; GONE belongs to the deletion for every operation."""
    if fact is Fact.GONE:
        operation, fact = operations.DELETE_AUDIENCE, Fact.EFFECT
    return operation.requirement(fact)


def by_severity(violations: Iterable[RuleViolation]) -> tuple[RuleViolation, ...]:
    """Return violations, the most binding first."""
    return tuple(sorted(violations, key=lambda violation: (-violation.severity, violation)))
