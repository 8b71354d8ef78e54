"""The operations on API keys."""

from dataclasses import replace

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.instants import instant
from mockserver.control.responses import GONE, Answer, Body
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.service import control_actions
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork


class KeyHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("listKeys")
    async def list_keys(self, sandbox_id: str) -> Answer:
        """List the keys."""
        return views.keys(await self._sandboxes.work(sandbox_id, lambda work: work.transaction.api_keys())), 200

    @operation("createKey")
    async def create(self, sandbox_id: str, body: Body | None = None) -> Answer:
        """Make a key."""
        body = body or {}
        permissions = frozenset(body.get("permissions", ALL_PERMISSIONS))
        groups = frozenset(body["accountGroupIds"]) if "accountGroupIds" in body else None
        expires_at = _expiry(body, None)

        async def act(work: UnitOfWork) -> ApiKey:
            name, revoked = body.get("name", ""), body.get("revoked", False)
            made = await control_actions.add_key(work, permissions, groups, name=name, revoked=revoked)
            made = replace(made, expires_at=expires_at)
            await work.transaction.save_api_key(made)
            return made

        return views.key(await self._sandboxes.work(sandbox_id, act)), 201

    @operation("updateKey")
    async def update(self, sandbox_id: str, key: str, body: Body) -> Answer:
        """Revoke a key, let it expire, or change what it may do."""

        async def act(work: UnitOfWork) -> ApiKey:
            found = await control_actions.key(work, key)
            changed = replace(
                found,
                revoked=body.get("revoked", found.revoked),
                permissions=frozenset(body.get("permissions", found.permissions)),
                expires_at=_expiry(body, found.expires_at),
            )
            await work.transaction.save_api_key(changed)
            return changed

        return views.key(await self._sandboxes.work(sandbox_id, act)), 200

    @operation("deleteKey")
    async def delete(self, sandbox_id: str, key: str) -> Answer:
        """Delete a key."""

        async def act(work: UnitOfWork) -> None:
            await control_actions.key(work, key)
            await control_actions.remove_key(work, key)

        await self._sandboxes.work(sandbox_id, act)
        return GONE


def _expiry(body: Body, otherwise: int | None) -> int | None:
    """When a key expires, as a body says it: an instant, or null for never."""
    text = body.get("expiresAt")
    if text is None:
        return None if "expiresAt" in body else otherwise
    return instant("expiresAt", text)
