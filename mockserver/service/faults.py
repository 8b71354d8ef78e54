"""The faults of a sandbox: add, list, remove, and count requests."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from mockserver.domain.fault import Fault, FaultDecision, FaultSubject, decide
from mockserver.ports import SandboxNotFoundError, Store, StoreFullError
from mockserver.service.fault_documents import Document, FaultError, fault, spelled_out
from mockserver.service.transactions import UnitOfWork

MAX_FAULTS = 100


class TooManyFaultsError(ValueError):
    """The sandbox has the maximum number of faults."""


class UnknownFaultError(LookupError):
    """The sandbox does not have the fault (any more); the message names it."""


async def list_faults(work: UnitOfWork) -> Sequence[Fault]:
    """Return all faults of the sandbox in the order in which they were added, which is the order of matching."""
    return (await work.transaction.sandbox()).faults


async def add(work: UnitOfWork, document: Document) -> Sequence[Fault]:
    """Add the fault, or the faults of the preset, that a checked document describes, and return them.

    Raises:
        FaultError: The sandbox does not have the key.
        TooManyFaultsError: The sandbox would have too many faults.
    """
    parts = spelled_out(document)
    sandbox = await work.transaction.sandbox()
    if len(sandbox.faults) + len(parts) > MAX_FAULTS:
        raise TooManyFaultsError(f"a sandbox may have {MAX_FAULTS} faults, and this one has {len(sandbox.faults)}")
    key = document.get("key")
    keys = [] if key is None else await work.transaction.api_keys()
    if key is not None and not any(key in (api_key.token, api_key.name) for api_key in keys):
        raise FaultError("this sandbox has no API key with the token or the name that key says")
    added = [fault(part, part.get("id") or (await work.fresh_id())[0]) for part in parts]
    await work.transaction.save_sandbox(replace(sandbox, faults=(*sandbox.faults, *added)))
    return added


async def get(work: UnitOfWork, fault_id: str) -> Fault:
    """Return a fault; UnknownFaultError if the sandbox does not have it."""
    for candidate in await list_faults(work):
        if candidate.id == fault_id:
            return candidate
    raise UnknownFaultError(f"this sandbox has no fault {fault_id}")


async def remove(work: UnitOfWork, fault_id: str) -> None:
    """Remove a fault; UnknownFaultError if the sandbox does not have it."""
    removed = await get(work, fault_id)
    sandbox = await work.transaction.sandbox()
    remaining = tuple(candidate for candidate in sandbox.faults if candidate != removed)
    await work.transaction.save_sandbox(replace(sandbox, faults=remaining))


async def clear(work: UnitOfWork) -> None:
    """Remove all faults."""
    await work.transaction.save_sandbox(replace(await work.transaction.sandbox(), faults=()))


async def take(store: Store, sandbox_id: str, subject: FaultSubject) -> FaultDecision:
    """Count a request, and decide which faults act on it, in one transaction."""
    async with store.transaction(sandbox_id) as transaction:
        sandbox = await transaction.sandbox()
        decision = decide(sandbox.faults, subject, sandbox.secret)
        if decision.faults != sandbox.faults:
            await transaction.save_sandbox(replace(sandbox, faults=decision.faults))
        return decision


async def claim(store: Store, sandbox_id: str, fault_id: str) -> bool:
    """Count an act of a fault that acts after the effect of a request.

    Returns:
        False if the fault or its sandbox has been removed, or if other requests have used up the acts.
    """
    try:
        async with store.transaction(sandbox_id) as transaction:
            sandbox = await transaction.sandbox()
            counted = tuple(
                candidate.after_acting() if candidate.id == fault_id and candidate.remaining != 0 else candidate
                for candidate in sandbox.faults
            )
            await transaction.save_sandbox(replace(sandbox, faults=counted))
            return counted != sandbox.faults
    except SandboxNotFoundError:
        return False


async def change(store: Store, sandbox_id: str, fault_id: str, changed: Callable[[Fault], Fault]) -> None:
    """Change a fault, unless it or its sandbox has been removed, or the store has no room for the change."""
    with suppress(SandboxNotFoundError, StoreFullError):
        async with store.transaction(sandbox_id) as transaction:
            sandbox = await transaction.sandbox()
            faults = tuple(changed(fault) if fault.id == fault_id else fault for fault in sandbox.faults)
            await transaction.save_sandbox(replace(sandbox, faults=faults))
