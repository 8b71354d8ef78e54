"""Mutants of the whole server: responses of another form than the examples show."""

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant, facts


class OnlyIdentifiers(Mutant):
    """Audiences are shown with their identifiers only."""

    killed_by = facts("INFERRED", "AUD-GET", "AUD-LIST", "AUD-NAVIGATION", "AUD-CREATE", "AUD-UPDATE", "AUD-MOVE")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if not answered.ok:
            return answered
        for shown in answered.items():
            if "prospectCount" in shown:
                for name in ("name", "type", "description", "folderId", "prospectCount"):
                    del shown[name]
        return answered.saying(data=answered.data)


class TimesOfAnotherForm(Mutant):
    """The times of jobs and account groups are written as `30.11.2026 13:15 Uhr`."""

    killed_by = facts("INFERRED", "JOB-START", "JOB-GET", "JOB-LIST", "ACCOUNT-LIST")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if not asked.operation.startswith(("JOB-", "ACCOUNT-")) or not answered.ok:
            return answered
        for shown in answered.items():
            shown.update({name: "30.11.2026 13:15 Uhr" for name in ("createdAt", "updatedAt") if name in shown})
        return answered.saying(data=answered.data)
