"""The recipes of docs/recipes for pages, as they stand: Playwright, MSW, and the proxy of Vite."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.fault_client import add_fault
from tests.harness.in_thread import served
from tests.harness.recipes import PAGES, URL
from tests.harness.sandbox_client import World
from tests.system.browser import CHROMIUM, chromium
from tests.system.npm import install

PACKAGES = Path(__file__).parent / "pages" / "package.json"
RECIPE = re.compile(r"^```(?:js|html)\n(?:// |<!-- )([\w.-]+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOKENS = [None, "of-the-environment"]
LAUNCH = f"{{ executablePath: '{CHROMIUM}', args: ['--no-sandbox'] }}"
CONFIG = f"export default {{ timeout: 20000, testMatch: '*.spec.mjs', use: {{ launchOptions: {LAUNCH} }} }};\n"
SERVE = """
import { createServer } from 'vite';
const server = await createServer({ logLevel: 'silent', server: { host: '127.0.0.1' } });
await server.listen(0);
console.log(server.httpServer.address().port);
"""
BELIEVING = ("say((await send('GET', path)).status === 404 ?", "say(!(await send('DELETE', path)).ok ?")


@pytest.fixture(scope="module")
def folder(js_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the recipes, and the packages that they need."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(PACKAGES, folder)
    for name, text in RECIPE.findall((PAGES / "pages.md").read_text()):
        (folder / name).write_text(text)
    (folder / "playwright.config.mjs").write_text(CONFIG)
    (folder / "serve.mjs").write_text(SERVE)
    (folder / "index.html").write_text("<!DOCTYPE html><title>A page</title>")
    install(folder, str(js_archive))
    return folder


@contextmanager
def mock(token: str | None) -> Iterator[dict[str, str]]:
    """Serve the mock, with an admin token or none; yield the environment of the recipes."""
    with served(Settings(admin_token=token)) as (url, _):
        named = {} if token is None else {"AUDIENCE_MOCK_ADMIN_TOKEN": token}
        yield {**os.environ, URL: url, **named}  # noqa: TID251  (a child's, not ours)


def run(folder: Path, environment: dict[str, str], *command: str) -> tuple[int, str]:
    process = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    return process.returncode, process.stdout + process.stderr


@pytest.mark.parametrize("token", TOKENS)
def test_the_recipe_for_playwright_passes(folder: Path, token: str | None) -> None:
    with mock(token) as environment:
        status, output = run(folder, environment, "npx", "playwright", "test", "--reporter=list")

    assert (status, "2 passed" in output) == (0, True), output


def test_a_page_that_repeats_the_request_blindly_fails_the_recipe_for_playwright(folder: Path) -> None:
    page = folder / "page.html"
    before = page.read_text()
    assert BELIEVING[0] in before
    page.write_text(before.replace(*BELIEVING))

    with mock(None) as environment:
        status, output = run(folder, environment, "npx", "playwright", "test", "--reporter=list")
    page.write_text(before)

    assert (status, "1 passed" in output, "CLIENT-RETRY-UNREAD" in output) == (1, True, True), output


@pytest.mark.parametrize("token", TOKENS)
def test_the_recipe_for_msw_passes(folder: Path, token: str | None) -> None:
    with mock(token) as environment:
        status, output = run(folder, environment, "node", "--test", "msw.test.mjs")

    assert status == 0, output


@pytest.mark.parametrize("kind", ["reset-before", "reset-after"])
def test_a_page_behind_vite_with_the_recipe_sees_a_network_error(folder: Path, kind: str) -> None:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client, chromium() as browser:
        world = World.make(client)
        audience = world.ready()
        add_fault(world, kind=kind, operation="deleteAudience", times=1)
        environment = {**os.environ, URL: url}  # noqa: TID251  (a child's, not ours)
        command = ["node", "serve.mjs"]
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as vite:  # noqa: S603  (ours)
            assert vite.stdout is not None
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{vite.stdout.readline().strip()}/")

            seen = page.evaluate(
                """async ([path, key]) => {
                  const send = (method) => fetch(path, {method, headers: {Authorization: `Bearer ${key}`}});
                  await send("GET");
                  return send("DELETE").then((response) => response.status, String);
                }""",
                [f"/v1/accounts/{world.group}/audiences/{audience}", world.key],
            )
            vite.terminate()

        assert seen == "TypeError: Failed to fetch"
        assert world.control("POST", "/verify")["findings"] == []
