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
from mockserver.client.coverage_documents import Coverage

_ARGUMENTS = ("clock", "from_", "name", "seed", "verify")
_CLOCKS = ("real", "manual")
_LONGEST_NAME = 1000
_NOT_FOUND = 404


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
def connected(url: str, admin_token: str | None, run: str | None = None) -> Iterator[ControlPlane]:
    """Yield the control plane of a server, which has to be there.

    Args:
        url: The URL of the server.
        admin_token: Its admin token; None for none.
        run: The run of the sandboxes that are made, unless the server is too old to know runs; None for none.
    """
    with _failing():
        with ControlPlane(url, admin_token) as control_plane:
            control_plane.sandboxes()
            known = run if run is not None and _knows_runs(control_plane, run) else None
        with ControlPlane(url, admin_token, run=known) as control_plane:
            yield control_plane


def _knows_runs(control_plane: ControlPlane, run: str) -> bool:
    """Return whether a server has coverage; one that keeps no journal knows runs, too."""
    try:
        control_plane.coverage(run)
    except ControlPlaneError as error:
        return error.status != _NOT_FOUND
    return True


def read_coverage(
    url: str, admin_token: str | None, run: str | None, *, with_page: bool
) -> tuple[Coverage, str | None]:
    """Return the coverage of a run, or of all, and the same as a page if that is wanted.

    Raises:
        pytest.fail.Exception: The server has none, or does not respond.
    """
    with _failing(), ControlPlane(url, admin_token) as control_plane:
        try:
            return control_plane.coverage(run), control_plane.coverage_page(run) if with_page else None
        except ControlPlaneError as error:
            if error.status == _NOT_FOUND:
                reason = f"{control_plane.url} is too old to have a coverage; install a newer audience-mock there"
                raise pytest.fail.Exception(reason, pytrace=False) from None
            raise


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
