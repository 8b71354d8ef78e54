"""Sandboxes that nobody uses go. Nothing watches them: one that has expired is gone when it is next looked at."""

from contextlib import suppress

from mockserver.domain.sandbox import Sandbox
from mockserver.ports import SandboxNotFoundError, Store, Transaction


async def note_use(transaction: Transaction, sandbox: Sandbox, real: int) -> Sandbox:
    """Note that the sandbox is used now; nothing is written while the last note is fresh."""
    used = sandbox.used(real)
    if used is not sandbox:
        await transaction.save_sandbox(used)
    return used


async def still_exists(store: Store, sandbox: Sandbox, real: int) -> bool:
    """Whether a sandbox that somebody uses is still there; one that has expired is removed, else the use is noted."""
    if sandbox.is_expired(real):
        await discard(store, sandbox.id)
        return False
    if sandbox.used(real) is not sandbox:
        async with store.transaction(sandbox.id) as transaction:
            await note_use(transaction, await transaction.sandbox(), real)
    return True


async def discard(store: Store, sandbox_id: str) -> None:
    """Remove a sandbox, if it is there."""
    with suppress(SandboxNotFoundError):
        await store.remove_sandbox(sandbox_id)
