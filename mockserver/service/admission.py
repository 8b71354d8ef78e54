"""The admission of requests: the first three checks of each (key, rate limit, permission), done once."""

from mockserver.domain.instant import iso
from mockserver.domain.key import ApiKey
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.ports import Caller, Clock, Store
from mockserver.recording.request_record import RequestRecord
from mockserver.service.expiry import still_exists
from mockserver.service.rate_limiting import consume

Admission = Caller
"""An admitted request: its key, and the sandbox of the key."""

_NO_KEY = refused(
    Reason.INVALID_KEY,
    "Invalid or missing API key: the request has no header 'Authorization: Bearer <API key>', or more than one.",
    "Send the header 'Authorization: Bearer <API key>' once; the word 'Bearer' belongs to it.",
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


def _lacks_permission(key: ApiKey, permission: str) -> Refusal:
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


async def identify(
    store: Store, clock: Clock, token: str | None, notes: RequestRecord | None = None
) -> Admission | Refusal:
    """Return the caller of a valid API key, or the refusal (401), whatever its permissions and rate limit.

    Args:
        store: The store.
        clock: The real clock.
        token: The token after `Bearer`; None if the header is missing or has another scheme.
        notes: The notes on the request; they get the key and its sandbox even if the key is refused.
    """
    caller = None if token is None else await store.caller(token)
    if caller is None:
        if notes is not None:
            notes.is_stranger = True
        return _NO_KEY if token is None else _UNKNOWN_KEY
    key, sandbox = caller
    if sandbox.expiry is not None and not await still_exists(store, sandbox, clock.now()):
        return _UNKNOWN_KEY
    if notes is not None:
        notes.sandbox_id, notes.token, notes.clock = sandbox.id, key.token, sandbox.clock
    if key.revoked:
        return _REVOKED_KEY
    if key.expires_at is not None and (now := sandbox.clock.now(clock.now())) >= key.expires_at:
        return _expired(key, key.expires_at, now)
    return caller


async def admit(
    store: Store, clock: Clock, token: str | None, permission: str | None, notes: RequestRecord | None = None
) -> Admission | Refusal:
    """Return the caller of a request, or the refusal by its API key alone: 401, then 429, then 403.

    Args:
        store: The store.
        clock: The real clock.
        token: The token after `Bearer`; None if the header is missing or has another scheme.
        permission: The required permission; None if any valid key suffices.
        notes: The notes on the request.
    """
    caller = await identify(store, clock, token, notes)
    if isinstance(caller, Refusal):
        return caller
    key = caller.key
    refusal = _LIMITED if key.limited else None
    if refusal is None and (caller.sandbox.limit is not None or key.limit is not None):
        refusal = await consume(store, clock, caller)
    if refusal is None and permission is not None and permission not in key.permissions:
        refusal = _lacks_permission(key, permission)
    return caller if refusal is None else refusal
