"""The sandboxes of the pytest plugin, which loads this module when a fixture is used."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockserver.client import (
    AsyncControlPlane,
    AsyncSandbox,
    ClientFindings,
    ControlPlane,
    ControlPlaneError,
    Sandbox,
    journal_text,
)

_ARGUMENTS = ("clock", "from_", "name", "seed", "verify")
_CLOCKS = ("real", "manual")
_LONGEST_NAME = 1000


class World:
    """A sandbox of a test.

    Attributes:
        sandbox: The sandbox.
    """

    def __init__(self, sandbox: Sandbox, *, verify: bool) -> None:
        self.sandbox = sandbox
        self._verify = verify

    def judge(self) -> None:
        """Fail the test if its client made mistakes, and its marker asks for this judgement."""
        if self._verify and (mistake := self._mistake()) is not None:
            pytest.fail(mistake, pytrace=False)

    def _mistake(self) -> str | None:
        """Return the mistakes of the client in a line, of which the journal in the report tells more; None without."""
        try:
            self.sandbox.verify()
        except ClientFindings as findings:
            return findings.headline
        except ControlPlaneError as error:
            return f"audience-mock: {error}"
        return None

    def journal(self) -> str:
        """Return the journal as text, or the reason why there is none."""
        try:
            return journal_text(self.sandbox)
        except ControlPlaneError as error:
            return f"the journal cannot be read: {error}"

    def awaited(self, admin_token: str | None) -> AsyncSandbox:
        """Return the same sandbox for coroutines."""
        control_plane = AsyncControlPlane(self.sandbox.url, admin_token, keep_connections=False)
        return control_plane.attach(self.sandbox.describe())


@contextmanager
def connected(url: str, admin_token: str | None) -> Iterator[ControlPlane]:
    """Yield the control plane of a server, which has to be there."""
    with _failing(), ControlPlane(url, admin_token) as control_plane:
        control_plane.sandboxes()
        yield control_plane


@contextmanager
def world(control_plane: ControlPlane, test: str, arguments: Mapping[str, Any]) -> Iterator[World]:
    """Make a sandbox as the arguments of its marker say, and delete it afterwards.

    Args:
        control_plane: The control plane of the server.
        test: The identifier of the test, after which the sandbox is named.
        arguments: The arguments of the marker.
    """
    _check(arguments)
    members = {name: arguments[name] for name in ("from_", "name", "seed") if arguments.get(name) is not None}
    if isinstance(members.get("seed"), Path):
        members["seed"] = members["seed"].read_text(encoding="utf-8")
    with _failing(), control_plane.create_sandbox(**{"name": test[-_LONGEST_NAME:], **members}) as sandbox:
        if arguments.get("clock") == "manual":
            sandbox.clock.stop()
        yield World(sandbox, verify=bool(arguments.get("verify")))


def _check(arguments: Mapping[str, Any]) -> None:
    """Fail the test if its marker has an argument that is not known."""
    unknown = sorted(set(arguments) - set(_ARGUMENTS))
    if unknown:
        known = ", ".join(_ARGUMENTS)
        pytest.fail(f"the marker audience_sandbox has no argument {unknown[0]}; it has {known}", pytrace=False)
    if arguments.get("clock", "real") not in _CLOCKS:
        pytest.fail(f"the clock of an audience_sandbox is real or manual, not {arguments['clock']!r}", pytrace=False)


@contextmanager
def _failing() -> Iterator[None]:
    """Fail the test in one line where the control plane refuses a request of a fixture."""
    try:
        yield
    except ControlPlaneError as error:
        raise pytest.fail.Exception(f"audience-mock: {error}", pytrace=False) from None
