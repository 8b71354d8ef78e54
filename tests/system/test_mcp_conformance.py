"""The protocol's own conformance tests, as far as they apply to a server without the tools that are made for them.

The other scenarios call tools, resources and prompts by names such as `test_simple_text`, or need capabilities that
this server does not declare: completion, logging, subscriptions.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.npm import install

PACKAGE = "@modelcontextprotocol/conformance@0.1.13"  # the last that runs on Node.js 20, as Debian has it
SCENARIOS = (
    *("server-initialize", "ping", "tools-list", "tools-call-error", "resources-list", "prompts-list"),
    *("server-sse-multiple-streams", "dns-rebinding-protection"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("conformance")
    install(root, PACKAGE)
    return root


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "mockserver", "mcp", "--http", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603  (ours)
        assert process.stdout is not None
        (url,) = re.findall(r"http://\S+", process.stdout.readline())
        yield url
        process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_tools_for_agents_pass_a_scenario(folder: Path, url: str, scenario: str) -> None:
    command = ["node", "node_modules/.bin/conformance", "server", "--url", url, "--scenario", scenario]

    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)

    assert re.search(r"Passed: ([1-9]\d*)/\1, 0 failed, 0 warnings", result.stdout), result.stdout + result.stderr
