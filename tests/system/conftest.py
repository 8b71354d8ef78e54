"""The browsers, a server of pages, and the console, for tests of pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.browser import chromium, page_server
from tests.system.console_driver import Console, console_of
from tests.system.firefox_pages import Firefox
from tests.system.firefox_pages import firefox as started_firefox


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
