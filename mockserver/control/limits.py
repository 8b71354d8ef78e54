"""The handlers of operations on rate limits."""

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Body, Response
from mockserver.domain.instant import iso
from mockserver.domain.limit import RateLimit
from mockserver.service import limits
from mockserver.service.limits import KeyLimit, Limits
from mockserver.service.sandboxes import Sandboxes


class LimitHandlers:
    """The handlers of operations on rate limits."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("getLimits")
    async def list_limits(self, sandbox_id: str) -> Response:
        """Get the limits; 404 if no key has a limit."""
        current = await self._sandboxes.work(sandbox_id, limits.list_limits)
        if current.limit is None and not any(key_limit.key.limit for key_limit in current.keys):
            hint = f"PUT /_mock/sandboxes/{sandbox_id}/limits sets one."
            raise ControlError(404, f"no key of the sandbox {sandbox_id} has a limit", hint)
        return _limits(current), 200

    @operation("setLimits")
    async def put(self, sandbox_id: str, body: Body) -> Response:
        """Set the limit of all keys."""
        limit = RateLimit.parse(body["rate"])
        return _limits(await self._sandboxes.work(sandbox_id, lambda work: limits.limit_all(work, limit))), 200

    @operation("deleteLimits")
    async def delete(self, sandbox_id: str) -> Response:
        """Remove all limits."""
        await self._sandboxes.work(sandbox_id, limits.lift_all)
        return GONE

    @operation("getKeyLimit")
    async def of_key(self, sandbox_id: str, key: str) -> Response:
        """Get a key's own limit; 404 if it has none."""
        key_limit = await self._sandboxes.work(sandbox_id, lambda work: limits.of_key(work, key))
        if key_limit.key.limit is None:
            hint = f"GET /_mock/sandboxes/{sandbox_id}/limits shows the limits in force."
            raise ControlError(404, "the key has no limit of its own", hint)
        return _key_limit(key_limit), 200

    @operation("setKeyLimit")
    async def put_for_key(self, sandbox_id: str, key: str, body: Body) -> Response:
        """Set a key's own limit."""
        return _key_limit(await self._limit_key(sandbox_id, key, RateLimit.parse(body["rate"]))), 200

    @operation("deleteKeyLimit")
    async def delete_for_key(self, sandbox_id: str, key: str) -> Response:
        """Remove a key's own limit."""
        await self._limit_key(sandbox_id, key, None)
        return GONE

    async def _limit_key(self, sandbox_id: str, key: str, limit: RateLimit | None) -> KeyLimit:
        return await self._sandboxes.work(sandbox_id, lambda work: limits.limit_key(work, key, limit))


def _limits(current: Limits) -> Body:
    return {"rate": _rate(current.limit), "keys": [_key_limit(key_limit) for key_limit in current.keys]}


def _key_limit(key_limit: KeyLimit) -> Body:
    key, limit, now = key_limit.key, key_limit.limit, key_limit.now
    return {
        "key": key.token,
        "rate": _rate(limit),
        "own": key.limit is not None,
        "left": None if limit is None else limit.left(key.bucket, now),
        "fullAt": None if limit is None else iso(max(now, limit.full_at(key.bucket))),
    }


def _rate(limit: RateLimit | None) -> str | None:
    return None if limit is None else str(limit)
