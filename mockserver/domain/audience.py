"""An audience: a list of prospects, created through the API or by a prospecting job."""

from dataclasses import dataclass
from enum import StrEnum


class AudienceType(StrEnum):
    """The types that a request can name (A2, A8); the type of an imported audience is its source instead."""

    ON_DEMAND = "on_demand"
    MONITORING = "monitoring"


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience.

    Attributes:
        prospect_count: The prospects that ended jobs have imported.
        urls: The uploaded profiles, for the source `url_upload`.
    """

    id: str
    serial: int
    account_group_id: str
    name: str
    type: str
    description: str | None
    folder_id: str | None
    prospect_count: int
    created_at: int
    urls: tuple[str, ...] = ()

    @property
    def folder_type(self) -> AudienceType:
        """The type of the folders for this audience: an imported audience counts as `on_demand` (our choice)."""
        return AudienceType.MONITORING if self.type == AudienceType.MONITORING else AudienceType.ON_DEMAND
