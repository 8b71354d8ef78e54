"""The pytest plugin: a mock server for the session, and a sandbox for each test that asks for one.

pytest loads this module in every project of the environment, so it imports nothing but pytest and the standard library;
a fixture loads the rest. Its name is one that nobody else takes, see `audience_mock_launcher`.
"""

import os
import pkgutil
import select
import socket
import threading
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.client import AsyncSandbox, ControlPlane, Sandbox
    from mockserver.testing import World
    from mockserver.threaded import ThreadedServer

MARKER = "audience_sandbox"
_REMEDIES = {
    "mockserver": "rename that one",
    "openapi": "start a server by `audience-mock serve`, and name it by --audience-mock-url",
}
_URL_FOR_WORKERS = "audience_mock_url"
_REASON_FOR_WORKERS = "audience_mock_reason"


class _Standby:
    """A listening socket for all workers of pytest-xdist, whose server is loaded when the first of them connects."""

    def __init__(self) -> None:
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._end, self._ended = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="audience-mock-standby", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the server, if there is one, and wait for its end."""
        self._end.close()
        self._thread.join()

    def _run(self) -> None:
        with self._listening, self._ended:
            readable, _, _ = select.select([self._listening, self._ended], [], [])
            if self._ended in readable:
                return
            running = _started(self._listening)
            self._ended.recv(1)
            running.stop()


_STANDBY = pytest.StashKey[_Standby]()
_WORLDS = pytest.StashKey["list[World]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    group = parser.getgroup("audience-mock", "mock server of the audiences API")
    group.addoption(
        "--audience-mock-url",
        metavar="URL",
        help="A server that is running, in place of one for the session (AUDIENCE_MOCK_URL).",
    )
    group.addoption(
        "--audience-mock-token", metavar="TOKEN", help="Its admin token, if it has one (AUDIENCE_MOCK_ADMIN_TOKEN)."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(seed=None, clock='real', verify=False, name=None, from_=None): the sandbox of a test: its seed (a "
        "dict, a text in YAML or JSON, or a path), its clock ('real' or 'manual'), whether mistakes of the client "
        "fail the test, its name, and the sandbox to copy.",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  (of pytest-xdist, which need not be there)
    """Tell a worker of pytest-xdist the URL of the server for all workers."""
    config: pytest.Config = node.config
    if _url(config) is None:
        if _STANDBY not in config.stash:
            config.stash[_STANDBY] = _Standby()
        node.workerinput[_URL_FOR_WORKERS] = config.stash[_STANDBY].url
        node.workerinput[_REASON_FOR_WORKERS] = _hidden(*_REMEDIES)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server for all workers."""
    if _STANDBY in config.stash:
        config.stash[_STANDBY].stop()
        del config.stash[_STANDBY]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that would pass if its marker says `verify=True`, and its client made mistakes."""
    outcome = yield
    for world in item.stash.get(_WORLDS, []):
        world.judge()
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the journals of its sandboxes to the report of a test that failed."""
    report = yield
    if report.failed:
        report.sections += [("audience-mock", world.journal()) for world in item.stash.get(_WORLDS, [])]
    return report


@pytest.fixture(scope="session")
def audience_mock(pytestconfig: pytest.Config) -> "Iterator[ControlPlane]":
    """Yield the control plane of a server for the session, or of the one that `--audience-mock-url` names."""
    connected = _loaded("mockserver.testing:connected")
    with _served(pytestconfig) as url, connected(url, _token(pytestconfig)) as control_plane:
        yield control_plane


@pytest.fixture
def audience_sandbox(request: pytest.FixtureRequest, audience_mock: "ControlPlane") -> "Iterator[Sandbox]":
    """Yield a sandbox for the test, which is deleted at its end; the marker of the same name says how to make it."""
    with _world(request, audience_mock) as world:
        yield world.sandbox


@pytest.fixture
def async_audience_sandbox(request: pytest.FixtureRequest, audience_mock: "ControlPlane") -> "Iterator[AsyncSandbox]":
    """Yield a sandbox for the test whose methods are awaited.

    Each request has a connection of its own, so that none outlives the event loop of its test, whoever runs that.
    """
    with _world(request, audience_mock) as world:
        yield world.awaited(_token(request.config))


@contextmanager
def _world(request: pytest.FixtureRequest, control_plane: "ControlPlane") -> "Iterator[World]":
    """Make a sandbox as the markers of a test say, and delete it; the hooks find it in the stash of the test."""
    item: pytest.Item = request.node
    arguments: dict[str, Any] = {}
    for marker in item.iter_markers(MARKER):  # the closest comes first, and counts most
        if marker.args:
            pytest.fail(f"the marker {MARKER} takes keyword arguments only, as in {MARKER}(verify=True)", pytrace=False)
        arguments = {**marker.kwargs, **arguments}
    with _loaded("mockserver.testing:world")(control_plane, item.nodeid, arguments) as world:
        item.stash.setdefault(_WORLDS, []).append(world)
        try:
            yield world
        finally:
            item.stash[_WORLDS].remove(world)


@contextmanager
def _served(config: pytest.Config) -> Iterator[str]:
    """Yield the URL of the server: the one that is given, that of all workers, or a new one."""
    given = _url(config)
    if given is not None:
        yield given
        return
    of_controller: dict[str, str | None] = getattr(config, "workerinput", {})
    url = of_controller.get(_URL_FOR_WORKERS)
    reason = of_controller.get(_REASON_FOR_WORKERS) if url else _hidden(*_REMEDIES)
    if reason is not None:
        pytest.fail(reason, pytrace=False)
    if url is not None:
        yield url
        return
    running = _started()
    try:
        yield running.url
    finally:
        running.stop()


def _started(listening: socket.socket | None = None) -> "ThreadedServer":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages of the server warn of each other, which may be an error here
        running: ThreadedServer = _loaded("mockserver.threaded:ThreadedServer")(listening).start()
        return running


def _url(config: pytest.Config) -> str | None:
    return config.getoption("--audience-mock-url") or os.environ.get("AUDIENCE_MOCK_URL") or None  # noqa: TID251  (as documented)


def _token(config: pytest.Config) -> str | None:
    variable = os.environ.get("AUDIENCE_MOCK_ADMIN_TOKEN")  # noqa: TID251  (as documented)
    return config.getoption("--audience-mock-token") or variable or None


def _hidden(*packages: str) -> str | None:
    """Return the reason why packages of ours cannot be imported: others have their names; None if they can."""
    for package in packages:
        spec = find_spec(package)
        place = None if spec is None or spec.origin is None else Path(spec.origin).resolve().parent
        if place != Path(__file__).resolve().parents[1] / package:
            remedy = _REMEDIES[package]
            return f"audience-mock: another package {package} hides the one of the mock server ({place}); {remedy}"
    return None


def _loaded(name: str) -> Any:  # noqa: ANN401  (loaded by its name)
    """Load something of this distribution; a test fails in one line where it cannot be loaded."""
    reason = _hidden("mockserver")
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
