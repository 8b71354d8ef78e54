"""A sandbox is a world of its own, with a clock of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.domain.fault import Fault
from mockserver.domain.job import Progression


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
            message = "a sandbox's clock only goes forward"
            raise ValueError(message)
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
    """One world. `secret` makes its identifiers and seals its cursors; `seed` is what a reset goes back to."""

    id: str
    name: str
    secret: str
    created_at: int
    clock: SandboxClock = field(default_factory=SandboxClock)
    progression: Progression = field(default_factory=Progression)
    seed: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
