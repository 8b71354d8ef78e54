"""Mutants of the whole server with writes that change more than their page says, where only a whole look shows it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.refusal import Refusal
from mockserver.service import audiences
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.side_effects import After, OnUpdate
from tests.mutants.server.mutated import Mutant, at_each


class Changes(After):
    """The mutants that change some audiences after an operation has succeeded."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:
        changed = outcome
        for audience in self.changed(before if isinstance(before, Audience) else outcome, outcome):
            await work.transaction.save_audience(audience)
            changed = audience if audience.id == getattr(outcome, "id", None) else changed
        return changed

    def changed(self, before: Audience, after: Any) -> list[Audience]:
        """Return audiences as they are stored by the side effect."""
        raise NotImplementedError


class DeletionScattersTheFolder(Changes):
    """A deletion takes the other audiences of the folder out of it and clears their descriptions."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    def changed(self, before: Audience, after: Any) -> list[Audience]:  # noqa: ARG002
        mates = [one for one in self.neighbours(before) if before.folder_id and one.folder_id == before.folder_id]
        return [replace(one, folder_id=None, description=None) for one in mates]


class DeletionEmptiesTheOthers(Changes):
    """A deletion empties the prospects of every other audience of the account group."""

    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    def changed(self, before: Audience, after: Any) -> list[Audience]:  # noqa: ARG002
        return [replace(one, prospect_count=0) for one in self.neighbours(before)]


@at_each(["AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE"], "ONLY")
class WriteChangesTheType(Changes):
    """A write of an audience changes its type."""

    def changed(self, before: Audience, after: Any) -> list[Audience]:  # noqa: ARG002
        return [replace(after, type="sales_navigator")]


@at_each(["AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE"], "ONLY")
class WriteMakesTheAudienceNew(Changes):
    """A write of an audience sets the time of its creation."""

    is_conversational = False

    def changed(self, before: Audience, after: Any) -> list[Audience]:  # noqa: ARG002
        return [replace(after, created_at=after.created_at + 86_400_000)]


@at_each(["AUD-MOVE", "AUD-REMOVE"], "ONLY")
class MoveEmptiesTheProspects(Changes):
    """A move or removal empties the prospects of the audience."""

    def changed(self, before: Audience, after: Any) -> list[Audience]:  # noqa: ARG002
        return [replace(after, prospect_count=0)]


class UpdateCountsInTheLists(OnUpdate):
    """After an update the lists show a negative number of prospects."""

    def __init__(self) -> None:
        self.updated: set[str] = set()

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        self.updated.add(outcome.id)
        return outcome

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation not in {"AUD-LIST", "AUD-NAVIGATION"} or not answered.ok:
            return answered
        for item in answered.items():
            item.update({"prospectCount": -1} if item.get("id") in self.updated else {})
        return answered.saying(data=answered.data)


class UpdateAssignsTheAccountGroup(OnUpdate):
    """An update with a member accountGroupId moves the audience into that account group."""

    is_conversational = False

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        group = self.asked.body.get("accountGroupId") if isinstance(self.asked.body, dict) else None
        if group in self.world.account_groups:
            await work.transaction.remove_audience(outcome)
            await work.transaction.save_audience(replace(outcome, account_group_id=group))
        return outcome


class UpdateAssignsTheNumberOfProspects(OnUpdate):
    """An update with a member prospectCount sets the number of prospects."""

    is_conversational = False

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        count = self.asked.body.get("prospectCount") if isinstance(self.asked.body, dict) else None
        changed = replace(outcome, prospect_count=count) if isinstance(count, int) else outcome
        await work.transaction.save_audience(changed)
        return changed


class UpdateRenamesAForeignAudience(OnUpdate):
    """An update also renames the newest audience of the newest other account group that has one."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        others = [group for group in self.world.account_groups if group != outcome.account_group_id]
        for foreign in [one for group in others for one in self.audiences(group)[:1]][-1:]:
            await work.transaction.save_audience(replace(foreign, name=outcome.name))
        return outcome


class CreationTakesTheIdentifierOfTheBody(Mutant):
    """A creation with a member id overwrites the audience with that identifier."""

    killed_by = frozenset({"AUD-CREATE-NEW", "AUD-CREATE-CONSISTENT"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        outcome = await use_case(work, *args)
        named = self.asked.body.get("id") if isinstance(self.asked.body, dict) else None
        overwritten = self.world.audiences.get(named) if use_case is audiences.create and named else None
        if overwritten is None or isinstance(outcome, Refusal):
            return outcome
        await work.transaction.remove_audience(outcome)
        await work.transaction.save_audience(replace(overwritten, name=outcome.name, prospect_count=0))
        return replace(outcome, id=overwritten.id)


class NavigationShowsTheFoldersOfAll(Mutant):
    """The navigation also shows the folders of all other account groups, without their audiences."""

    killed_by = frozenset({"AUD-NAVIGATION-SCOPE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-NAVIGATION" or not answered.ok:
            return answered
        others = [group for group in self.world.account_groups if group != asked.group]
        for group in others:
            async with self.master(group) as token:
                theirs = await self.serve(asked.naming(group=group).by(token))
            answered.data["folders"] += [{**folder, "audiences": []} for folder in theirs.data["folders"]]
        return answered.saying(data=answered.data)


class FoldersAreOfAnotherType(Mutant):
    """A folder is created with the other type than the one that was sent."""

    killed_by = frozenset({"FOLDER-CREATE-EFFECT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation not in {"AUD-NAVIGATION", "FOLDER-CREATE"} or not answered.ok:
            return answered
        for item in answered.items():
            item.update({"audienceType": AudienceType.MONITORING.value} if "audienceType" in item else {})
        return answered.saying(data=answered.data)


@at_each(["AUD-UPDATE", "AUD-MOVE", "AUD-DELETE"], "CONSISTENT")
class WritePinsTheFolders(After):
    """A write of an audience pins every folder of the account group and gives it another position."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:
        for folder in await work.transaction.folders((before or outcome).account_group_id):
            pinned = replace(folder, is_pinned=not folder.is_pinned, position=folder.position + 7)
            await work.transaction.save_folder(pinned)
        return outcome


class RefusedUpdateDestroys(Mutant):
    """An update that is refused as invalid deletes the audience."""

    killed_by = frozenset({"AUD-UPDATE-REFUSED"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.status == 400:
            async with self.master(asked.group) as token:
                await self.serve(asked.instead("DELETE", asked.path).by(token))
        return answered


class RefusedCreationBreaksTheList(Mutant):
    """After a creation that is refused as invalid, the list of the account group is 500."""

    killed_by = frozenset({"AUD-CREATE-REFUSED"})

    def __init__(self) -> None:
        self.broken: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-CREATE" and answered.status == 400:
            self.broken.add(asked.group)
        is_broken = asked.operation == "AUD-LIST" and answered.ok and asked.group in self.broken
        return self.refuse(500, "INTERNAL_ERROR") if is_broken else answered
