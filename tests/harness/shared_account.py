"""An account that others work in at the same time: whatever the suite makes has neighbours that are not its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.identifiers import Numbers

THEIRS = "of somebody else"
_FIRST = 0xE << 92


class SharedAccount(Numbers):
    """A server that counts its identifiers; others make an audience or a folder after each of the suite."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, Any] = {}
        self.sent: list[Asked] = []

    async def respond(self, asked: Asked) -> Answered:
        self.sent.append(asked)
        answered = await super().respond(asked)
        if answered.status == 201 and asked.operation in {"AUD-CREATE", "FOLDER-CREATE"}:
            self.make_another(self.inner[answered.body["data"]["id"]])
        return answered

    def make_another(self, inner: str) -> None:
        """Make another resource like one of the suite, with the next identifier."""
        world = self.world
        table: Any = world.audiences if world.audiences.get(inner) else world.folders
        identifier = f"{_FIRST + len(self.made):x}"
        world.serials += 1
        other = replace(table.get(inner), id=identifier, serial=world.serials, name=f"{THEIRS} {len(self.made)}")
        table.put(other)
        self.made[identifier] = other
        self.shown(identifier)

    def records(self) -> Mapping[str, Any]:
        """Return all audiences, folders and jobs, by their inner identifiers."""
        world = self.world
        tables: tuple[Any, ...] = (world.audiences, world.folders, world.jobs)
        groups = [*world.account_groups]
        return {one.id: one for table in tables for group in groups for one in table.newest_first(group)}
