"""The handlers of operations on account groups (X1)."""

from mockserver.api import views
from mockserver.api.envelope import Envelopes, Response
from mockserver.api.operations import operation
from mockserver.service import accounts
from mockserver.service.admission import Admission
from mockserver.service.transactions import UseCaseRunner


class AccountHandlers:
    """The handlers of operations on account groups."""

    def __init__(self, runner: UseCaseRunner, envelopes: Envelopes) -> None:
        self._runner = runner
        self._envelopes = envelopes

    @operation("listAccounts")
    async def page(self, admission: Admission) -> Response:
        """List the account groups of the key."""
        outcome = await self._runner.run_for_key(admission, accounts.visible)
        return self._envelopes.response(outcome, views.account_groups)
