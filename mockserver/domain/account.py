"""An account group: the tenant that owns audiences, folders and jobs, with its plan and its credits."""

from dataclasses import dataclass
from enum import StrEnum


class Plan(StrEnum):
    """A plan caps `maxResults` of a prospecting job (P1, "Result limits")."""

    TESTER = "tester"
    STARTER = "starter"
    SCALE = "scale"
    ENTERPRISE = "enterprise"

    @property
    def max_results(self) -> int:
        """The most prospects that one job may import on this plan."""
        return _MAX_RESULTS[self]


_MAX_RESULTS = {Plan.TESTER: 100, Plan.STARTER: 1_000, Plan.SCALE: 2_000, Plan.ENTERPRISE: 2_000}


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """One tenant. `credits` is what ended jobs have left; `credits_exhausted` makes it count as none."""

    id: str
    serial: int
    name: str
    plan: Plan
    credits: int
    created_at: int
    credits_exhausted: bool = False
