"""The handlers of operations on a sandbox's faults."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from mockserver.api.operations import operation
from mockserver.control.documents import Contract
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Body, Response
from mockserver.domain.fault import Fault, redacted
from mockserver.service import faults
from mockserver.service.fault_documents import FaultError, check, documented_errors
from mockserver.service.faults import TooManyFaultsError, UnknownFaultError
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork


class FaultHandlers:
    """The handlers of operations on a sandbox's faults."""

    def __init__(self, sandboxes: Sandboxes, contract: Contract) -> None:
        self._sandboxes = sandboxes
        self._read_contract = contract

    @operation("listFaults")
    async def list_faults(self, sandbox_id: str) -> Response:
        """List the faults."""
        return await self._sandboxes.work(sandbox_id, lambda work: _fault_list(work, None)), 200

    @operation("addFaults")
    async def add(self, sandbox_id: str, body: Body) -> Response:
        """Add a fault or those of a preset; 400 for a contradiction in it or with the contract, 409 for too many."""

        async def act(work: UnitOfWork) -> Body:
            return await _fault_list(work, await faults.add(work, body))

        try:
            check(body, self._documented)
            return await self._sandboxes.work(sandbox_id, act), 201
        except FaultError as error:
            raise ControlError(400, str(error)) from None
        except TooManyFaultsError as error:
            hint = f"DELETE /_mock/sandboxes/{sandbox_id}/faults removes them."
            raise ControlError(409, str(error), hint) from None

    @operation("deleteFaults")
    async def clear(self, sandbox_id: str) -> Response:
        """Remove all faults."""
        await self._sandboxes.work(sandbox_id, faults.clear)
        return GONE

    @operation("getFault")
    async def get(self, sandbox_id: str, fault_id: str) -> Response:
        """Get a fault."""

        async def act(work: UnitOfWork) -> Body:
            return _fault(await faults.get(work, fault_id), await _key_names(work))

        try:
            return await self._sandboxes.work(sandbox_id, act), 200
        except UnknownFaultError as error:
            raise _unknown_fault(sandbox_id, error) from None

    @operation("deleteFault")
    async def delete(self, sandbox_id: str, fault_id: str) -> Response:
        """Remove a fault."""
        try:
            await self._sandboxes.work(sandbox_id, lambda work: faults.remove(work, fault_id))
        except UnknownFaultError as error:
            raise _unknown_fault(sandbox_id, error) from None
        return GONE

    @cached_property
    def _documented(self) -> Mapping[str, frozenset[int]]:
        return documented_errors(self._read_contract())


def _unknown_fault(sandbox_id: str, error: UnknownFaultError) -> ControlError:
    return ControlError(404, str(error), f"GET /_mock/sandboxes/{sandbox_id}/faults lists the faults.")


async def _fault_list(work: UnitOfWork, selected: Iterable[Fault] | None) -> Body:
    names = await _key_names(work)
    records = await faults.list_faults(work) if selected is None else selected
    return {"faults": [_fault(record, names) for record in records]}


async def _key_names(work: UnitOfWork) -> frozenset[str]:
    """Return the names of keys, without any name that is a token and must not be shown."""
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
        "resendMs": record.resend_window,
        "matched": record.matched,
        "acted": record.acted,
        "remaining": record.remaining,
    }
