"""The rate limiting of requests by key."""

from dataclasses import replace

from mockserver.domain.instant import iso
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import RateLimit
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Caller, Clock, Store

_SECOND = 1_000


async def consume(store: Store, clock: Clock, caller: Caller) -> Refusal | None:
    """Take a token from the key's bucket in a transaction, or return a refusal if none is left."""
    async with store.transaction(caller.sandbox.id) as transaction:
        sandbox, key = await transaction.sandbox(), await transaction.api_key(caller.key.token)
        limit = None if key is None else key.limit or sandbox.limit
        if key is None or limit is None:
            return None
        now = sandbox.clock.now(clock.now())
        bucket = limit.taken(key.bucket, now)
        if bucket is None:
            return _exceeded(sandbox, key, limit, now)
        await transaction.save_api_key(replace(key, bucket=bucket))
        return None


def _exceeded(sandbox: Sandbox, key: ApiKey, limit: RateLimit, now: int) -> Refusal:
    passes_at = limit.passes_at(key.bucket)
    seconds = -(-(passes_at - now) // _SECOND)
    hint = f"Wait {seconds} s, as Retry-After says."
    if sandbox.clock.frozen_at is not None:
        hint += f" The sandbox's clock stands still: POST /_mock/sandboxes/{sandbox.id}/clock/advance moves it."
    return refused(
        Reason.RATE_LIMITED,
        f"Rate limit exceeded: this key may send {limit} requests, and the next one passes at {iso(passes_at)}.",
        hint,
        limit=str(limit),
        retryAfter=seconds,
        passesAt=iso(passes_at),
    )
