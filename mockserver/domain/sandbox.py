"""A sandbox: an isolated set of records with its own clock."""

from dataclasses import dataclass, field, replace

from mockserver.domain.fault import Fault
from mockserver.domain.job import Progression
from mockserver.domain.limit import RateLimit

DEFAULT_SANDBOX = "default"
"""The id of the sandbox that a server makes at its start."""

_USE_NOTES_PER_EXPIRY = 16


@dataclass(frozen=True, slots=True)
class SandboxClock:
    """A sandbox's clock: real time plus `offset` milliseconds, or, if set, the instant `frozen_at`."""

    offset: int = 0
    frozen_at: int | None = None

    def now(self, real: int) -> int:
        """Return the sandbox's time at the real time `real`."""
        return real + self.offset if self.frozen_at is None else self.frozen_at

    def frozen(self, real: int, at: int | None = None) -> "SandboxClock":
        """Return the clock stopped, now or at the later instant `at`; ValueError if `at` is earlier."""
        now = self.now(real)
        if at is not None and at < now:
            raise ValueError("a sandbox's clock only goes forward")
        return SandboxClock(frozen_at=now if at is None else at)

    def running(self, real: int) -> "SandboxClock":
        """Return the clock running, from real time or from its current time if that is later."""
        return SandboxClock(offset=max(0, self.now(real) - real))

    def advanced(self, milliseconds: int) -> "SandboxClock":
        """Return the clock moved forward, frozen or running."""
        if self.frozen_at is not None:
            return SandboxClock(frozen_at=self.frozen_at + milliseconds)
        return SandboxClock(offset=self.offset + milliseconds)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox.

    Attributes:
        secret: The source of its identifiers, and the key of its cursors' signatures.
        progression: The course of new jobs.
        limit: The rate limit of each key without one of its own.
        expiry: Milliseconds of real time without a use after which the sandbox is deleted; None for never.
        used_at: The real time of the last recorded use.
        faults: The faults, in the order in which they were added.
        run: The run of tests that it belongs to, whose coverage is kept when it is removed; empty for none.
    """

    id: str
    name: str
    secret: str
    created_at: int
    clock: SandboxClock = field(default_factory=SandboxClock)
    progression: Progression = field(default_factory=Progression)
    limit: RateLimit | None = None
    expiry: int | None = None
    used_at: int = 0
    faults: tuple[Fault, ...] = ()
    run: str = ""

    def is_expired(self, real: int) -> bool:
        """Return whether the sandbox has been unused for its expiry and a sixteenth more: not each use is recorded."""
        return self.expiry is not None and real - self.used_at >= self.expiry + self.expiry // _USE_NOTES_PER_EXPIRY

    def used(self, real: int) -> "Sandbox":
        """Return the sandbox with a use recorded; itself if the last one is newer than a sixteenth of the expiry."""
        if self.expiry is None or real - self.used_at <= self.expiry // _USE_NOTES_PER_EXPIRY:
            return self
        return replace(self, used_at=real)
