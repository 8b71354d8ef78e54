"""Mutants of the whole server: the page that renames a folder, where its method is the target's."""

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant

CONVERSATIONAL = False


class RenamesByTheBeginning(Mutant):
    """A folder is renamed under an identifier with one character more, too."""

    killed_by = frozenset({"FOLDER-RENAME-EXACT"})

    async def respond(self, asked: Asked) -> Answered:
        is_longer = asked.operation == "FOLDER-RENAME" and self.world.folders.get(asked.target[:-1]) is not None
        return await self.serve(asked.naming(target=asked.target[:-1]) if is_longer else asked)


class RenamesToAnything(Mutant):
    """A folder is renamed by any body: a name that is no string, or none, is taken as another one."""

    killed_by = frozenset({"FOLDER-RENAME-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        name = asked.body.get("name") if isinstance(asked.body, dict) else None
        is_wrong = asked.operation == "FOLDER-RENAME" and not isinstance(name, str)
        return await self.serve(asked.with_body({"name": str(name)}) if is_wrong else asked)


class RenamesAreLost(Mutant):
    """A folder is not found by the method that renames others, if its name begins with `first`."""

    killed_by = frozenset({"FOLDER-RENAME-DONE"})

    async def respond(self, asked: Asked) -> Answered:
        folder = self.world.folders.get(asked.target) if asked.operation == "FOLDER-RENAME" else None
        is_lost = folder is not None and folder.account_group_id == asked.group and folder.name.startswith("first")
        return self.refuse(404, "NOT_FOUND") if is_lost else await self.serve(asked)
