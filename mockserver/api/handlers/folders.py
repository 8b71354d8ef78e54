"""The handlers of operations on folders (A6, A8, A9)."""

from typing import Any

from mockserver.api import views
from mockserver.api.envelope import Envelopes, Response
from mockserver.api.handlers.names import require_visible_name
from mockserver.api.long_json import LongJson
from mockserver.api.operations import operation
from mockserver.domain.audience import AudienceType
from mockserver.ports import Access
from mockserver.service import folders
from mockserver.service.admission import Admission
from mockserver.service.transactions import UseCaseRunner


class FolderHandlers:
    """The handlers of operations on folders."""

    def __init__(self, runner: UseCaseRunner, envelopes: Envelopes) -> None:
        self._runner = runner
        self._envelopes = envelopes

    @operation("getAudienceNavigation")
    async def navigation(self, admission: Admission, account_group_id: str) -> Response | LongJson:
        """List all audiences by folder (A6)."""
        outcome = await self._runner.run(admission, account_group_id, folders.navigation, access=Access.READ)
        return self._envelopes.listing(outcome, views.navigation, views.navigation_size)

    @operation("createAudienceFolder")
    async def create(self, admission: Admission, account_group_id: str, body: dict[str, Any]) -> Response:
        """Create a folder (A8)."""
        refusal = require_visible_name(body)
        if refusal is not None:
            return self._envelopes.refusal(refusal)
        name, audience_type = body["name"], AudienceType(body["audienceType"])
        outcome = await self._runner.run(admission, account_group_id, folders.create, name, audience_type)
        return self._envelopes.response(outcome, views.folder, 201)

    @operation("renameAudienceFolder")
    async def rename(
        self, admission: Admission, account_group_id: str, folder_id: str, body: dict[str, Any]
    ) -> Response:
        """Rename a folder (A9)."""
        refusal = require_visible_name(body)
        if refusal is not None:
            return self._envelopes.refusal(refusal)
        outcome = await self._runner.run(admission, account_group_id, folders.rename, folder_id, body["name"])
        return self._envelopes.response(outcome, views.folder)
