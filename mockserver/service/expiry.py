"""The expiry of unused sandboxes. No timer runs: an expired sandbox is removed at the next access."""

from contextlib import suppress

from mockserver.domain.sandbox import Sandbox
from mockserver.ports import SandboxNotFoundError, Store, Transaction


async def note_use(transaction: Transaction, sandbox: Sandbox, real: int) -> Sandbox:
    """Record a use of the sandbox at the real time `real`; nothing is written while the last record is recent."""
    used = sandbox.used(real)
    if used is not sandbox:
        await transaction.save_sandbox(used)
    return used


async def still_exists(store: Store, sandbox: Sandbox, real: int) -> bool:
    """Return whether a sandbox in use still exists: remove it if it has expired, else record the use."""
    if sandbox.is_expired(real):
        await discard(store, sandbox.id)
        return False
    if sandbox.used(real) is not sandbox:
        async with store.transaction(sandbox.id) as transaction:
            await note_use(transaction, await transaction.sandbox(), real)
    return True


async def discard(store: Store, sandbox_id: str) -> None:
    """Remove a sandbox, if it exists."""
    with suppress(SandboxNotFoundError):
        await store.remove_sandbox(sandbox_id)
