"""The question whether the target is still there, asked again whenever a request gets no response."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from conformance.results.not_established import NotEstablishedError, TargetGoneError

_BETWEEN_QUESTIONS = 0.2  # seconds
_AT_ONCE, _USUAL_TIMES = 1.0, 3
"""The seconds in which a target that is well responds to the question; a slow one has three times its usual time."""

_LONGEST_SILENCE = 5
"""How many times as long as for one response a run waits for any, while the target responds to the question only."""

_GONE = "the target went away"
_SILENT = "the target stopped responding to requests with a key"


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the target did not respond, in seconds since the start of the run."""

    start: float
    end: float


class Liveness:
    """The knowledge whether the target is still there.

    Attributes:
        ended: The reason why the run has ended; None while the target is there.
        outages: The times in which it was not.
        repeated: The number of requests that were sent again after an outage.
    """

    def __init__(
        self,
        ask: Callable[[float], bool],
        clock: Callable[[], float],
        pause: Callable[[float], None],
        patience: float,
    ) -> None:
        """Prepare the question.

        Args:
            ask: A function that sends a harmless request, and returns whether any response came within some seconds.
            clock: A function that returns the seconds since the start of the run.
            pause: A function that waits for some seconds.
            patience: The longest outage, in seconds, after which the run goes on.
        """
        self._ask = ask
        self.clock = clock
        self._pause = pause
        self._patience = patience
        self._lock = threading.Lock()
        self._silent_since: float | None = None
        self.ended: str | None = None
        self.outages: list[Outage] = []
        self.repeated = 0

    def raise_if_gone(self) -> None:
        """Raise TargetGoneError if the run has ended."""
        if self.ended is not None:
            raise TargetGoneError(self.ended)

    def responded(self) -> None:
        """Note that a response came."""
        self._silent_since = None

    def outage_since(self, sent: float, usual: float = 0) -> Outage | None:
        """Ask whether the target is there, after a request without a response.

        Args:
            sent: The time at which the request was sent.
            usual: The seconds that the target usually takes for a request.

        Returns:
            The outage that the request fell into; None if the target is well, and this one request got no response.

        Raises:
            TargetGoneError: The target did not come back.
        """
        failed = self.clock()
        with self._lock:
            self.raise_if_gone()
            if self.outages and failed <= self.outages[-1].end:
                return self.outages[-1]  # another thread has waited for its end
            asked, at_once = self.clock(), max(_AT_ONCE, _USUAL_TIMES * usual)
            if self._ask(min(at_once, self._patience)):
                self._note_silence(sent, failed)
                return None
            self._wait_until_back(asked, at_once)
            self._silent_since = None
            self.outages.append(Outage(sent, self.clock()))
            return self.outages[-1]

    def _note_silence(self, sent: float, failed: float) -> None:
        self._silent_since = sent if self._silent_since is None else min(sent, self._silent_since)
        if failed - self._silent_since >= _LONGEST_SILENCE * self._patience:
            self.ended = _SILENT

    def _wait_until_back(self, asked: float, longest: float) -> None:
        """Ask until a response comes, each time twice as long; TargetGoneError if none comes within the patience."""
        while (left := asked + self._patience - self.clock()) > 0:
            longest *= 2
            if self._ask(min(longest, left)):
                return
            self._pause(min(_BETWEEN_QUESTIONS, left))
        self.ended = _GONE
        self.raise_if_gone()

    def not_established(self, outage: Outage) -> NotEstablishedError:
        """Return the error of a request that fell into an outage, and cannot be sent again."""
        return NotEstablishedError(
            f"the target did not respond from {outage.start:.1f} s to {outage.end:.1f} s of the run, "
            "and nobody knows what became of a request"
        )

    def notes(self) -> list[str]:
        """Return remarks on the outages, for the report."""
        times = ", ".join(f"from {outage.start:.1f} s to {outage.end:.1f} s" for outage in self.outages)
        note = f"the target did not respond {times} of the run: {self.repeated} requests were sent again"
        return [note] if times else []
