"""The operation that shows what the guard hides: all audiences of a sandbox, those that are being populated too."""

from mockserver.control.responses import Answer, Body, Operations
from mockserver.domain.instant import iso
from mockserver.service import overview
from mockserver.service.overview import SeenAudience
from mockserver.service.sandboxes import Sandboxes


class AudienceHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    def operations(self) -> Operations:
        """The methods by operationId."""
        return {"listSandboxAudiences": self.list_audiences}

    async def list_audiences(self, sandbox_id: str) -> Answer:
        """List the audiences."""
        seen = await self._sandboxes.work(sandbox_id, overview.audiences)
        return {"audiences": [_audience(one) for one in seen]}, 200


def _audience(seen: SeenAudience) -> Body:
    record = seen.audience
    return {
        "id": record.id,
        "accountGroupId": record.account_group_id,
        "name": record.name,
        "type": record.type,
        "prospectCount": record.prospect_count,
        "ready": seen.ready,
        "createdAt": iso(record.created_at),
    }
