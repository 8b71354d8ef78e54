"""Admission: the first three refusals of every request (key, rate limit, permission), decided once, in one step."""

from mockserver.domain.instant import iso
from mockserver.domain.key import ApiKey
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.ports import Caller, Clock, Store
from mockserver.service.lifetime import lives
from mockserver.service.metering import metered

Admission = Caller
"""A request that may go on: its key, and the sandbox that the key belongs to."""

_NO_KEY = refused(
    Reason.INVALID_KEY,
    "Invalid or missing API key: the request carries none.",
    "Send the header 'Authorization: Bearer <API key>'.",
)
_UNKNOWN_KEY = refused(
    Reason.INVALID_KEY,
    "Invalid or missing API key: no sandbox of this server knows the key.",
    "Use one that the server has printed at its start, or one of a sandbox that POST /_mock/sandboxes has made, and "
    "that has neither been deleted nor expired for want of use.",
)
_REVOKED_KEY = refused(Reason.INVALID_KEY, "Invalid or missing API key: the key has been revoked.", "Use another key.")
_LIMITED = refused(
    Reason.RATE_LIMITED,
    "Rate limit exceeded: the provider state 'the rate limit is exhausted' holds for this key.",
    "Tear it down, or reset the sandbox.",
)


def _lacks(key: ApiKey, permission: str) -> Refusal:
    held = sorted(key.permissions)
    return refused(
        Reason.MISSING_PERMISSION,
        f"Missing required permission {permission}: this key holds {', '.join(held) or 'none'}.",
        f"Use a key that holds {permission}.",
        required=permission,
        held=held,
    )


def _expired(key: ApiKey, expires_at: int, now: int) -> Refusal:
    return refused(
        Reason.INVALID_KEY,
        f"Invalid or missing API key: the key expired at {iso(expires_at)}, and it is {iso(now)} in its sandbox.",
        "Use another key.",
        key=key.name,
        expiredAt=iso(expires_at),
    )


def _ruled_out(caller: Caller, clock: Clock) -> Refusal | None:
    """The refusal of a key that is known, but revoked, expired, or told to be over its limit."""
    key = caller.key
    if key.revoked:
        return _REVOKED_KEY
    if key.expires_at is not None and (now := caller.sandbox.clock.now(clock.now())) >= key.expires_at:
        return _expired(key, key.expires_at, now)
    return _LIMITED if key.limited else None


async def admit(store: Store, clock: Clock, token: str | None, permission: str | None) -> Admission | Refusal:
    """Decide on a request by its API key alone: 401, then 429, then 403.

    `token` is what stands behind `Bearer`, None where the header is missing or of another scheme;
    `permission` is what the operation requires, None where any valid key will do.
    """
    caller = None if token is None else await store.caller(token)
    if caller is None:
        return _NO_KEY if token is None else _UNKNOWN_KEY
    key, sandbox = caller
    if sandbox.expiry is not None and not await lives(store, sandbox, clock.now()):
        return _UNKNOWN_KEY
    refusal = None
    if key.revoked or key.limited or key.expires_at is not None:
        refusal = _ruled_out(caller, clock)
    if refusal is None and (sandbox.limit is not None or key.limit is not None):
        refusal = await metered(store, clock, caller)
    if refusal is None and permission is not None and permission not in key.permissions:
        refusal = _lacks(key, permission)
    return caller if refusal is None else refusal
