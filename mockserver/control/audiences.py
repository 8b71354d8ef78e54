"""The handler that lists all audiences of a sandbox, including those that the guard hides while they are populated."""

from mockserver.api.long_json import LONG, LongJson, Rows, rendered
from mockserver.api.long_responses import LongResponses
from mockserver.api.operations import operation
from mockserver.api.views import audiences_size
from mockserver.control.responses import Body, Response
from mockserver.domain.instant import iso
from mockserver.service import control_actions
from mockserver.service.control_actions import ListedAudience
from mockserver.service.sandboxes import Sandboxes


class AudienceHandlers:
    """The handlers of operations on audiences."""

    def __init__(self, sandboxes: Sandboxes, long_responses: LongResponses) -> None:
        self._sandboxes = sandboxes
        self._long_responses = long_responses

    @operation("listSandboxAudiences")
    async def list_audiences(self, sandbox_id: str) -> Response | LongJson:
        """List the audiences."""
        listed = await self._sandboxes.work(sandbox_id, control_actions.list_audiences)
        if audiences_size([row.audience for row in listed]) < LONG:
            return {"audiences": rendered(_audience, listed)}, 200
        return LongJson({"audiences": Rows(_audience, listed)}, self._long_responses)


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
