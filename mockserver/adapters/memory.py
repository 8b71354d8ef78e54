"""The embedded store: worlds in dictionaries, gone when the process ends."""

from collections.abc import Sequence

from mockserver.adapters.transaction import MemoryTransaction
from mockserver.adapters.world import World
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Caller, SandboxNotFoundError


class MemoryStore:
    """Worlds by sandbox id, and whose each API key is."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}
        self.owners: dict[str, World] = {}

    async def caller(self, token: str) -> Caller | None:
        """See `Store.caller`."""
        world = self.owners.get(token)
        return None if world is None else Caller(world.keys[token], world.sandbox)

    async def sandboxes(self) -> Sequence[Sandbox]:
        """See `Store.sandboxes`."""
        return [world.sandbox for world in self.worlds.values()]

    async def add_sandbox(self, sandbox: Sandbox) -> None:
        """See `Store.add_sandbox`."""
        if sandbox.id in self.worlds:
            message = f"there is a sandbox {sandbox.id} already"
            raise ValueError(message)
        self.worlds[sandbox.id] = World(sandbox)

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """See `Store.remove_sandbox`."""
        world = self.worlds.pop(sandbox_id, None)
        if world is None:
            raise SandboxNotFoundError(sandbox_id)
        for token in world.keys:
            del self.owners[token]

    def transaction(self, sandbox_id: str) -> MemoryTransaction:
        """See `Store.transaction`."""
        return MemoryTransaction(self.worlds, self.owners, sandbox_id)
