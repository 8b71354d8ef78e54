"""Mutants of the whole server with side effects: changes beyond those that the request asks for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.audience import Audience
from mockserver.domain.refusal import Refusal
from tests.mutants.server.mutated import Mutant


class After(Mutant):
    """The mutants that call `also` after one operation has succeeded."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        before = self.world.audiences.get(self.asked.target)
        outcome = await use_case(work, *args)
        if self.hit and not isinstance(outcome, Refusal):
            return await self.also(work, before, outcome)
        return outcome

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:
        """Apply the side effect and return the outcome of the operation."""
        raise NotImplementedError

    def neighbours(self, audience: Audience) -> list[Audience]:
        """Return the other audiences of its account group, newest first."""
        return [one for one in self.audiences(audience.account_group_id) if one.id != audience.id]


class OnUpdate(After):
    operation = "AUD-UPDATE"
    killed_by = frozenset({"AUD-UPDATE-ONLY"})


class DescriptionClearsTheName(OnUpdate):
    """An update of the description alone clears the name."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        changed = outcome if "name" in self.asked.body else replace(outcome, name="")
        await work.transaction.save_audience(changed)
        return changed


class NameClearsTheDescription(OnUpdate):
    """An update of the name alone clears the description."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        changed = outcome if "description" in self.asked.body else replace(outcome, description=None)
        await work.transaction.save_audience(changed)
        return changed


class UpdateLeavesTheFolder(OnUpdate):
    """An update removes the audience from its folder."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        changed = replace(outcome, folder_id=None)
        await work.transaction.save_audience(changed)
        return changed


class UpdateRenamesTheNeighbour(OnUpdate):
    """An update also renames another audience of the account group."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        for other in self.neighbours(outcome)[:1]:
            await work.transaction.save_audience(replace(other, name=outcome.name))
        return outcome


class UpdateLosesTheProspects(OnUpdate):
    """An update empties the audience: its prospect count becomes zero."""

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        changed = replace(outcome, prospect_count=0)
        await work.transaction.save_audience(changed)
        return changed


class OnDelete(After):
    operation = "AUD-DELETE"
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        for other in self.harmed(outcome):
            await work.transaction.remove_audience(other)
        return outcome

    def harmed(self, deleted: Audience) -> list[Audience]:
        """Return the audiences that are deleted as a side effect."""
        raise NotImplementedError


class DeletesTheNeighbour(OnDelete):
    """A deletion also deletes the newest other audience of the account group."""

    def harmed(self, deleted: Audience) -> list[Audience]:
        return self.neighbours(deleted)[:1]


class DeletesTheFolderful(OnDelete):
    """A deletion also deletes every audience in the same folder."""

    def harmed(self, deleted: Audience) -> list[Audience]:
        return [one for one in self.neighbours(deleted) if deleted.folder_id and one.folder_id == deleted.folder_id]


class DeletesInAnotherGroup(OnDelete):
    """A deletion also deletes the newest audience of another account group."""

    def harmed(self, deleted: Audience) -> list[Audience]:
        others = [one for one in self.world.account_groups if one != deleted.account_group_id]
        return [one for group in others for one in self.audiences(group)[:1]][-1:]


class DeletesItsNamesakes(OnDelete):
    """A deletion also deletes every audience of the account group with the same name."""

    def harmed(self, deleted: Audience) -> list[Audience]:
        return [one for one in self.neighbours(deleted) if one.name == deleted.name]


class MovesTheNeighbour(After):
    """A move also moves the newest other audience of the account group."""

    operation = "AUD-MOVE"
    killed_by = frozenset({"AUD-MOVE-ONLY"})

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        for other in self.neighbours(outcome)[:1]:
            await work.transaction.save_audience(replace(other, folder_id=outcome.folder_id))
        return outcome


class MoveClearsTheDescription(After):
    """A move clears the description."""

    operation = "AUD-MOVE"
    killed_by = frozenset({"AUD-MOVE-ONLY"})

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        changed = replace(outcome, description=None)
        await work.transaction.save_audience(changed)
        return changed


class RemoveEmptiesTheFolder(After):
    """The removal of one audience from a folder removes all audiences from the folder."""

    operation = "AUD-REMOVE"
    killed_by = frozenset({"AUD-REMOVE-ONLY"})

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:
        for other in self.neighbours(outcome):
            if before.folder_id is not None and other.folder_id == before.folder_id:
                await work.transaction.save_audience(replace(other, folder_id=None))
        return outcome


class RenameRenamesAll(After):
    """The renaming of one folder gives the new name to every folder of the account group."""

    operation = "FOLDER-RENAME"
    killed_by = frozenset({"FOLDER-RENAME-ONLY"})

    async def also(self, work: Any, before: Any, outcome: Any) -> Any:  # noqa: ARG002
        for folder in await work.transaction.folders(outcome.account_group_id):
            await work.transaction.save_folder(replace(folder, name=outcome.name))
        return outcome
