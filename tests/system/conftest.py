"""The browsers, a server of pages, and the console, for tests of pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.browser import chromium, page_server
from tests.system.console_driver import Console, console_of
from tests.system.firefox_pages import Firefox
from tests.system.firefox_pages import firefox as started_firefox
from tests.system.js_package import VERSIONS, packed, project_in


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of pages, which is not ours."""
    with page_server(tmp_path_factory.mktemp("front-end")) as port:
        yield port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with started_firefox(tmp_path_factory.mktemp("firefox")) as started:
        yield started


@pytest.fixture(scope="module")
def console_url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture
def console(console_url: str, browser: Browser) -> Iterator[Console]:
    """The console of a sandbox that is made for the test."""
    with console_of(console_url, browser) as opened:
        yield opened


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the folder for pictures of the console."""
    parser.addoption("--pictures", metavar="FOLDER", help="write pictures of the console to this folder")


@pytest.fixture(scope="session")
def js_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the npm package."""
    return packed(tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="session")
def js_project(js_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the npm package, and what it goes together with."""
    return project_in(tmp_path_factory.mktemp("project"), js_archive, *VERSIONS)
