"""Identifiers that no target has given out."""

from conformance.client.client import ApiRequest
from conformance.client.contract import RawSegment, bears_envelope
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe

ODD = ("x", "...", "~", "-", "_", "0", "null", "undefined", "a.b", "a" * 64)
"""Odd identifiers: of unreserved characters alone and not long, so that every proxy lets them pass."""

_RESERVED = ("*", "'", "(1)", "a;b", "a,b", "a=b", "a@b", "a:b")
_LONG = ("a" * 101, "a" * 128, "a" * 2000)
_NOT_ASCII = ("%C3%A9", "%E2%82%AC", "%F0%9F%98%80", "%EF%BC%91")
_CONTROLS = ("%00", "%01", "%0A", "%7F")
_BROKEN = ("%ZZ", "%", "%C3%28", "%FF", "%ED%A0%80")
_SLASHES_AND_DOTS = ("a%2Fb", "x%2F%2E%2E%2Fy", "a%5Cb")
STRANGE = tuple(map(RawSegment, (*_RESERVED, *_LONG, *_NOT_ASCII, *_CONTROLS, *_BROKEN, *_SLASHES_AND_DOTS)))
"""Strange identifiers: a proxy may refuse them before the target sees them. None leads out of its place in the path."""

_REFUSALS = frozenset({400, 403, 404})
_SERVER_ERROR = 500


def expect_strange_refused(context: CheckContext, request: ApiRequest) -> None:
    """Send a request with a strange identifier, and expect a documented refusal.

    A failure in the envelope is the application's own, whatever was sent: a proxy fails in another form.
    """
    refused, expect = context.client.send(request, judged=False), Expectations(context)
    is_own, requirement_id = bears_envelope(refused), request.operation.requirement("STRANGE")
    if is_own:
        odd, holds = request.operation.requirement("ODD"), (refused.status or 0) < _SERVER_ERROR
        expect.condition(odd, "no failure of the application", describe(refused), [refused], holds=holds)
    expect.status(requirement_id, refused, _REFUSALS)
    expect.condition(requirement_id, "the envelope of a refusal", describe(refused), [refused], holds=is_own)
