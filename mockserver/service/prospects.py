"""The prospects of an audience."""

from collections.abc import Sequence

from mockserver.domain.prospect import Prospect, prospect
from mockserver.domain.refusal import Refusal
from mockserver.service.audiences import counted, ready
from mockserver.service.listing import Listing, Page
from mockserver.service.transactions import GroupUnitOfWork


class _Numbered:
    """A prospect's place in the list: serial numbers count from 1, the last import is the newest."""

    def __init__(self, serial: int) -> None:
        self.serial = serial


async def page(work: GroupUnitOfWork, audience_id: str, after: str | None, limit: int) -> Page[Prospect] | Refusal:
    """Prospects of one audience (A7), newest first."""
    listing = Listing(work.sandbox.secret, f"prospects/{audience_id}", limit)
    before = listing.start(after)
    if isinstance(before, Refusal):
        return before
    found = await ready(work, audience_id)
    if isinstance(found, Refusal):
        return found
    audience = await counted(work, found)

    async def fetch(before: int | None, limit: int) -> Sequence[_Numbered]:
        top = audience.prospect_count if before is None else min(before - 1, audience.prospect_count)
        return [_Numbered(serial) for serial in range(top, max(0, top - limit), -1)]

    shown = await listing.page(before, fetch, lambda _: True)
    return Page([prospect(audience, place.serial - 1) for place in shown.items], shown.next_cursor)
