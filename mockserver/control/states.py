"""The handler of provider states, by Pact's convention, in the sandbox that the parameters identify."""

from collections.abc import Mapping
from typing import Any

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.responses import Body, Response
from mockserver.domain.job import Job
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.ports import Access, SandboxNotFoundError, Store
from mockserver.service import states
from mockserver.service.control_actions import EndedError, UnknownError
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.states import CannotEstablishError, ParamsError


class StateHandlers:
    """The handlers of operations on provider states."""

    def __init__(self, sandboxes: Sandboxes, store: Store) -> None:
        self._sandboxes = sandboxes
        self._store = store

    @operation("changeProviderState")
    async def change(self, body: Body, sandbox: str | None = None) -> Response:
        """Set up or tear down a state; 501 if this server cannot establish it, 400 for wrong parameters."""
        state, params, action = body["state"], body.get("params", {}), body.get("action", "setup")
        sandbox_id = await self._find_sandbox(params, sandbox)
        try:
            return await self._sandboxes.work(sandbox_id, lambda work: states.change(work, state, action, params)), 200
        except (ParamsError, UnknownError) as error:
            raise ControlError(400, str(error)) from None
        except (CannotEstablishError, EndedError) as error:
            raise ControlError(501, str(error)) from None

    async def _find_sandbox(self, params: Mapping[str, Any], named: str | None) -> str:
        """Return the id of the named sandbox, else of the key's, else of the job's, else of the default sandbox.

        Raises:
            SandboxNotFoundError: The name contains a NUL, so that no sandbox can have it.
            ControlError: The key belongs to another sandbox than the named one.
        """
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
        return await self._find_sandbox_of_job(job_id) if isinstance(job_id, str) else DEFAULT_SANDBOX

    async def _find_sandbox_of_job(self, job_id: str) -> str:
        others = [sandbox.id for sandbox in await self._sandboxes.list_all() if sandbox.id != DEFAULT_SANDBOX]
        for sandbox_id in (DEFAULT_SANDBOX, *others):
            if await self._find_job(sandbox_id, job_id) is not None:
                return sandbox_id
        return DEFAULT_SANDBOX

    async def _find_job(self, sandbox_id: str, job_id: str) -> Job | None:
        """Return a job of a sandbox; the search does not count as a use of the sandbox."""
        try:
            async with self._store.transaction(sandbox_id, Access.READ) as transaction:
                return await transaction.job(job_id)
        except SandboxNotFoundError:
            return None
