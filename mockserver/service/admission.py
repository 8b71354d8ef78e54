"""Admission: the first three refusals of every request (key, rate limit, permission), decided once, in one step."""

from dataclasses import dataclass

from mockserver.domain.key import ApiKey
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Store


@dataclass(frozen=True, slots=True)
class Admission:
    """A request that may go on: its key, and the sandbox that the key belongs to."""

    key: ApiKey
    sandbox: Sandbox


_NO_KEY = Refusal(
    Reason.INVALID_KEY,
    "Invalid or missing API key: the request carries none. Send the header 'Authorization: Bearer <API key>'.",
    {"rule": Reason.INVALID_KEY.rule, "hint": "Send the header 'Authorization: Bearer <API key>'."},
)
_UNKNOWN_KEY = Refusal(
    Reason.INVALID_KEY,
    "Invalid or missing API key: no sandbox of this server knows the key. The server prints its default keys when it "
    "starts; POST /_mock/sandboxes makes new ones.",
    {"rule": Reason.INVALID_KEY.rule, "hint": "Use a key that the server printed at its start."},
)
_REVOKED_KEY = Refusal(
    Reason.INVALID_KEY,
    "Invalid or missing API key: the key has been revoked. Use another key.",
    {"rule": Reason.INVALID_KEY.rule, "hint": "Use another key."},
)
_LIMITED = Refusal(
    Reason.RATE_LIMITED,
    "Rate limit exceeded: the limit of this key counts as exhausted until the provider state "
    "'the rate limit is exhausted' is torn down, or the sandbox is reset.",
    {"rule": Reason.RATE_LIMITED.rule, "hint": "Tear the provider state down, or reset the sandbox."},
)


def _lacks(key: ApiKey, permission: str) -> Refusal:
    held = ", ".join(sorted(key.permissions)) or "none"
    return Refusal(
        Reason.MISSING_PERMISSION,
        f"Missing required permission {permission}: this key holds {held}. Use a key that holds {permission}.",
        {"rule": Reason.MISSING_PERMISSION.rule, "required": permission, "held": sorted(key.permissions)},
    )


async def admit(store: Store, token: str | None, permission: str | None) -> Admission | Refusal:
    """Decide on a request by its API key alone: 401, then 429, then 403.

    `token` is what stands behind `Bearer`, None where the header is missing or of another scheme;
    `permission` is what the operation requires, None where any valid key will do.
    """
    caller = None if token is None else await store.caller(token)
    if caller is None:
        return _NO_KEY if token is None else _UNKNOWN_KEY
    key = caller.key
    if key.revoked:
        return _REVOKED_KEY
    if key.limited:
        return _LIMITED
    if permission is not None and permission not in key.permissions:
        return _lacks(key, permission)
    return Admission(key, caller.sandbox)
