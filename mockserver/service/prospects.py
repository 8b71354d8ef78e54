"""The prospect operation of the vendor's API."""

from collections.abc import Sequence

from mockserver.domain.prospect import Prospect, prospect
from mockserver.domain.refusal import Refusal
from mockserver.service.audiences import counted, ready
from mockserver.service.listing import Listing, Page
from mockserver.service.transactions import GroupUnitOfWork


class _Position:
    """The position of a prospect in the list: serial numbers count from 1, the last import is the newest."""

    def __init__(self, serial: int) -> None:
        self.serial = serial


async def page(work: GroupUnitOfWork, audience_id: str, after: str | None, limit: int) -> Page[Prospect] | Refusal:
    """Return a page of an audience's prospects (A7), newest first."""
    listing = Listing(work.sandbox.secret, f"prospects/{audience_id}", limit)
    before = listing.start(after)
    if isinstance(before, Refusal):
        return before
    recorded = await ready(work, audience_id)
    if isinstance(recorded, Refusal):
        return recorded
    audience = await counted(work, recorded)

    async def fetch(before: int | None, limit: int) -> Sequence[_Position]:
        top = audience.prospect_count if before is None else min(before - 1, audience.prospect_count)
        return [_Position(serial) for serial in range(top, max(0, top - limit), -1)]

    positions = await listing.page(before, fetch, lambda _: True)
    return Page([prospect(audience, position.serial - 1) for position in positions.items], positions.next_cursor)
