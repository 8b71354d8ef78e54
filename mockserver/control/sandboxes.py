"""The operations on sandboxes."""

from typing import Any

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Answer, Body
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.seeds import checked, read_text
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import Document, SeedError, TakenKeyError, ensure_at_most

_SECOND = 1_000
_MOST_THINGS = 5_000
_MOST_VALUES = 50_000


class SandboxHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("listSandboxes")
    async def list_sandboxes(self) -> Answer:
        """List the sandboxes."""
        return {"sandboxes": [views.summary(one) for one in await self._sandboxes.list_all()]}, 200

    @operation("createSandbox")
    async def create(self, body: Body | None = None) -> Answer:
        """Make a sandbox; 400 for a wrong seed, 409 where there is no room, or another has a key of the seed."""
        body = body or {}
        expiry = self._expiry(body)
        try:
            seed = _seed(body["seed"]) if "seed" in body else None
            made = await self._sandboxes.create(seed, name=body.get("name", ""), expiry=expiry)
        except TakenKeyError as error:
            hint = "Give each sandbox keys of its own, or leave the keys out and use those that are made."
            raise ControlError(409, f"the body's seed does not do: {error}", hint) from None
        except SeedError as error:
            hint = "mockserver/seed.schema.json describes seeds."
            raise ControlError(400, f"the body's seed does not do: {error}", hint) from None
        return views.sandbox(made), 201

    def _expiry(self, body: Body) -> int | None:
        if "idleExpirySeconds" not in body:
            return self._sandboxes.policy.expiry
        seconds = body["idleExpirySeconds"]
        return None if seconds is None else round(seconds * _SECOND)

    @operation("getSandbox")
    async def get(self, sandbox_id: str) -> Answer:
        """Look at a sandbox."""
        return views.sandbox(await self._sandboxes.inspect(sandbox_id)), 200

    @operation("deleteSandbox")
    async def delete(self, sandbox_id: str) -> Answer:
        """Delete a sandbox; 409 for the default one."""
        if sandbox_id == DEFAULT_SANDBOX:
            hint = f"POST /_mock/sandboxes/{DEFAULT_SANDBOX}/reset puts it back to its beginning."
            raise ControlError(409, f"the sandbox {DEFAULT_SANDBOX} cannot be deleted", hint)
        await self._sandboxes.delete(sandbox_id)
        return GONE

    @operation("resetSandbox")
    async def reset(self, sandbox_id: str) -> Answer:
        """Put a sandbox back to its seed; 409 where a key of the seed belongs to another sandbox by now."""
        try:
            await self._sandboxes.reset(sandbox_id)
        except SeedError as error:
            raise ControlError(409, f"the sandbox cannot be put back: {error}") from None
        return await self.get(sandbox_id)


def _seed(given: Any) -> Document:  # noqa: ANN401  (JSON)
    """A seed as a JSON object, or as the text of a YAML or JSON document; no larger than other requests can bear.

    A larger one would hold up everybody, and in a thread no less: what it makes is made in one transaction.
    """
    document = read_text(given, _MOST_VALUES) if isinstance(given, str) else checked(given)
    ensure_at_most(_MOST_THINGS, document)
    return document
