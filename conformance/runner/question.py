"""The harmless question whether a target responds: the deletion, without a key, of an audience that does not exist."""

import httpx

from conformance.client.transport import ResponseError

_PATH = "v1/accounts/preflight/audiences/preflight"


def responds(http: httpx.Client, seconds: float) -> bool:
    """Return whether any response comes within some seconds, well formed or not."""
    try:
        http.delete(_PATH, timeout=seconds)
    except ResponseError:
        return True
    except httpx.TransportError:
        return False
    return True
