"""The operation that shows what the guard hides: all audiences of a sandbox, those that are being populated too."""

from mockserver.api.operations import operation
from mockserver.control.responses import Answer, Body
from mockserver.domain.instant import iso
from mockserver.service import control_actions
from mockserver.service.control_actions import ListedAudience
from mockserver.service.sandboxes import Sandboxes


class AudienceHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("listSandboxAudiences")
    async def list_audiences(self, sandbox_id: str) -> Answer:
        """List the audiences."""
        listed = await self._sandboxes.work(sandbox_id, control_actions.list_audiences)
        return {"audiences": [_audience(audience) for audience in listed]}, 200


def _audience(listed: ListedAudience) -> Body:
    record = listed.audience
    return {
        "id": record.id,
        "accountGroupId": record.account_group_id,
        "name": record.name,
        "type": record.type,
        "prospectCount": record.prospect_count,
        "ready": listed.ready,
        "createdAt": iso(record.created_at),
    }
