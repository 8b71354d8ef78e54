"""A fault is injected misbehaviour: which requests it is for, when it is its turn, and what it does."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.key import ApiKey

RESET = "mockserver.reset"
"""The ASGI extension, and the message, that ends a connection with a reset: what was not sent by then is lost."""
CLOSE = "mockserver.close"
"""The ASGI extension, and the message, that closes a connection behind what was sent, complete or not."""

_BITS = 64
_SHOWN = 4


class FaultKind(StrEnum):
    """What a fault does."""

    RESPONSE = "response"
    DELAY = "delay"
    LATE_ANSWER = "late-answer"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    TRUNCATED_BODY = "truncated-body"
    MALFORMED_JSON = "malformed-json"
    WRONG_CONTENT_TYPE = "wrong-content-type"

    @property
    def corrupts_a_body(self) -> bool:
        """Whether it lets an answer go out, but not as it should."""
        return self in _SPOILING


_SPOILING = frozenset({FaultKind.TRUNCATED_BODY, FaultKind.MALFORMED_JSON, FaultKind.WRONG_CONTENT_TYPE})
_AFTER = _SPOILING | {FaultKind.RESET_AFTER, FaultKind.LATE_ANSWER}


class FaultSubject(NamedTuple):
    """What faults look at in a request: its operation, its key, and the identifiers in its path."""

    operation: str
    key: ApiKey
    identifiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a sandbox.

    `operation`, `key` (a token, or a key's name) and `resource` (an identifier in the path): whose requests match it;
    None for all. `first`: the match from which on it may act. `times`: how often it acts; None for no end.
    `delay`: milliseconds. `status`: of the error response that it answers in the server's place, with `retry_after`
    seconds. `matched` and `acted` count.
    """

    id: str
    kind: FaultKind
    operation: str | None = None
    key: str | None = None
    resource: str | None = None
    first: int = 1
    times: int | None = None
    probability: float = 1.0
    delay: int = 0
    status: int | None = None
    retry_after: int | None = None
    preset: str | None = None
    matched: int = 0
    acted: int = 0

    @property
    def remaining(self) -> int | None:
        """How often it may still act; None for no end."""
        return None if self.times is None else self.times - self.acted

    @property
    def acts_after_effect(self) -> bool:
        """Whether it acts on the answer to an accepted request, and not in the server's place."""
        return self.kind in _AFTER and self.status is None

    def matches(self, asked: FaultSubject) -> bool:
        """Whether a request is one of those that it is for."""
        return (
            (self.operation is None or self.operation == asked.operation)
            and (self.key is None or self.key in (asked.key.token, asked.key.name))
            and (self.resource is None or self.resource in asked.identifiers)
        )

    def is_due(self, secret: str) -> bool:
        """Whether it is its turn at the match that was counted last."""
        return (
            self.matched >= self.first
            and self.remaining != 0
            and (self.probability >= 1 or chance(secret, self.id, self.matched) < self.probability)
        )

    def after_acting(self) -> "Fault":
        """The fault with one more act on its count."""
        return replace(self, acted=self.acted + 1)


class FaultDecision(NamedTuple):
    """What becomes of a request: the `faults` as they are counted now, the `delays` that act, and what else happens."""

    faults: tuple[Fault, ...]
    delays: tuple[Fault, ...]
    effect: Fault | None


def chance(secret: str, fault_id: str, match: int) -> float:
    """A number from 0 up to 1, the same for the same sandbox, fault and match, wherever it is asked for."""
    digest = hashlib.blake2b(f"fault/{secret}/{fault_id}/{match}".encode(), digest_size=_BITS // 8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << _BITS - 11)  # as many bits as a float holds, so that it is never 1


def decide(faults: Iterable[Fault], asked: FaultSubject, secret: str) -> FaultDecision:
    """Count a request, and decide what becomes of it.

    All delays that are due act. Of the others only the first that is due does, so that one request suffers one of them.
    One that waits for the effect is counted as having acted once it has.
    """
    counted: list[Fault] = []
    delays: list[Fault] = []
    effect: Fault | None = None
    for known in faults:
        fault = known
        if fault.matches(asked):
            fault = replace(fault, matched=fault.matched + 1)
            if fault.is_due(secret) and (effect is None or fault.kind is FaultKind.DELAY):
                fault = fault if fault.acts_after_effect else fault.after_acting()
                if fault.kind is FaultKind.DELAY:
                    delays.append(fault)
                else:
                    effect = fault
        counted.append(fault)
    return FaultDecision(tuple(counted), tuple(delays), effect)


def redacted(key: str) -> str:
    """A key as it may be shown."""
    return f"...{key[-_SHOWN:]}"
