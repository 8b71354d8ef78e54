"""A sandbox is a world of its own, with a clock of its own."""

from dataclasses import dataclass, field, replace

from mockserver.domain.fault import Fault
from mockserver.domain.job import Progression
from mockserver.domain.limit import RateLimit

DEFAULT_SANDBOX = "default"
"""The id of the sandbox that a server makes at its start."""

_NOTES = 16


@dataclass(frozen=True, slots=True)
class SandboxClock:
    """Real time, ahead by `offset` milliseconds; or, where `frozen_at` is set, an instant that moves when told."""

    offset: int = 0
    frozen_at: int | None = None

    def now(self, real: int) -> int:
        """The sandbox's time when it is `real` outside."""
        return real + self.offset if self.frozen_at is None else self.frozen_at

    def frozen(self, real: int, at: int | None = None) -> "SandboxClock":
        """Stop it, now or at a later instant; ValueError for an earlier one, since time only goes forward."""
        now = self.now(real)
        if at is not None and at < now:
            raise ValueError("a sandbox's clock only goes forward")
        return SandboxClock(frozen_at=now if at is None else at)

    def running(self, real: int) -> "SandboxClock":
        """Let it run again, from real time or from where it stands if that is later."""
        return SandboxClock(offset=max(0, self.now(real) - real))

    def advanced(self, milliseconds: int) -> "SandboxClock":
        """Move it forward, frozen or running."""
        if self.frozen_at is not None:
            return SandboxClock(frozen_at=self.frozen_at + milliseconds)
        return SandboxClock(offset=self.offset + milliseconds)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One world. `secret` makes its identifiers and seals its cursors.

    `limit`: the rate limit of each key that has none of its own. `expiry`: after so many milliseconds of real time
    without a use it is gone; None for never. `used_at`: the real time of the last use that was noted.
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

    def is_expired(self, real: int) -> bool:
        """Whether it is gone: unused for its expiry, and at most for a sixteenth more, as not each use is noted."""
        return self.expiry is not None and real - self.used_at >= self.expiry + self.expiry // _NOTES

    def used(self, real: int) -> "Sandbox":
        """Itself with a use noted; the same record while the last note is younger than a sixteenth of its expiry."""
        if self.expiry is None or real - self.used_at <= self.expiry // _NOTES:
            return self
        return replace(self, used_at=real)
