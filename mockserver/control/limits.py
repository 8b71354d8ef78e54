"""The operations on rate limits."""

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Answer, Body
from mockserver.domain.instant import iso
from mockserver.domain.limit import RateLimit
from mockserver.service import limits
from mockserver.service.limits import KeyLimit, Limits
from mockserver.service.sandboxes import Sandboxes


class LimitHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("getLimits")
    async def list_limits(self, sandbox_id: str) -> Answer:
        """Look at the limits; 404 where there is none."""
        seen = await self._sandboxes.work(sandbox_id, limits.list_limits)
        if seen.limit is None and not any(one.key.limit for one in seen.keys):
            hint = f"PUT /_mock/sandboxes/{sandbox_id}/limits sets one."
            raise ControlError(404, f"no key of the sandbox {sandbox_id} has a limit", hint)
        return _limits(seen), 200

    @operation("setLimits")
    async def put(self, sandbox_id: str, body: Body) -> Answer:
        """Set the limit of all keys."""
        limit = RateLimit.parse(body["rate"])
        return _limits(await self._sandboxes.work(sandbox_id, lambda work: limits.limit_all(work, limit))), 200

    @operation("deleteLimits")
    async def delete(self, sandbox_id: str) -> Answer:
        """Lift all limits."""
        await self._sandboxes.work(sandbox_id, limits.lift_all)
        return GONE

    @operation("getKeyLimit")
    async def of_key(self, sandbox_id: str, key: str) -> Answer:
        """Look at a key's own limit; 404 where it has none."""
        seen = await self._sandboxes.work(sandbox_id, lambda work: limits.of_key(work, key))
        if seen.key.limit is None:
            hint = f"GET /_mock/sandboxes/{sandbox_id}/limits shows which limits hold."
            raise ControlError(404, "the key has no limit of its own", hint)
        return _key_limit(seen), 200

    @operation("setKeyLimit")
    async def put_for_key(self, sandbox_id: str, key: str, body: Body) -> Answer:
        """Give a key a limit of its own."""
        return _key_limit(await self._limited(sandbox_id, key, RateLimit.parse(body["rate"]))), 200

    @operation("deleteKeyLimit")
    async def delete_for_key(self, sandbox_id: str, key: str) -> Answer:
        """Take a key's own limit away."""
        await self._limited(sandbox_id, key, None)
        return GONE

    async def _limited(self, sandbox_id: str, key: str, limit: RateLimit | None) -> KeyLimit:
        return await self._sandboxes.work(sandbox_id, lambda work: limits.limit_key(work, key, limit))


def _limits(seen: Limits) -> Body:
    return {"rate": _rate(seen.limit), "keys": [_key_limit(one) for one in seen.keys]}


def _key_limit(seen: KeyLimit) -> Body:
    key, limit, now = seen.key, seen.limit, seen.now
    return {
        "key": key.token,
        "rate": _rate(limit),
        "own": key.limit is not None,
        "left": None if limit is None else limit.left(key.bucket, now),
        "fullAt": None if limit is None else iso(max(now, limit.full_at(key.bucket))),
    }


def _rate(limit: RateLimit | None) -> str | None:
    return None if limit is None else str(limit)
