"""Faults (injected misbehaviour): the requests that a fault matches, when it acts, and its effect."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.key import ApiKey

_CHANCE_BITS = 64
_VISIBLE_KEY_END = 4
_MAX_AWAITED = 100


class FaultKind(StrEnum):
    """The kinds of faults."""

    RESPONSE = "response"
    DELAY = "delay"
    LATE_ANSWER = "late-answer"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    TRUNCATED_BODY = "truncated-body"
    MALFORMED_JSON = "malformed-json"
    WRONG_CONTENT_TYPE = "wrong-content-type"

    @property
    def resets(self) -> bool:
        """Whether the connection is reset."""
        return self in _RESETTING

    @property
    def corrupts_a_body(self) -> bool:
        """Whether a response is sent, but corrupted."""
        return self in _CORRUPTING


_CORRUPTING = frozenset({FaultKind.TRUNCATED_BODY, FaultKind.MALFORMED_JSON, FaultKind.WRONG_CONTENT_TYPE})
_RESETTING = frozenset({FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER})
_AFTER_EFFECT = _CORRUPTING | {FaultKind.RESET_AFTER, FaultKind.LATE_ANSWER}


class FaultSubject(NamedTuple):
    """The parts of a request that faults match: its operation, its key, and the identifiers in its path."""

    operation: str
    key: ApiKey
    identifiers: frozenset[str]


class Resend(NamedTuple):
    """A request, by its digest, that the user agent may send again by itself up to an instant of real time."""

    request: str
    until: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a sandbox.

    Attributes:
        operation: The operationId of the requests that match; None for all.
        key: The token, or the name, of the key of the requests that match; None for all.
        resource: An identifier in the path of the requests that match; None for all.
        first: The number of the first match at which the fault may act, from 1.
        times: How many times the fault acts; None for no end.
        probability: The probability that the fault acts when it is due, 0 to 1.
        delay: A delay in milliseconds.
        status: The status of the error response sent in place of the server's response.
        retry_after: The `Retry-After` of that response, in seconds.
        preset: The name of the preset that the fault comes from.
        matched: The number of matching requests so far.
        acted: How many times the fault has acted.
        resend_window: For how many milliseconds after a reset the fault resets the same request again; None for the
            default, which differs between browsers and other clients.
        awaited: The requests that it resets again.
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
    resend_window: int | None = None
    awaited: tuple[Resend, ...] = ()

    @property
    def remaining(self) -> int | None:
        """The number of times that the fault may still act; None for no end."""
        return None if self.times is None else self.times - self.acted

    @property
    def acts_after_effect(self) -> bool:
        """Whether the fault acts on the response to an accepted request, rather than in place of the server."""
        return self.kind in _AFTER_EFFECT and self.status is None

    def matches(self, subject: FaultSubject) -> bool:
        """Return whether the fault applies to a request."""
        return (
            (self.operation is None or self.operation == subject.operation)
            and (self.key is None or self.key in (subject.key.token, subject.key.name))
            and (self.resource is None or self.resource in subject.identifiers)
        )

    def is_due(self, secret: str) -> bool:
        """Return whether the fault acts at the match that was counted last."""
        return (
            self.matched >= self.first
            and self.remaining != 0
            and (self.probability >= 1 or chance(secret, self.id, self.matched) < self.probability)
        )

    def after_acting(self) -> "Fault":
        """Return the fault with one more act counted."""
        return replace(self, acted=self.acted + 1)

    def awaits_any(self, now: int) -> bool:
        """Return whether the user agent may send a request again."""
        return any(now < resend.until for resend in self.awaited)

    def awaits(self, request: str, now: int) -> bool:
        """Return whether the user agent may send this request again."""
        return any(resend.request == request and now < resend.until for resend in self.awaited)

    def awaiting(self, resend: Resend, now: int) -> "Fault":
        """Return the fault with one more request that the user agent may send again, and without those of the past."""
        others = [other for other in self.awaited if now < other.until and other.request != resend.request]
        return replace(self, awaited=(*others, resend)[-_MAX_AWAITED:])

    def not_awaiting(self, request: str) -> "Fault":
        """Return the fault without a request that the user agent does not send again any more."""
        return replace(self, awaited=tuple(resend for resend in self.awaited if resend.request != request))


class FaultDecision(NamedTuple):
    """The decision for a request: the `faults` with their new counts, the `delays` that act, and one other `effect`."""

    faults: tuple[Fault, ...]
    delays: tuple[Fault, ...]
    effect: Fault | None


def chance(secret: str, fault_id: str, match: int) -> float:
    """Return a number from 0 up to 1, the same for the same sandbox, fault and match in every process."""
    digest = hashlib.blake2b(f"fault/{secret}/{fault_id}/{match}".encode(), digest_size=_CHANCE_BITS // 8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << _CHANCE_BITS - 11)  # as many bits as a float holds: never 1


def decide(faults: Iterable[Fault], subject: FaultSubject, secret: str) -> FaultDecision:
    """Count a request, and decide which faults act on it.

    All delays that are due act. Of the other faults only the first that is due acts, so a request has at most one
    effect. A fault that acts after the effect of the request is counted only then.
    """
    counted: list[Fault] = []
    delays: list[Fault] = []
    effect: Fault | None = None
    for stored in faults:
        fault = stored
        if fault.matches(subject):
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
    """Return a key with only its last characters visible."""
    return f"...{key[-_VISIBLE_KEY_END:]}"
