"""The operation on provider states: Pact's convention, in the sandbox that the parameters point to."""

from collections.abc import Mapping
from typing import Any

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.responses import Answer, Body
from mockserver.domain.job import Job
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.ports import Access, SandboxNotFoundError, Store
from mockserver.service import states
from mockserver.service.control_actions import EndedError, UnknownError
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.states import CannotEstablishError, ParamsError


class StateHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes, store: Store) -> None:
        self._sandboxes = sandboxes
        self._store = store

    @operation("changeProviderState")
    async def change(self, body: Body, sandbox: str | None = None) -> Answer:
        """Set a state up or tear it down; 501 where that cannot be done, 400 where the parameters are wrong."""
        state, params, action = body["state"], body.get("params", {}), body.get("action", "setup")
        where = await self._sandbox(params, sandbox)
        try:
            return await self._sandboxes.work(where, lambda work: states.change(work, state, action, params)), 200
        except (ParamsError, UnknownError) as error:
            raise ControlError(400, str(error)) from None
        except (CannotEstablishError, EndedError) as error:
            raise ControlError(501, str(error)) from None

    async def _sandbox(self, params: Mapping[str, Any], named: str | None) -> str:
        """The sandbox that is named, else the key's, else the job's, else the default one; SandboxNotFoundError."""
        if named is not None and "\0" in named:
            raise SandboxNotFoundError(named)
        key, job_id = params.get("apiKey"), params.get("jobId")
        caller = await self._store.caller(key) if isinstance(key, str) else None
        if named is not None:
            if caller is not None and caller.sandbox.id != named:
                raise ControlError(400, f"params.apiKey is a key of the sandbox {caller.sandbox.id}, not of {named}")
            return named
        if caller is not None:
            return caller.sandbox.id
        return await self._sandbox_of_job(job_id) if isinstance(job_id, str) else DEFAULT_SANDBOX

    async def _sandbox_of_job(self, job_id: str) -> str:
        others = [sandbox.id for sandbox in await self._sandboxes.list_all() if sandbox.id != DEFAULT_SANDBOX]
        for sandbox_id in (DEFAULT_SANDBOX, *others):
            if await self._job(sandbox_id, job_id) is not None:
                return sandbox_id
        return DEFAULT_SANDBOX

    async def _job(self, sandbox_id: str, job_id: str) -> Job | None:
        """Look for a job; a sandbox that is only searched is not used by that."""
        try:
            async with self._store.transaction(sandbox_id, Access.READ) as transaction:
                return await transaction.job(job_id)
        except SandboxNotFoundError:
            return None
