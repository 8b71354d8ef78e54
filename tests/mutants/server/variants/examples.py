"""Legal variants of the whole server: responses in the form that the examples of the documentation print."""

from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.variant import Variant

MADE, CHANGED = "1 Jan 2026, 10:00", "2 Jan 2026, 10:00"


class AsTheExamplesPrint(Variant):
    """Types, times, counts inside folders, errors of jobs and details are those of the examples, in their form."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if not isinstance(answered.body, dict) or "success" not in answered.body:
            return answered
        if answered.body["error"]:
            return answered.saying(error={**answered.body["error"], "details": "see the message"})
        for shown in answered.items():
            self.print(shown)
        if asked.operation == "ACCOUNT-LIST":
            return answered.saying(data={"items": answered.data["items"]})
        return answered.saying(data=answered.data)

    def print(self, shown: dict[str, Any]) -> None:
        """Give an audience, a folder or a job its printed form."""
        if "prospectCount" in shown:
            shown.update(type="linkedin_search", createdAt=MADE)
        if "isPinned" in shown:
            shown.update(createdAt=MADE, updatedAt=CHANGED)
        for nested in shown.get("audiences") or ():
            nested["prospectCount"] = str(nested["prospectCount"])
        if "stages" in shown and shown["error"] is None:
            shown["error"] = {"code": "NONE", "message": ""}


class AnotherFormInsideFolders(Variant):
    """Inside a folder of the navigation types and times of audiences have another form, and their counts are texts."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-NAVIGATION" or not answered.ok:
            return answered
        for folder in answered.data["folders"]:
            for nested in folder["audiences"]:
                nested.update(type="string", createdAt=MADE, prospectCount=str(nested["prospectCount"]))
                nested["description"] = nested["description"] or ""
        return answered.saying(data=answered.data)
