"""Routes that no page documents: their responses have the envelope of all others."""

import pytest

from conformance.catalogue import operations
from conformance.client.client import RawRequest
from conformance.client.contract import json_at, schema_violations
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.results.exchange import Exchange

REFUSAL = 400
REDIRECTION = range(300, 400)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("route", ["no-such-resource", "audiences/{audience}/no-such-action"])
def check_an_unknown_route_has_the_envelope(context: CheckContext, route: str, method: str) -> None:
    key = context.create_key()
    audience = context.ready_audience(key).id if "{audience}" in route else ""
    siblings = context.client.contract.path(operations.GET_AUDIENCE, key.group, audience)
    path = siblings.replace(f"audiences/{audience}", route.format(audience=audience))
    content = None if method == "GET" else b"{}"
    headers = {"Authorization": f"Bearer {key.token}", **({"Content-Type": "application/json"} if content else {})}

    exchange = context.client.send_raw(RawRequest(method, path, headers, content, None))

    if exchange.status in REDIRECTION:
        return  # whether another route is meant is not printed
    violations = envelope_violations(context, exchange)
    expected, actual = "the envelope: success, data, error, traceId", f"{'; '.join(violations)}: {describe(exchange)}"
    Expectations(context).condition("ACCOUNT-LIST-ENVELOPE", expected, actual, [exchange], holds=not violations)


def envelope_violations(context: CheckContext, exchange: Exchange) -> list[str]:
    """Return what a response lacks of the envelope, of a refusal or of a success."""
    row = context.client.contract.row(operations.GET_AUDIENCE, 404)
    if exchange.status is None or row is None:
        return ["no response"]
    if exchange.status >= REFUSAL:
        return schema_violations(exchange, row)[0]
    return [] if json_at(exchange, "success") is True else ["no success: true"]
