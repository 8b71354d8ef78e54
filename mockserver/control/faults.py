"""The operations on a sandbox's faults."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from mockserver.api.operations import operation
from mockserver.control.documents import Contract
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Answer, Body
from mockserver.domain.fault import Fault, redacted
from mockserver.service import faults
from mockserver.service.fault_documents import FaultError, check, documented_errors
from mockserver.service.faults import TooManyFaultsError, UnknownFaultError
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork


class FaultHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes, contract: Contract) -> None:
        self._sandboxes = sandboxes
        self._read_contract = contract

    @operation("listFaults")
    async def list_faults(self, sandbox_id: str) -> Answer:
        """List the faults."""
        return await self._sandboxes.work(sandbox_id, lambda work: _listed(work, None)), 200

    @operation("addFaults")
    async def add(self, sandbox_id: str, body: Body) -> Answer:
        """Add a fault, or those of a preset; 400 for what contradicts itself or the contract, 409 for one too many."""

        async def act(work: UnitOfWork) -> Body:
            return await _listed(work, await faults.add(work, body))

        try:
            check(body, self._documented)
            return await self._sandboxes.work(sandbox_id, act), 201
        except FaultError as error:
            raise ControlError(400, str(error)) from None
        except TooManyFaultsError as error:
            hint = f"DELETE /_mock/sandboxes/{sandbox_id}/faults removes them."
            raise ControlError(409, str(error), hint) from None

    @operation("deleteFaults")
    async def clear(self, sandbox_id: str) -> Answer:
        """Remove all faults."""
        await self._sandboxes.work(sandbox_id, faults.clear)
        return GONE

    @operation("getFault")
    async def get(self, sandbox_id: str, fault_id: str) -> Answer:
        """Look at a fault."""

        async def act(work: UnitOfWork) -> Body:
            return _fault(await faults.get(work, fault_id), await _names(work))

        try:
            return await self._sandboxes.work(sandbox_id, act), 200
        except UnknownFaultError as error:
            raise _unknown(sandbox_id, error) from None

    @operation("deleteFault")
    async def delete(self, sandbox_id: str, fault_id: str) -> Answer:
        """Remove a fault."""
        try:
            await self._sandboxes.work(sandbox_id, lambda work: faults.remove(work, fault_id))
        except UnknownFaultError as error:
            raise _unknown(sandbox_id, error) from None
        return GONE

    @cached_property
    def _documented(self) -> Mapping[str, frozenset[int]]:
        return documented_errors(self._read_contract())


def _unknown(sandbox_id: str, error: UnknownFaultError) -> ControlError:
    return ControlError(404, str(error), f"GET /_mock/sandboxes/{sandbox_id}/faults lists those that there are.")


async def _listed(work: UnitOfWork, listed: Iterable[Fault] | None) -> Body:
    names = await _names(work)
    return {"faults": [_fault(one, names) for one in (await faults.list_faults(work) if listed is None else listed)]}


async def _names(work: UnitOfWork) -> frozenset[str]:
    """What may be shown of keys: their names, but for one that is a token."""
    keys = await work.transaction.api_keys()
    return frozenset(key.name for key in keys) - {key.token for key in keys}


def _fault(record: Fault, names: frozenset[str]) -> Body:
    key = record.key
    return {
        "id": record.id,
        "preset": record.preset,
        "kind": record.kind.value,
        "operation": record.operation,
        "key": key if key is None or key in names else redacted(key),
        "resource": record.resource,
        "from": record.first,
        "times": record.times,
        "probability": record.probability,
        "delayMs": record.delay,
        "status": record.status,
        "retryAfter": record.retry_after,
        "matched": record.matched,
        "acted": record.acted,
        "remaining": record.remaining,
    }
