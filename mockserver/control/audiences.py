"""The handler that lists all audiences of a sandbox, including those that the guard hides while they are populated."""

from mockserver.api.operations import operation
from mockserver.control.responses import Body, Response
from mockserver.domain.instant import iso
from mockserver.service import control_actions
from mockserver.service.control_actions import ListedAudience
from mockserver.service.sandboxes import Sandboxes


class AudienceHandlers:
    """The handlers of operations on audiences."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("listSandboxAudiences")
    async def list_audiences(self, sandbox_id: str) -> Response:
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
