"""The page of examples/front-end: its types, and its tests in a real Chromium, on a development server of its own."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.recipes import URL
from tests.system.browser import CHROMIUM
from tests.system.npm import install

DEFAULT = "http://127.0.0.1:8080"
EXAMPLE = Path(__file__).parents[2] / "examples" / "front-end"
CONFIG = f"""
import config from './playwright.config.mjs';
const launchOptions = {{ executablePath: '{CHROMIUM}', args: ['--no-sandbox'] }};
export default {{ ...config, use: {{ ...config.use, launchOptions }} }};
"""
SERVE = """
import { createServer } from 'vite';
const server = await createServer({ logLevel: 'silent', server: { host: 'localhost' } });
await server.listen(0);
console.log(server.httpServer.address().port);
"""
TYPOS = {
    "a path": ("/audiences/{audienceId}', { params });\n    if", "/audience/{audienceId}', { params });\n    if"),
    "a parameter": ("path: { accountGroupId }, header", "path: { account: accountGroupId }, header"),
    "a member of a request": (
        "body: { source: 'linkedin_search', searchUrl,",
        "body: { source: 'linkedin_search', searchURL,",
    ),
    "a value of a request": ("source: 'linkedin_search'", "source: 'linkedin'"),
    "a member of a response": ("data.data.jobId", "data.data.id"),
    "a member of a refusal": ("error.error.message", "error.message"),
}
MISTAKES = {
    "repeats a deletion without reading": (
        "const { response } = await api.GET('/v1/accounts/{accountGroupId}/audiences/{audienceId}', { params });",
        "const { response } = await api.DELETE('/v1/accounts/{accountGroupId}/audiences/{audienceId}', { params });",
        "the page finds out",
    ),
    "takes a lost reply for a failure": (
        "response.status === 404 ?",
        "!response ?",
        "the page finds out",
    ),
    "does not look at the job": ("await followAll();", "", "once that has ended"),
    "starts again under another key": (
        "send(key).catch(() => send(key))",
        "send(key).catch(() => send(crypto.randomUUID()))",
        "there is one search all the same",
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its packages, and with types of the contract as a running server has it."""
    folder = tmp_path_factory.mktemp("example") / "front-end"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "contract.d.ts"))
    (folder / "system.config.mjs").write_text(CONFIG)
    (folder / "serve.mjs").write_text(SERVE)
    install(folder)
    command = json.loads((folder / "package.json").read_text())["scripts"]["types"]
    assert DEFAULT in command
    with served(Settings()) as (url, _):
        subprocess.run(["npx", *shlex.split(command.replace(DEFAULT, url))], cwd=folder, check=True, timeout=60)  # noqa: S603, S607  (ours)
    return folder


@pytest.fixture
def front_end_url(folder: Path) -> Iterator[str]:
    """The address of the page: of this machine, and neither of the server's port nor of its host name."""
    with subprocess.Popen(["node", "serve.mjs"], cwd=folder, stdout=subprocess.PIPE, text=True) as vite:  # noqa: S607  (ours)
        assert vite.stdout is not None
        yield f"http://localhost:{vite.stdout.readline().strip()}/"
        vite.terminate()


@contextmanager
def replaced(folder: Path, *texts: tuple[str, str]) -> Iterator[None]:
    """Replace texts of the page, and restore them."""
    page = folder / "page.ts"
    original = changed = page.read_text()
    for before, after in texts:
        assert before in changed
        changed = changed.replace(before, after, 1)
    page.write_text(changed)
    yield
    page.write_text(original)


def run(folder: Path, *command: str, **variables: str) -> tuple[int, str]:
    environment = {**os.environ, **variables}  # noqa: TID251  (a child's, not ours)
    process = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    return process.returncode, process.stdout + process.stderr


def trial(folder: Path, front_end_url: str, token: str | None, *options: str) -> tuple[int, str]:
    """Run the tests of the page; return the exit status and the output."""
    with served(Settings(admin_token=token)) as (url, _):
        named = {} if token is None else {"AUDIENCE_MOCK_ADMIN_TOKEN": token}
        command = ("npx", "playwright", "test", "--config", "system.config.mjs", "--reporter=list", *options)
        return run(folder, *command, FRONT_END_URL=front_end_url, **{URL: url}, **named)


def test_the_page_compiles(folder: Path) -> None:
    assert run(folder, "npx", "tsc") == (0, "")


def test_misspelt_names_do_not_compile(folder: Path) -> None:
    page = folder / "page.ts"
    text = page.read_text()
    lines = {place: text[: text.index(before)].count("\n") + 1 for place, (before, _) in TYPOS.items()}
    with replaced(folder, *TYPOS.values()):
        _, output = run(folder, "npx", "tsc")

    assert [place for place, line in lines.items() if f"page.ts({line}," not in output] == [], output


@pytest.mark.parametrize("token", [None, "of-the-environment"])
def test_the_page_passes_its_tests(folder: Path, front_end_url: str, token: str | None) -> None:
    status, output = trial(folder, front_end_url, token)

    assert (status, "5 passed" in output) == (0, True), output


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistaken_page_fails_the_test_of_it(folder: Path, front_end_url: str, mistake: str) -> None:
    before, after, test = MISTAKES[mistake]
    with replaced(folder, (before, after)):
        status, output = trial(folder, front_end_url, None, "--grep", test)

    assert (status, "1 failed" in output) == (1, True), output
