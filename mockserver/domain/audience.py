"""An audience: a list of prospects, made by hand or by a prospecting job."""

from dataclasses import dataclass
from enum import StrEnum


class AudienceType(StrEnum):
    """The types that can be asked for (A2, A8); an imported audience has its source as type instead."""

    ON_DEMAND = "on_demand"
    MONITORING = "monitoring"


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience. `prospect_count` is what ended jobs have brought; `urls` are the profiles of a `url_upload`."""

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
        """The type of folder that it fits into: an imported audience counts as `on_demand` (our choice)."""
        return AudienceType.MONITORING if self.type == AudienceType.MONITORING else AudienceType.ON_DEMAND
