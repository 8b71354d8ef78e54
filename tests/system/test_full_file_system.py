"""The file system that the file is on is full: a small one of its own, which only root may mount."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.harness.replicas import GROUP, KEY, Server, serving

SIZE = "2m"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", tmp_path], check=True)  # noqa: S603, S607
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)  # noqa: S603, S607


def client_of(server: Server) -> httpx.Client:
    return httpx.Client(base_url=f"{server.url}{GROUP}", headers=KEY, timeout=60)


def created(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/audiences", json={"name": name, "type": "on_demand", "description": "x" * 4_000})


def newest(client: httpx.Client) -> str:
    items = client.get("/audiences").raise_for_status().json()["data"]["items"]
    return str(items[0]["name"])


def test_without_room_nothing_is_half_done_and_with_room_it_goes_on(folder: Path) -> None:
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(1 << 20))
    store = f"sqlite:///{folder}/state.db"
    with serving(store, "--workers", "2") as server, client_of(server) as client:
        made = 0
        while (answer := created(client, f"audience {made}")).status_code == 201:
            made += 1
        last = newest(client)
        ballast.unlink()

        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
        assert last == f"audience {made - 1}"
        assert created(client, "after").status_code == 201
        assert newest(client) == "after"
        assert server.tracebacks() == []

    with serving(store) as server, client_of(server) as client:
        assert newest(client) == "after"


def test_a_file_for_which_there_is_no_room_is_one_line(folder: Path) -> None:
    (folder / "ballast").write_bytes(bytes((2 << 20) - 4096))

    with pytest.raises(AssertionError) as caught, serving(f"sqlite:///{folder}/state.db"):
        pass

    assert "cannot use the file" in str(caught.value)
    assert "Traceback" not in str(caught.value)
