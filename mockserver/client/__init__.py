"""A client of the control plane: sandboxes, clocks, faults, jobs and the journal, for tests.

It needs httpx, and nothing of the server.
"""

try:
    import httpx as _httpx  # noqa: F401  (whether it is there)
except ModuleNotFoundError:
    raise ImportError(
        "the package httpx is not installed; install the client by pip install 'audience-mock[client]'", name="httpx"
    ) from None

from mockserver.client.async_control_plane import AsyncControlPlane, AsyncSandbox
from mockserver.client.control_plane import ControlPlane, Sandbox
from mockserver.client.errors import ClientFindings, ControlPlaneError
from mockserver.client.journal_text import journal_text

__all__ = [
    "AsyncControlPlane",
    "AsyncSandbox",
    "ClientFindings",
    "ControlPlane",
    "ControlPlaneError",
    "Sandbox",
    "journal_text",
]
