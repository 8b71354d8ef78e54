"""Legal variants of the whole server: another order of the rules."""

from dataclasses import replace

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import GUARDED
from tests.mutants.server.variants.identifiers import NOWHERE
from tests.mutants.server.variants.variant import Variant


class ForeignIdentifiersAreMalformed(Variant):
    """An identifier contains its account group and is refused as malformed under any other."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        there = there or self.world.folders.get(asked.target)
        is_foreign = there is not None and there.account_group_id != asked.group
        return self.refuse(400, "VALIDATION_ERROR") if is_foreign and answered.status in {403, 404} else answered


class FolderTypeBeforeTheGuard(Variant):
    """An imported audience fits into no folder, and the refusal for this reason comes before the guard."""

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        is_own = there is not None and there.account_group_id == asked.group
        if asked.operation != "AUD-MOVE" or there is None or not is_own or there.type in {"on_demand", "monitoring"}:
            return await self.serve(asked)
        refused = await self.serve(asked.with_body({"folderId": NOWHERE}))
        return self.refuse(422, "UNPROCESSABLE") if refused.status in {404, 409} else refused


class AnyTypeFits(Variant):
    """A folder takes audiences of every type, because the page does not print which types are compatible."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-MOVE" or answered.status != 422:
            return answered
        there = self.world.audiences.get(asked.target)
        if there is None or answered.body["error"]["details"]["rule"] != "folder-type":
            return answered
        self.world.audiences.put(replace(there, folder_id=asked.body["folderId"]))
        return await self.serve(asked.instead("GET", asked.path.removesuffix("/move-to-folder")))


class GuardBeforeTheAccountGroup(Variant):
    """An account group is looked into before its key is checked: what is protected there is 409 for every key."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target)
        if answered.status != 403 or asked.operation not in GUARDED or there is None:
            return answered
        is_protected = there.account_group_id == asked.group and self.populating(there.id) is not None
        return self.refuse(409, "AUDIENCE_NOT_READY") if is_protected else answered
