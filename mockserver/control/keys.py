"""The handlers of operations on API keys."""

from dataclasses import replace

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.instants import instant
from mockserver.control.responses import GONE, Body, Response
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.service import control_actions
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork


class KeyHandlers:
    """The handlers of operations on API keys."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("listKeys")
    async def list_keys(self, sandbox_id: str) -> Response:
        """List the keys."""
        return views.keys(await self._sandboxes.work(sandbox_id, lambda work: work.transaction.api_keys())), 200

    @operation("createKey")
    async def create(self, sandbox_id: str, body: Body | None = None) -> Response:
        """Create a key."""
        body = body or {}
        permissions = frozenset(body.get("permissions", ALL_PERMISSIONS))
        groups = frozenset(body["accountGroupIds"]) if "accountGroupIds" in body else None
        expires_at = _read_expiry(body, None)

        async def act(work: UnitOfWork) -> ApiKey:
            name, revoked = body.get("name", ""), body.get("revoked", False)
            created = await control_actions.add_key(work, permissions, groups, name=name, revoked=revoked)
            created = replace(created, expires_at=expires_at)
            await work.transaction.save_api_key(created)
            return created

        return views.key(await self._sandboxes.work(sandbox_id, act)), 201

    @operation("updateKey")
    async def update(self, sandbox_id: str, key: str, body: Body) -> Response:
        """Revoke a key, or change its expiry or its permissions."""

        async def act(work: UnitOfWork) -> ApiKey:
            current = await control_actions.key(work, key)
            changed = replace(
                current,
                revoked=body.get("revoked", current.revoked),
                permissions=frozenset(body.get("permissions", current.permissions)),
                expires_at=_read_expiry(body, current.expires_at),
            )
            await work.transaction.save_api_key(changed)
            return changed

        return views.key(await self._sandboxes.work(sandbox_id, act)), 200

    @operation("deleteKey")
    async def delete(self, sandbox_id: str, key: str) -> Response:
        """Delete a key."""

        async def act(work: UnitOfWork) -> None:
            await control_actions.key(work, key)
            await control_actions.remove_key(work, key)

        await self._sandboxes.work(sandbox_id, act)
        return GONE


def _read_expiry(body: Body, otherwise: int | None) -> int | None:
    """Return when a key expires by a body, in milliseconds; None for never, `otherwise` if the body does not say."""
    text = body.get("expiresAt")
    if text is None:
        return None if "expiresAt" in body else otherwise
    return instant("expiresAt", text)
