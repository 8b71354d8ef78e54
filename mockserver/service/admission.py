"""Admission: the first three refusals of every request (key, rate limit, permission), decided once, in one step."""

from mockserver.domain.key import ApiKey
from mockserver.domain.notes import Notes
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.ports import Caller, Store

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
    "Use one that the server has printed at its start, or one of a sandbox that POST /_mock/sandboxes has made.",
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


async def admit(
    store: Store, token: str | None, permission: str | None, notes: Notes | None = None
) -> Admission | Refusal:
    """Decide on a request by its API key alone: 401, then 429, then 403.

    `token` is what stands behind `Bearer`, None where the header is missing or of another scheme;
    `permission` is what the operation requires, None where any valid key will do. Whose key
    it is goes into the notes, whatever is decided.
    """
    caller = None if token is None else await store.caller(token)
    if caller is None:
        return _NO_KEY if token is None else _UNKNOWN_KEY
    key = caller.key
    if notes is not None:
        notes.sandbox_id, notes.token, notes.clock = caller.sandbox.id, key.token, caller.sandbox.clock
    if key.revoked:
        return _REVOKED_KEY
    if key.limited:
        return _LIMITED
    if permission is not None and permission not in key.permissions:
        return _lacks(key, permission)
    return caller
