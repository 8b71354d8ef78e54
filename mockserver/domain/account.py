"""An account group: the tenant that owns audiences, folders and jobs, with its plan and its credits."""

from dataclasses import dataclass
from enum import StrEnum


class Plan(StrEnum):
    """The plan of an account group; it caps `maxResults` of a prospecting job (P1, "Result limits")."""

    TESTER = "tester"
    STARTER = "starter"
    SCALE = "scale"
    ENTERPRISE = "enterprise"

    @property
    def max_results(self) -> int:
        """The maximum number of prospects that a job may import on this plan."""
        return _MAX_RESULTS[self]


_MAX_RESULTS = {Plan.TESTER: 100, Plan.STARTER: 1_000, Plan.SCALE: 2_000, Plan.ENTERPRISE: 2_000}


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """A tenant.

    Attributes:
        credits: The credits left after the jobs that have ended.
        credits_exhausted: Whether the group counts as having no credits, whatever `credits` says.
    """

    id: str
    serial: int
    name: str
    plan: Plan
    credits: int
    created_at: int
    credits_exhausted: bool = False
