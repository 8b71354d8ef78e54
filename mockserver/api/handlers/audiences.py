"""The operations on audiences (A1 to A5, A7, A10, A11)."""

from typing import Any

from mockserver.api import views
from mockserver.api.handlers.answers import Answer, Answers, Operations, blank_name
from mockserver.domain.audience import AudienceType
from mockserver.ports import Access
from mockserver.service import audiences, prospects
from mockserver.service.admission import Admission

_AUDIENCES = views.page(views.audience)
_PROSPECTS = views.page(views.prospect)


class AudienceHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def operations(self) -> Operations:
        """The methods by operationId."""
        return {
            "deleteAudience": self.delete,
            "listAudiences": self.page,
            "createAudience": self.create,
            "getAudience": self.get,
            "updateAudience": self.update,
            "listAudienceProspects": self.prospects,
            "moveAudienceToFolder": self.move,
            "removeAudienceFromFolder": self.remove,
        }

    async def delete(self, admission: Admission, account_group_id: str, audience_id: str) -> Answer:
        """Delete an audience (A5)."""
        outcome = await self._answers.run_on(
            admission, account_group_id, audience_id, Access.OPTIMISTIC, audiences.delete
        )
        return self._answers.answer(outcome, views.deleted)

    async def page(
        self, admission: Admission, account_group_id: str, limit: float, cursor: str | None = None
    ) -> Answer:
        """List audiences (A1)."""
        outcome = await self._answers.run(
            admission, account_group_id, audiences.page, cursor, int(limit), access=Access.READ
        )
        return self._answers.answer(outcome, _AUDIENCES)

    async def create(self, admission: Admission, account_group_id: str, body: dict[str, Any]) -> Answer:
        """Create an audience (A2)."""
        refusal = blank_name(body)
        if refusal is not None:
            return self._answers.wire.refusal(refusal)
        name, kind, description = body["name"], AudienceType(body["type"]), body.get("description")
        outcome = await self._answers.run(admission, account_group_id, audiences.create, name, kind, description)
        return self._answers.answer(outcome, views.audience, 201)

    async def get(self, admission: Admission, account_group_id: str, audience_id: str) -> Answer:
        """Get one audience (A3)."""
        outcome = await self._answers.run_on(admission, account_group_id, audience_id, Access.READ, audiences.get)
        return self._answers.answer(outcome, views.audience)

    async def update(
        self, admission: Admission, account_group_id: str, audience_id: str, body: dict[str, Any]
    ) -> Answer:
        """Update an audience (A4)."""
        outcome = await self._answers.run_on(
            admission,
            account_group_id,
            audience_id,
            Access.OPTIMISTIC,
            audiences.update,
            body,
        )
        return self._answers.answer(outcome, views.audience)

    async def prospects(
        self, admission: Admission, account_group_id: str, audience_id: str, limit: float, cursor: str | None = None
    ) -> Answer:
        """List the prospects of an audience (A7)."""
        outcome = await self._answers.run_on(
            admission,
            account_group_id,
            audience_id,
            Access.READ,
            prospects.page,
            cursor,
            int(limit),
        )
        return self._answers.answer(outcome, _PROSPECTS)

    async def move(self, admission: Admission, account_group_id: str, audience_id: str, body: dict[str, Any]) -> Answer:
        """Move an audience into a folder (A10)."""
        outcome = await self._answers.run_on(
            admission,
            account_group_id,
            audience_id,
            Access.OPTIMISTIC,
            audiences.move,
            body["folderId"],
        )
        return self._answers.answer(outcome, views.audience)

    async def remove(self, admission: Admission, account_group_id: str, audience_id: str) -> Answer:
        """Take an audience out of its folder (A11)."""
        outcome = await self._answers.run_on(
            admission, account_group_id, audience_id, Access.OPTIMISTIC, audiences.remove
        )
        return self._answers.answer(outcome, views.audience)
