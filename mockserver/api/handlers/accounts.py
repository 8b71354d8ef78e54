"""The operation on account groups (X1)."""

from mockserver.api import views
from mockserver.api.handlers.answers import Answer, Answers, Operations
from mockserver.service import accounts
from mockserver.service.admission import Admission


class AccountHandlers:
    """One method per operation."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def operations(self) -> Operations:
        """The methods by operationId."""
        return {"listAccounts": self.page}

    async def page(self, admission: Admission) -> Answer:
        """List the account groups of the key."""
        outcome = await self._answers.run_for_key(admission, accounts.visible)
        return self._answers.answer(outcome, views.account_groups)
