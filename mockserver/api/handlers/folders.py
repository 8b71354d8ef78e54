"""The operations on folders (A6, A8, A9)."""

from typing import Any

from mockserver.api import views
from mockserver.api.handlers.answers import Answer, Answers, Operations, blank_name
from mockserver.domain.audience import AudienceType
from mockserver.ports import Access
from mockserver.service import folders
from mockserver.service.admission import Admission


class FolderHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def operations(self) -> Operations:
        """The methods by operationId."""
        return {
            "getAudienceNavigation": self.navigation,
            "createAudienceFolder": self.create,
            "renameAudienceFolder": self.rename,
        }

    async def navigation(self, admission: Admission, account_group_id: str) -> Answer:
        """Show all audiences by folder (A6)."""
        outcome = await self._answers.run(admission, account_group_id, folders.navigation, access=Access.READ)
        return self._answers.answer(outcome, views.navigation)

    async def create(self, admission: Admission, account_group_id: str, body: dict[str, Any]) -> Answer:
        """Create a folder (A8)."""
        refusal = blank_name(body)
        if refusal is not None:
            return self._answers.wire.refusal(refusal)
        name, audience_type = body["name"], AudienceType(body["audienceType"])
        outcome = await self._answers.run(admission, account_group_id, folders.create, name, audience_type)
        return self._answers.answer(outcome, views.folder, 201)

    async def rename(self, admission: Admission, account_group_id: str, folder_id: str, body: dict[str, Any]) -> Answer:
        """Rename a folder (A9)."""
        refusal = blank_name(body)
        if refusal is not None:
            return self._answers.wire.refusal(refusal)
        outcome = await self._answers.run(admission, account_group_id, folders.rename, folder_id, body["name"])
        return self._answers.answer(outcome, views.folder)
