"""The handler that lists all audiences of a sandbox, including those that the guard hides while they are populated."""

from functools import partial

from mockserver.api.long_json import LONG, LongJson, Rows, rendered
from mockserver.api.long_responses import LongResponses
from mockserver.api.operations import operation
from mockserver.api.views import audiences_size
from mockserver.control.responses import Body, Response
from mockserver.domain.folder import Folder
from mockserver.domain.instant import iso
from mockserver.service.sandbox_audiences import ListedAudience, Wanted, list_audiences
from mockserver.service.sandboxes import Sandboxes


class AudienceHandlers:
    """The handlers of operations on audiences."""

    def __init__(self, sandboxes: Sandboxes, long_responses: LongResponses) -> None:
        self._sandboxes = sandboxes
        self._long_responses = long_responses

    @operation("listSandboxAudiences")
    async def list_audiences(
        self,
        sandbox_id: str,
        text: str = "",
        *,
        ready: bool | None = None,
        offset: float = 0,
        limit: float | None = None,
    ) -> Response | LongJson:
        """List the audiences."""
        wanted = Wanted(text, ready, int(offset), None if limit is None else int(limit))
        listed = await self._sandboxes.read(sandbox_id, partial(list_audiences, wanted=wanted))
        around = {"folders": [_folder(folder) for folder in listed.folders], "more": listed.more}
        if audiences_size([row.audience for row in listed.audiences]) < LONG:
            return {"audiences": rendered(_audience, listed.audiences), **around}, 200
        return LongJson({"audiences": Rows(_audience, listed.audiences), **around}, self._long_responses)


def _audience(listed: ListedAudience) -> Body:
    record = listed.audience
    return {
        "id": record.id,
        "accountGroupId": record.account_group_id,
        "name": record.name,
        "type": record.type,
        "folderId": record.folder_id,
        "prospectCount": record.prospect_count,
        "ready": listed.job_id is None,
        "jobId": listed.job_id,
        "createdAt": iso(record.created_at),
    }


def _folder(record: Folder) -> Body:
    return {
        "id": record.id,
        "accountGroupId": record.account_group_id,
        "name": record.name,
        "audienceType": record.audience_type.value,
    }
