"""Debian's Firefox, driven by Puppeteer: Playwright drives only a Firefox of its own, which no package registry has."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.system.npm import install

FIREFOX = shutil.which("firefox-esr")
DRIVER = Path(__file__).parent / "firefox"


class FirefoxError(Exception):
    """A command that Firefox or its driver refused."""


class Firefox:
    """A running Firefox."""

    def __init__(self, driver: "subprocess.Popen[str]") -> None:
        self._driver = driver
        self._numbers = count()
        self.version = self._result()

    def new_page(self) -> "FirefoxPage":
        """Open a page that shares no connection with others."""
        number = next(self._numbers)
        self.tell("open", page=number)
        return FirefoxPage(self, number)

    def tell(self, name: str, **command: Any) -> Any:
        """Send a command; return its result."""
        assert self._driver.stdin is not None
        self._driver.stdin.write(json.dumps({"name": name, **command}) + "\n")
        self._driver.stdin.flush()
        return self._result()

    def _result(self) -> Any:
        assert self._driver.stdout is not None
        line = json.loads(self._driver.stdout.readline() or '{"error": "Firefox has ended"}')
        if "error" in line:
            raise FirefoxError(line["error"])
        return line["result"]


class FirefoxPage:
    """A page in Firefox, with those methods of Playwright's `Page` that the tests use."""

    def __init__(self, firefox: Firefox, number: int) -> None:
        self._firefox = firefox
        self._number = number

    def goto(self, url: str) -> None:
        """Open an address."""
        self._firefox.tell("goto", page=self._number, url=url)

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """Call a JavaScript function with an argument; return its result."""
        return self._firefox.tell("evaluate", page=self._number, script=script, argument=argument)

    def close(self) -> None:
        """Close the page and its connections."""
        self._firefox.tell("close", page=self._number)


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Start Firefox; the driver is installed in a folder."""
    for file in DRIVER.iterdir():
        shutil.copy(file, folder)
    install(folder)
    command = ["node", "pages.mjs", str(FIREFOX)]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driver:  # noqa: S603  (ours)
        yield Firefox(driver)
        driver.communicate()
