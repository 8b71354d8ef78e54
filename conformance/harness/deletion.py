"""A deletion of one audience, what a client may add to it, and the expectation that a refused one had no effect."""

from conformance.catalogue import operations
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import IDEMPOTENCY_KEY, Audience, CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.results.exchange import Exchange

PERMISSION = "audiences:write"
PLAIN = RequestOptions()
JSON = {"Content-Type": "application/json"}
FORCE = b'{"force": true}'
ADDED = tuple(
    RequestOptions({**headers, **(JSON if content else {})}, query, content)
    for headers in ({IDEMPOTENCY_KEY: ""}, {})
    for query in ("", "?force=true")
    for content in (None, FORCE)
)
"""Additions to a request: a key that replays nothing (a fresh one in each check), a query, a body."""


def delete(
    context: CheckContext, group: str, audience_id: str, token: str | None, extras: RequestOptions = PLAIN
) -> Exchange:
    """Send a DELETE for an audience that may not exist."""
    return context.client.send(ApiRequest(operations.DELETE_AUDIENCE, token, group, audience_id, options=extras))


def expect_still_there(
    context: CheckContext, requirement_id: str, audience: Audience, key: Key, *refused: Exchange
) -> None:
    """Expect that a refused request had no effect: the audience exists, and can be deleted now."""
    deleted = context.delete_audience(audience, key)
    Expectations(context).status(requirement_id, deleted, {200}, *refused[-1:])


def repetitions(context: CheckContext) -> int:
    """Return the share of the repetitions for a request that six checks send."""
    return context.share_of_repeats(6)
