"""Identifiers that no target has given out."""

from conformance.client.contract import RawSegment

ODD = ("x", "...", "~", "-", "_", "0", "null", "undefined", "a.b", "a" * 128)
"""Odd identifiers: of unreserved characters alone, so that every proxy lets them pass."""

_STRANGE = ("*", "'", "(1)", "a;b", "a,b", "a=b", "a@b", "a:b", "a" * 2000, "%00", "a%2Fb", "%ZZ", "%C3%28", "..%2F..")
STRANGE = tuple(map(RawSegment, _STRANGE))
"""Strange identifiers: a proxy may refuse them before the target sees them."""
