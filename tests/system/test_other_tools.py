"""Dredd and the proxy of Prism on the served contract, as docs/tools.md has them."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.documented_contract import OPERATIONS, Documented, case_id
from tests.harness.in_thread import served
from tests.harness.realistic_requests import KEY, realistic_request
from tests.harness.recipes import URL
from tests.system.npm import install

PAGE = (Path(__file__).parents[2] / "docs" / "tools.md").read_text()
PACKAGES = Path(__file__).parent / "tools" / "package.json"
EXAMPLE_URL = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture(scope="module")
def folder(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tools, the typed contract, and the hooks of the page."""
    folder = tmp_path_factory.mktemp("tools")
    shutil.copy(PACKAGES, folder)
    (folder / "audiences.typed.json").write_bytes(httpx.get(f"{url}/_mock/audiences.typed.json").content)
    hooks = re.search(r"^```js\n(// hooks\.cjs\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert hooks
    (folder / "hooks.cjs").write_text(hooks[1])
    install(folder)
    return folder


def command(start: str, url: str) -> str:
    """Return the command of the page that begins with some words, for a server with another address."""
    (line,) = re.findall(rf"^\$ ({re.escape(start)}.*)$", PAGE, re.MULTILINE)
    return str(line).replace(EXAMPLE_URL, url)


def test_dredd_with_hooks_meets_every_row_but_one(folder: Path, url: str) -> None:
    environment = {**os.environ, URL: url}  # noqa: TID251  (a child's, not ours)
    script = "\n".join([command("jq ", url), command("npx dredd ", url)])

    process = subprocess.run(  # noqa: S603  (the page's)
        ["/bin/bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    output = re.sub(r"\x1b\[[0-9;]*m", "", process.stdout)
    assert "120 passing, 1 failing, 0 errors, 0 skipped, 121 total" in output, output[-2000:] + process.stderr
    assert set(re.findall(r"^fail: (\w+ \(\d+\) \S+)", output, re.MULTILINE)) == {
        "POST (200) /v1/accounts/a00000000000000000000001/prospecting"
    }


@contextmanager
def prism(folder: Path, url: str) -> Iterator[str]:
    """Run the proxy of Prism before a server, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [*shlex.split(command("npx prism proxy ", url)), "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603  (the page's)
        [folder / "node_modules/.bin/prism", *words[2:]],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout
        assert any("Prism is listening" in line for line in process.stdout)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def proxy(folder: Path, url: str) -> Iterator[httpx.Client]:
    with prism(folder, url) as address, httpx.Client(base_url=address, headers=KEY, timeout=20) as client:
        yield client


@pytest.mark.parametrize("documented", OPERATIONS, ids=case_id)
def test_no_row_violates_the_contract_by_the_proxy_of_prism(
    url: str, proxy: httpx.Client, documented: Documented
) -> None:
    request = realistic_request(documented)
    headers = request.pop("headers")
    violations = {}

    for status in documented.statuses:
        httpx.post(f"{url}/_mock/sandboxes/default/reset").raise_for_status()
        answer = proxy.request(headers={**headers, "Prefer": f"code={status}"}, **request)
        assert answer.status_code == status, answer.text
        violations[status] = json.loads(answer.headers.get("sl-violations", "[]"))
    httpx.post(f"{url}/_mock/sandboxes/default/reset").raise_for_status()
    accepted = proxy.request(headers=headers, **request)

    assert accepted.is_success
    assert "sl-violations" not in accepted.headers
    assert violations == {status: [] for status in documented.statuses}


def test_the_proxy_of_prism_notices_a_request_that_breaks_the_typed_contract(proxy: httpx.Client) -> None:
    answer = proxy.get("/v1/accounts/a00000000000000000000001/prospecting", params={"status": "runing"})

    assert answer.status_code == 422
