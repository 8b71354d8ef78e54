"""Identifiers that no target has given out."""

from conformance.client.contract import RawSegment

ODD = ("x", "...", "~", "-", "_", "0", "null", "undefined", "a.b", "a" * 128)
"""Of unreserved characters alone."""

_STRANGE = ("*", "'", "(1)", "a;b", "a,b", "a=b", "a@b", "a:b", "a" * 2000, "%00", "a%2Fb", "%ZZ", "%C3%28", "..%2F..")
STRANGE = tuple(map(RawSegment, _STRANGE))
"""What a proxy may object to first."""
