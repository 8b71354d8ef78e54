"""The loading of the mock server and its client, where a test needs them, and no other package hides them."""

import pkgutil
import socket
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.threaded import ThreadedServer

HOME = Path(__file__).resolve().parents[1]
PACKAGES = ("mockserver", "openapi")
_REMEDIES = {
    "mockserver": "rename that one",
    "openapi": "start a server by `audience-mock serve`, and name it by --audience-mock-url",
}


def hidden(*packages: str) -> str | None:
    """Return the reason why packages of ours cannot be imported: others have their names; None if they can."""
    for package in packages:
        spec = find_spec(package)
        place = None if spec is None or spec.origin is None else Path(spec.origin).resolve().parent
        if place != HOME / package:
            remedy = _REMEDIES[package]
            return f"audience-mock: another package {package} hides the one of the mock server ({place}); {remedy}"
    return None


def loaded(name: str) -> Any:  # noqa: ANN401  (loaded by its name)
    """Load something of this distribution; a test fails in one line where it cannot be loaded."""
    reason = hidden("mockserver")
    if reason is not None:
        pytest.fail(reason, pytrace=False)
    try:
        return pkgutil.resolve_name(name)
    except ImportError as missing:
        if missing.name != "httpx":
            raise
        hint = "install the fixtures by pip install 'audience-mock[pytest]'"
        reason = f"audience-mock: the package httpx is not installed; {hint}"
        raise pytest.fail.Exception(reason, pytrace=False) from None


def started(listening: socket.socket | None = None) -> "ThreadedServer":
    """Start a server in a thread, on a listening socket or on a free port."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages of the server warn of each other, which may be an error here
        running: ThreadedServer = loaded("mockserver.threaded:ThreadedServer")(listening).start()
        return running
