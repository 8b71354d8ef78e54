"""The faults of a sandbox: added, looked at, removed; and counted, one request after the other."""

from collections.abc import Sequence
from dataclasses import replace

from mockserver.domain.fault import Fault, FaultDecision, FaultSubject, decide
from mockserver.ports import SandboxNotFoundError, Store
from mockserver.service.fault_documents import Document, FaultError, fault, spelled_out
from mockserver.service.transactions import UnitOfWork

MAX_FAULTS = 100


class TooManyFaultsError(ValueError):
    """A sandbox has as many faults as it may."""


class UnknownFaultError(LookupError):
    """The sandbox has no such fault, or none any more; the message names it."""


async def list_faults(work: UnitOfWork) -> Sequence[Fault]:
    """All faults of the sandbox, in the order in which they were added, which is that in which they are asked."""
    return (await work.transaction.sandbox()).faults


async def add(work: UnitOfWork, document: Document) -> Sequence[Fault]:
    """Add what a checked document describes, several faults where it names a preset; answers those.

    FaultError where the sandbox has no such key; TooManyFaultsError.
    """
    parts = spelled_out(document)
    sandbox = await work.transaction.sandbox()
    if len(sandbox.faults) + len(parts) > MAX_FAULTS:
        raise TooManyFaultsError(f"a sandbox may have {MAX_FAULTS} faults, and this one has {len(sandbox.faults)}")
    key = document.get("key")
    if key is not None and not any(key in (one.token, one.name) for one in await work.transaction.api_keys()):
        raise FaultError("this sandbox has no API key with the token or the name that key says")
    made = [fault(part, (await work.fresh_id())[0]) for part in parts]
    await work.transaction.save_sandbox(replace(sandbox, faults=(*sandbox.faults, *made)))
    return made


async def get(work: UnitOfWork, fault_id: str) -> Fault:
    """One fault; UnknownFaultError where the sandbox has none such."""
    for one in await list_faults(work):
        if one.id == fault_id:
            return one
    raise UnknownFaultError(f"this sandbox has no fault {fault_id}")


async def remove(work: UnitOfWork, fault_id: str) -> None:
    """Remove one fault; UnknownFaultError where the sandbox has none such."""
    gone = await get(work, fault_id)
    sandbox = await work.transaction.sandbox()
    await work.transaction.save_sandbox(replace(sandbox, faults=tuple(one for one in sandbox.faults if one != gone)))


async def clear(work: UnitOfWork) -> None:
    """Remove all faults."""
    await work.transaction.save_sandbox(replace(await work.transaction.sandbox(), faults=()))


async def take(store: Store, sandbox_id: str, asked: FaultSubject) -> FaultDecision:
    """Count a request in one transaction, and decide what becomes of it."""
    async with store.transaction(sandbox_id) as transaction:
        sandbox = await transaction.sandbox()
        taken = decide(sandbox.faults, asked, sandbox.secret)
        if taken.faults != sandbox.faults:
            await transaction.save_sandbox(replace(sandbox, faults=taken.faults))
        return taken


async def claim(store: Store, sandbox_id: str, fault_id: str) -> bool:
    """Count an act of a fault that has waited for the effect.

    False where it is gone by now, alone or with its sandbox, or where other requests were sooner.
    """
    try:
        async with store.transaction(sandbox_id) as transaction:
            sandbox = await transaction.sandbox()
            counted = tuple(
                one.after_acting() if one.id == fault_id and one.remaining != 0 else one for one in sandbox.faults
            )
            await transaction.save_sandbox(replace(sandbox, faults=counted))
            return counted != sandbox.faults
    except SandboxNotFoundError:
        return False
