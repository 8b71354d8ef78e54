"""Debian's Chromium, and a server of pages that is not ours."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def page_server(folder: Path) -> Iterator[int]:
    """Serve an empty page from a folder; yield the port."""
    (folder / "index.html").write_text("<!DOCTYPE html><title>A page</title>")
    pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=pages.serve_forever)
    thread.start()
    yield pages.server_address[1]
    pages.shutdown()
    thread.join()
    pages.server_close()


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *options])
        yield started
        started.close()
