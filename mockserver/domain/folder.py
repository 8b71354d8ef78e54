"""A folder: a group of audiences of one type."""

from dataclasses import dataclass

from mockserver.domain.audience import AudienceType


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; `position` counts from 0 in order of creation."""

    id: str
    serial: int
    account_group_id: str
    name: str
    audience_type: AudienceType
    position: int
    created_at: int
    updated_at: int
    is_pinned: bool = False
