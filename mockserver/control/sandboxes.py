"""The handlers of operations on sandboxes."""

from collections.abc import Callable
from typing import Any

from anyio import to_thread

from mockserver.api.long_json import LONG, LongJson, Rows, rendered
from mockserver.api.long_responses import LongResponses
from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Body, Response
from mockserver.control.worlds import refused_seeds
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.seeds import checked, read_text
from mockserver.service import worlds
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import MAX_RECORDS, Document, SeedError, ensure_at_most

ReadText = Callable[[str, int], Document]
"""A function that reads a seed document of at most so many values from a text; SeedError if it is none."""
_SECOND = 1_000
_MAX_VALUES = 50_000


class SandboxHandlers:
    """The handlers of operations on sandboxes."""

    def __init__(self, sandboxes: Sandboxes, long_responses: LongResponses, read_text: ReadText = read_text) -> None:
        self._sandboxes = sandboxes
        self._long_responses = long_responses
        self._read_text = read_text

    @operation("listSandboxes")
    async def list_sandboxes(self) -> Response | LongJson:
        """List the sandboxes."""
        listed = await self._sandboxes.list_all()
        if views.summaries_size(listed) < LONG:
            return {"sandboxes": rendered(views.summary, listed)}, 200
        return LongJson({"sandboxes": Rows(views.summary, listed)}, self._long_responses)

    @operation("createSandbox")
    async def create(self, body: Body | None = None) -> Response:
        """Create a sandbox; 400 for an invalid seed, 409 if there are too many or another one has a key of the seed."""
        body = body or {}
        expiry = self._read_expiry(body)
        if "from" in body and "seed" in body:
            raise ControlError(400, "the body has both from and seed; a sandbox begins with one of them")
        with refused_seeds():
            seed = await self._copied(body["from"]) if "from" in body else None
            seed = await self._read_seed(body["seed"]) if "seed" in body else seed
            names = {"name": body.get("name", ""), "run": body.get("run", "")}
            created = await self._sandboxes.create(seed, **names, expiry=expiry)
        return views.sandbox(created), 201

    async def _read_seed(self, given: Any) -> Document:  # noqa: ANN401  (JSON)
        """Return a seed, given as a JSON object or as the text of a YAML or JSON document.

        Its size is limited because one transaction creates all its records, which blocks other requests meanwhile; a
        thread would help only the reading of YAML, which takes longer than all else.
        """
        if isinstance(given, str):
            document = await to_thread.run_sync(self._read_text, given, _MAX_VALUES)
        else:
            document = checked(given)
        ensure_at_most(MAX_RECORDS, document)
        return document

    async def _copied(self, sandbox_id: str) -> Document:
        """Return the content of another sandbox without the tokens of its keys."""
        document = await self._sandboxes.read(sandbox_id, worlds.export)
        try:
            ensure_at_most(MAX_RECORDS, document)
        except SeedError as error:
            hint = f"GET /_mock/sandboxes/{sandbox_id}/seed exports it for the option --seed-file of another server."
            raise ControlError(400, f"the sandbox {sandbox_id} is too large: {error}", hint) from None
        return document

    def _read_expiry(self, body: Body) -> int | None:
        if "idleExpirySeconds" not in body:
            return self._sandboxes.policy.expiry
        seconds = body["idleExpirySeconds"]
        return None if seconds is None else round(seconds * _SECOND)

    @operation("getSandbox")
    async def get(self, sandbox_id: str) -> Response:
        """Get a sandbox."""
        return views.sandbox(await self._sandboxes.inspect(sandbox_id)), 200

    @operation("deleteSandbox")
    async def delete(self, sandbox_id: str) -> Response:
        """Delete a sandbox; 409 for the default sandbox."""
        if sandbox_id == DEFAULT_SANDBOX:
            hint = f"POST /_mock/sandboxes/{DEFAULT_SANDBOX}/reset returns it to its seed."
            raise ControlError(409, f"the sandbox {DEFAULT_SANDBOX} cannot be deleted", hint)
        await self._sandboxes.delete(sandbox_id)
        return GONE

    @operation("resetSandbox")
    async def reset(self, sandbox_id: str) -> Response:
        """Reset a sandbox to its seed; 409 if a key of the seed now belongs to another sandbox."""
        try:
            await self._sandboxes.reset(sandbox_id)
        except SeedError as error:
            raise ControlError(409, f"the sandbox cannot be reset: {error}") from None
        return await self.get(sandbox_id)
