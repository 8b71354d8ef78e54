"""The modules of the console: their types, their style, and the commands that they write."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from openapi import control_contract
from tests.harness.in_thread import served
from tests.harness.subprocess_server import ROOT
from tests.system.npm import install

TOKEN = "of-the-administrator"
PACKAGES = ("typescript@5.9.3", "openapi-typescript@7.13.0", "eslint@9.39.1", "@eslint/js@9.39.1", "globals@16.5.0")
COMPILE = (
    *("npx", "tsc", "--checkJs", "--allowJs", "--strict", "--noEmit", "--target", "es2022"),
    *("--lib", "es2022,dom,dom.iterable", "--module", "es2022", "--moduleResolution", "bundler"),
)
ESLINT = """import js from '@eslint/js';
import globals from 'globals';
export default [js.configs.recommended, { languageOptions: { globals: globals.browser } }];
"""
HOSTILE = [
    "plain",
    "it's",
    'a "quoted" one',
    "$(id) `id` ${x} $HOME",
    "back\\slash\\n",
    "lines\nand\ttabs",
    "\u2028 ü 😀 </a>",
]
WRITE = """
import { commandLines } from './console/commands.js';
const requests = JSON.parse(process.argv[1]);
console.log(JSON.stringify(requests.map(commandLines)));
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the modules, and the types of the control plane beside them."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    (folder / "eslint.config.js").write_text(ESLINT)
    (folder / "control.json").write_text(json.dumps(control_contract()))
    shutil.copytree(ROOT / "mockserver/control/console", folder / "console")
    install(folder, *PACKAGES)
    assert run(folder, "npx", "openapi-typescript", "control.json", "-o", "console/control_api.d.ts")[0] == 0
    return folder


@pytest.fixture(scope="module")
def mock() -> Iterator[httpx.Client]:
    admin = {"Authorization": f"Bearer {TOKEN}"}
    with (
        served(Settings(admin_token=TOKEN)) as (url, _),
        httpx.Client(base_url=url, timeout=20, headers=admin) as client,
    ):
        yield client


def run(folder: Path, *command: str) -> tuple[int, str]:
    """Run a command; return its exit status and its output."""
    environment = {**os.environ, "AUDIENCE_MOCK_ADMIN_TOKEN": TOKEN}  # noqa: TID251  (a child's, not ours)
    process = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    return process.returncode, process.stdout + process.stderr


def compiled(folder: Path) -> tuple[int, str]:
    modules = [str(path.relative_to(folder)) for path in (folder / "console").rglob("*.js")]
    return run(folder, *COMPILE, *modules)


def test_the_types_of_all_modules_are_right(folder: Path) -> None:
    assert compiled(folder) == (0, "")


def test_a_member_that_the_contract_does_not_have_is_found(folder: Path) -> None:
    panel = folder / "console/panels/jobs.js"
    right = panel.read_text()
    panel.write_text(right.replace("jobPace.pace === 'time'", "jobPace.speed === 'time'"))

    status, output = compiled(folder)

    panel.write_text(right)
    assert (status, "'speed' does not exist" in output) == (2, True)


def test_eslint_finds_nothing(folder: Path) -> None:
    assert run(folder, "npx", "eslint", "--max-warnings", "0", "console") == (0, "")


def written(folder: Path, requests: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the commands for requests."""
    status, output = run(folder, "node", "--input-type=module", "-e", WRITE, json.dumps(requests))
    assert status == 0, output
    return list(json.loads(output))


def test_a_command_of_each_language_sends_the_request_and_holds_no_token(folder: Path, mock: httpx.Client) -> None:
    url = str(mock.base_url.join("/_mock/sandboxes"))
    requests = [
        {"method": "POST", "url": url, "body": {"name": name, "idleExpirySeconds": None}, "needsToken": True}
        for name in HOSTILE
    ]

    for name, lines in zip(HOSTILE, written(folder, requests), strict=True):
        assert TOKEN not in str(lines)
        for command in (
            ("bash", "-c", lines["curl"]),
            (sys.executable, "-c", lines["python"]),
            ("node", "--input-type=module", "-e", lines["javascript"]),
        ):
            status, output = run(folder, *command)
            assert (status, '"name"' in output) == (0, True), (command, output)
        made = [one["name"] for one in mock.get("/_mock/sandboxes").json()["sandboxes"]]
        assert made.count(name) == 3, (name, lines)


def test_a_command_of_the_vendors_api_sends_the_key(folder: Path, mock: httpx.Client) -> None:
    url = str(mock.base_url.join("/v1/accounts"))
    request = {"method": "GET", "url": url, "key": "sk_test_read_only", "needsToken": False}

    (lines,) = written(folder, [request])

    for command in (
        ("bash", "-c", lines["curl"]),
        (sys.executable, "-c", lines["python"]),
        ("node", "--input-type=module", "-e", lines["javascript"]),
    ):
        status, output = run(folder, *command)
        assert (status, "Acme Growth" in output) == (0, True), (command, output)
