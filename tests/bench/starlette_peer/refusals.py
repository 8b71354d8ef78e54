"""The refusals of the Starlette peer: each a status, the vendor's code, a message and details."""

from collections.abc import Mapping
from typing import NamedTuple

from tests.bench.starlette_peer.state import Job, Key, iso


class Refusal(NamedTuple):
    """A refusal: `details` is `error.details`."""

    status: int
    code: str
    message: str
    details: Mapping[str, object]


def refused(status: int, code: str, problem: str, hint: str, details: Mapping[str, object]) -> Refusal:
    """Return a refusal whose hint ends its message and its details."""
    return Refusal(status, code, f"{problem} {hint}", {**details, "hint": hint})


def _unauthorized(problem: str, hint: str, **details: object) -> Refusal:
    text = f"Invalid or missing API key: {problem}."
    return refused(401, "UNAUTHORIZED", text, hint, {"rule": "api-key", **details})


NO_KEY = _unauthorized(
    "the request has no header 'Authorization: Bearer <API key>', or more than one",
    "Send the header 'Authorization: Bearer <API key>' once; the word 'Bearer' belongs to it.",
)
UNKNOWN_KEY = _unauthorized(
    "no sandbox of this server knows the key",
    "Use one that the server has printed at its start, or one of a sandbox that POST /_mock/sandboxes has made, and "
    "that has neither been deleted nor expired for want of use.",
)
REVOKED_KEY = _unauthorized("the key has been revoked", "Use another key.")


def expired_key(key: Key, expires_at: int, now: int) -> Refusal:
    """Return the refusal of a key after its time."""
    text = f"the key expired at {iso(expires_at)}, and it is {iso(now)} in its sandbox"
    return _unauthorized(text, "Use another key.", key=key.name, expiredAt=iso(expires_at))


def lacks_permission(key: Key, permission: str) -> Refusal:
    """Return the refusal of a key without the permission of the operation."""
    held = sorted(key.permissions)
    problem = f"Missing required permission {permission}: this key holds {', '.join(held) or 'none'}."
    details = {"rule": "permission", "required": permission, "held": held}
    return refused(403, "FORBIDDEN", problem, f"Use a key that holds {permission}.", details)


def foreign_group(key: Key, group_id: str) -> Refusal:
    """Return the refusal of a key for another account group."""
    own = sorted(key.group_ids)
    problem = f"This key has no access to account group {group_id}."
    hint = f"Use it for {' or '.join(own) or 'none'}, or use a key of that account group."
    details = {"rule": "account-group", "accountGroupId": group_id, "accountGroupIds": own}
    return refused(403, "FORBIDDEN", problem, hint, details)


def invalid(problem: str, **details: object) -> Refusal:
    """Return the refusal of a request that violates the contract."""
    text, hint = f"Request validation failed: {problem}.", "See /_mock/docs for what the operation takes."
    return refused(400, "VALIDATION_ERROR", text, hint, {"rule": "validation", **details})


def blank_name() -> Refusal:
    """Return the refusal of a name without a visible character."""
    problem, hint = "Request validation failed: the name is blank.", "Send a name with at least one visible character."
    return refused(400, "VALIDATION_ERROR", problem, hint, {"rule": "validation", "in": "body", "name": "name"})


def wrong_media_type(content_type: str) -> Refusal:
    """Return the refusal of a body that is not announced as JSON."""
    problem = f"Unsupported media type: Invalid Content-type ({content_type}), expected ['application/json']."
    hint = "Send the header 'Content-Type: application/json'."
    return refused(415, "UNSUPPORTED_MEDIA_TYPE", problem, hint, {"rule": "media-type"})


def no_monitoring() -> Refusal:
    """Return the refusal of a monitoring audience on the smallest plan."""
    problem = (
        "Audience cannot be created with the requested configuration: the plan tester has no monitoring audiences."
    )
    hint = "Create one of type on_demand, or use an account group on another plan."
    return refused(422, "UNPROCESSABLE", problem, hint, {"rule": "plan", "plan": "tester", "type": "monitoring"})


def not_found(audience_id: str) -> Refusal:
    """Return the refusal for an audience that is not in the account group."""
    problem = f"Resource not found: there is no audience {audience_id} in this account group (any more)."
    hint = "List what there is, and use an identifier from there."
    return refused(404, "NOT_FOUND", problem, hint, {"rule": "resource", "resource": "audience", "id": audience_id})


def not_ready(group_id: str, audience_id: str, job: Job) -> Refusal:
    """Return the refusal for an audience that an active job populates."""
    cancel = f"POST /v1/accounts/{group_id}/prospecting/{job.id}/cancel"
    end = f"POST /_mock/sandboxes/default/jobs/{job.id}/end"
    problem = f"Audience {audience_id} is still being populated by prospecting job {job.id}, which is {job.status}."
    hint = f"Wait until it has ended, cancel the job with {cancel}, or end it on this server with {end}."
    details = {"rule": "guard", "jobId": job.id, "jobStatus": job.status, "cancel": cancel, "end": end}
    return refused(409, "AUDIENCE_NOT_READY", problem, hint, details)


def no_route(method: str, path: str) -> Refusal:
    """Return the refusal of an unknown route."""
    problem = f"Resource not found: there is no route {method} {path}."
    return refused(404, "NOT_FOUND", problem, "See /_mock/docs for the routes.", {"rule": "route"})


def wrong_method(method: str, path: str, allow: str) -> Refusal:
    """Return the refusal of a method that a route does not take."""
    problem = f"Method not allowed: {path} does not take {method}."
    return refused(405, "METHOD_NOT_ALLOWED", problem, f"It takes {allow}.", {"rule": "method"})
