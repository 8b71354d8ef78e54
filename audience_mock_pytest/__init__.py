"""The pytest plugin: a mock server for the session, and a sandbox for each test that asks for one.

pytest loads this module in every project of the environment, so it imports nothing but pytest and the standard library;
a fixture loads the rest. Its name is one that nobody else takes, see `audience_mock_launcher`.
"""

import os
import pkgutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from audience_mock_pytest.coverage_flags import add_coverage_options, is_coverage_asked_for
from audience_mock_pytest.loading import PACKAGES, hidden, loaded, started
from audience_mock_pytest.standby import Standby

if TYPE_CHECKING:
    from audience_mock_pytest.coverage_report import CoverageReport
    from mockserver.client import AsyncSandbox, ControlPlane, Sandbox
    from mockserver.testing import World

MARKER = "audience_sandbox"
_URL_FOR_WORKERS = "audience_mock_url"
_REASON_FOR_WORKERS = "audience_mock_reason"
_RUN_FOR_WORKERS = "audience_mock_run"
_STANDBY = pytest.StashKey[Standby]()
_COVERAGE = pytest.StashKey["CoverageReport"]()
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
    add_coverage_options(group)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the report of coverage if it is asked for."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(seed=None, clock='real', verify=False, name=None, from_=None): the sandbox of a test: its seed (a "
        "dict, a text in YAML or JSON, or a path), its clock ('real' or 'manual'), whether mistakes of the client "
        "fail the test, its name, and the sandbox to copy.",
    )
    if is_coverage_asked_for(config) and not _is_worker(config):
        name = "audience_mock_pytest.coverage_report:CoverageReport"
        report: CoverageReport = pkgutil.resolve_name(name)(config, _url(config), _token(config))
        if not config.getoption("--collect-only") and not config.getoption("--setup-plan"):
            config.stash[_COVERAGE] = report
            config.pluginmanager.register(report)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  (of pytest-xdist, which need not be there)
    """Tell a worker of pytest-xdist the URL of the server for all workers, or the run of all sandboxes."""
    config: pytest.Config = node.config
    node.workerinput[_RUN_FOR_WORKERS] = _run(config)
    if _url(config) is None:
        if _STANDBY not in config.stash:
            config.stash[_STANDBY] = Standby()
        node.workerinput[_URL_FOR_WORKERS] = config.stash[_STANDBY].url
        node.workerinput[_REASON_FOR_WORKERS] = hidden(*PACKAGES)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Finish the report of coverage, when all fixtures are torn down and the server for all workers still runs."""
    standby = session.config.stash.get(_STANDBY, None)
    if _COVERAGE in session.config.stash:
        url = standby.url if standby is not None and standby.is_used else None
        session.config.stash[_COVERAGE].finish(session, url)


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
    connected = loaded("mockserver.testing:connected")
    with _served(pytestconfig) as url, connected(url, _token(pytestconfig), _run(pytestconfig)) as control_plane:
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
    with loaded("mockserver.testing:world")(control_plane, item.nodeid, arguments) as world:
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
    reason = of_controller.get(_REASON_FOR_WORKERS) if url else hidden(*PACKAGES)
    if reason is not None:
        pytest.fail(reason, pytrace=False)
    if url is not None:
        yield url
        return
    running = started()
    try:
        yield running.url
        if _COVERAGE in config.stash:
            config.stash[_COVERAGE].read(running.url)
    finally:
        running.stop()


def _url(config: pytest.Config) -> str | None:
    return config.getoption("--audience-mock-url") or os.environ.get("AUDIENCE_MOCK_URL") or None  # noqa: TID251  (as documented)


def _token(config: pytest.Config) -> str | None:
    variable = os.environ.get("AUDIENCE_MOCK_ADMIN_TOKEN")  # noqa: TID251  (as documented)
    return config.getoption("--audience-mock-token") or variable or None


def _run(config: pytest.Config) -> str | None:
    """Return the run that the sandboxes of this session belong to; None for none."""
    if _is_worker(config):
        run: str | None = getattr(config, "workerinput", {}).get(_RUN_FOR_WORKERS)
        return run
    return config.stash[_COVERAGE].run if _COVERAGE in config.stash else None


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
