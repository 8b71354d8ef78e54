"""The knowledge of a client about an audience: its possible states after acknowledged and unanswered requests."""

from dataclasses import dataclass, replace

REQUESTED = 25
"""Prospects that a job brings when it is completed."""

UNKNOWN = "?"
"""The id of a job whose start was not answered."""


@dataclass(frozen=True)
class Audience:
    """An audience as it is on record. `job`: the one that populates it, if one does."""

    name: str
    description: str | None = None
    prospects: int = 0
    job: str | None = None

    def completed(self) -> "Audience":
        """Return the audience after its job has completed."""
        return replace(self, prospects=self.prospects + REQUESTED, job=None)

    def populated(self, job: str = UNKNOWN) -> "Audience":
        """Return the audience with a job on it."""
        return replace(self, job=job)


State = Audience | None
"""None for an audience that is not there."""


@dataclass(frozen=True)
class Known:
    """The states that an audience may be in: several only after a change that was not answered."""

    states: tuple[State, ...]

    @property
    def state(self) -> State:
        """The only state that the audience may be in."""
        (state,) = self.states
        return state

    def seen(self, state: State) -> "Known":
        """Return the knowledge after this state was read; AssertionError if it is not among the possible states."""
        found = [one for one in self.states if one == state]
        assert found, f"it is {state}, and should be one of {self.states}"
        return Known((found[0],))

    def seen_populated(self, job: str | None) -> "Known":
        """Return the knowledge after the audience was read while this job populates it."""
        found = [one for one in self.states if one is not None and one.job in {job, UNKNOWN}]
        assert found, f"job {job} is on it, and it should be one of {self.states}"
        return Known((found[0].populated(job or UNKNOWN),))
