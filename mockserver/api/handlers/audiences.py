"""The handlers of operations on audiences (A1 to A5, A7, A10, A11)."""

from typing import Any

from mockserver.api import views
from mockserver.api.envelope import Envelopes, Response
from mockserver.api.handlers.names import require_visible_name
from mockserver.api.long_json import LongJson
from mockserver.api.operations import operation
from mockserver.domain.audience import AudienceType
from mockserver.ports import Access
from mockserver.service import audiences, prospects
from mockserver.service.admission import Admission
from mockserver.service.transactions import UseCaseRunner

_PROSPECTS = views.page(views.prospect)


class AudienceHandlers:
    """The handlers of operations on audiences."""

    def __init__(self, runner: UseCaseRunner, envelopes: Envelopes) -> None:
        self._runner = runner
        self._envelopes = envelopes

    @operation("deleteAudience")
    async def delete(self, admission: Admission, account_group_id: str, audience_id: str) -> Response:
        """Delete an audience (A5)."""
        outcome = await self._runner.run_on(
            admission, account_group_id, audience_id, Access.OPTIMISTIC, audiences.delete
        )
        return self._envelopes.response(outcome, views.deleted)

    @operation("listAudiences")
    async def page(
        self, admission: Admission, account_group_id: str, limit: float, cursor: str | None = None
    ) -> Response | LongJson:
        """List audiences (A1)."""
        outcome = await self._runner.run(
            admission, account_group_id, audiences.page, cursor, int(limit), access=Access.READ
        )
        return self._envelopes.listing(outcome, views.audience_page, views.audience_page_size)

    @operation("createAudience")
    async def create(self, admission: Admission, account_group_id: str, body: dict[str, Any]) -> Response:
        """Create an audience (A2)."""
        refusal = require_visible_name(body)
        if refusal is not None:
            return self._envelopes.refusal(refusal)
        audience_type, description = AudienceType(body["type"]), body.get("description")
        outcome = await self._runner.run(
            admission, account_group_id, audiences.create, body["name"], audience_type, description
        )
        return self._envelopes.response(outcome, views.audience, 201)

    @operation("getAudience")
    async def get(self, admission: Admission, account_group_id: str, audience_id: str) -> Response:
        """Get an audience (A3)."""
        outcome = await self._runner.run_on(admission, account_group_id, audience_id, Access.READ, audiences.get)
        return self._envelopes.response(outcome, views.audience)

    @operation("updateAudience")
    async def update(
        self, admission: Admission, account_group_id: str, audience_id: str, body: dict[str, Any]
    ) -> Response:
        """Update an audience (A4)."""
        outcome = await self._runner.run_on(
            admission,
            account_group_id,
            audience_id,
            Access.OPTIMISTIC,
            audiences.update,
            body,
        )
        return self._envelopes.response(outcome, views.audience)

    @operation("listAudienceProspects")
    async def prospects(
        self, admission: Admission, account_group_id: str, audience_id: str, limit: float, cursor: str | None = None
    ) -> Response:
        """List the prospects of an audience (A7)."""
        outcome = await self._runner.run_on(
            admission,
            account_group_id,
            audience_id,
            Access.READ,
            prospects.page,
            cursor,
            int(limit),
        )
        return self._envelopes.response(outcome, _PROSPECTS)

    @operation("moveAudienceToFolder")
    async def move(
        self, admission: Admission, account_group_id: str, audience_id: str, body: dict[str, Any]
    ) -> Response:
        """Move an audience into a folder (A10)."""
        outcome = await self._runner.run_on(
            admission,
            account_group_id,
            audience_id,
            Access.OPTIMISTIC,
            audiences.move,
            body["folderId"],
        )
        return self._envelopes.response(outcome, views.audience)

    @operation("removeAudienceFromFolder")
    async def remove(self, admission: Admission, account_group_id: str, audience_id: str) -> Response:
        """Remove an audience from its folder (A11)."""
        outcome = await self._runner.run_on(
            admission, account_group_id, audience_id, Access.OPTIMISTIC, audiences.remove
        )
        return self._envelopes.response(outcome, views.audience)
