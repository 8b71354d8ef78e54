"""The commands on seed documents, in a process of their own."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mockserver.config import Settings
from mockserver.seeds import read_text
from tests.harness.cli_server import AUTHORIZED
from tests.harness.in_thread import served
from tests.harness.tiny_application import tiny_server

TOKEN = "admin-token-of-this-test"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (ours)
        [sys.executable, "-m", "mockserver", "seed", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def refusal(*arguments: str) -> str:
    """Return the one line with which a command fails."""
    result = command(*arguments)
    assert (result.returncode, result.stdout) == (2, ""), result
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr


def test_an_exported_sandbox_is_a_seed_file(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    with served(Settings(admin_token=TOKEN)) as (url, _):
        file.write_text(command("export", "--url", url, "--keys", "--admin-token", TOKEN).stdout)
        refused = refusal("export", "--url", url)
    with served(Settings(seed_file=file)) as (url, _):
        shown = httpx.get(f"{url}/_mock/sandboxes/default").json()

    assert "admin token" in refused
    assert "sk_test_all_permissions" in {key["key"] for key in shown["keys"]}
    assert re.fullmatch(
        r".*world\.yaml is a seed document: 3 keys, 2 account groups\n", command("check", str(file)).stdout
    )


def test_an_export_without_keys_holds_no_token(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    with served(Settings()) as (url, _):
        file.write_text(command("export", "--url", url).stdout)

    assert "sk_test" not in file.read_text()
    assert read_text(file.read_text())["keys"][0]["name"] == "all permissions"
    assert command("check", str(file)).returncode == 0


def test_generated_identifiers_of_a_seed_file_differ_from_those_that_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    for _ in range(3):
        settings = Settings(seed_file=file if file.exists() else None)
        with served(settings) as (url, _), httpx.Client(base_url=url, headers=AUTHORIZED) as client:
            path = "/v1/accounts/a00000000000000000000001/audiences"
            made = [client.post(path, json={"name": "x", "type": "on_demand"}).json()["data"]["id"] for _ in range(3)]
            client.delete(f"{path}/{made[0]}").raise_for_status()
            listed = [one["id"] for one in client.get(path).json()["data"]["items"]]
            file.write_text(command("export", "--url", url, "--keys").stdout)

    assert len(set(listed)) == len(listed) == 2 + 3 * 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("keys: 1", "keys: 1 is not of type"),
        ("keys: [{key: sk_test_1, accountGroupIds: [aaaaaaaaaaaaaaaaaaaaaaaa]}]", "names account groups"),
        ("{", "neither YAML nor JSON"),
    ],
)
def test_a_file_that_is_no_seed_is_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)

    assert reason in refusal("check", str(file))


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    assert "No such file" in refusal("check", str(tmp_path / "nowhere.yaml"))


def test_an_unknown_sandbox_is_refused_with_the_reason_of_the_server() -> None:
    with served(Settings()) as (url, _):
        assert "there is no sandbox nowhere" in refusal("export", "--url", url, "--sandbox", "nowhere")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "file:///etc/passwd", "127.0.0.1:8080", "http://[", "http://a b"]
)
def test_an_address_without_a_server_is_refused_in_one_line(url: str) -> None:
    assert refusal("export", "--url", url).startswith("audience-mock: ")


def test_a_server_of_another_kind_is_refused_in_one_line() -> None:
    with tiny_server("asyncio") as server:
        assert "audience-mock" in refusal("export", "--url", f"http://127.0.0.1:{server.port}/fails")
