"""`audience-mock serve`, as its user meets it."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.harness.cli_server import AUTHORIZED, DELETE, SERVE, cli_server, startup_error, url_in
from tests.harness.curl_command import curled

POPULATED = DELETE.replace("b00000000000000000000001", "b00000000000000000000002")


def test_the_banner_shows_working_commands_and_the_default_identifiers() -> None:
    with cli_server() as (_, banner):
        commands = re.findall(r"^ +(curl .+)$", banner, re.MULTILINE)

        assert [curled(command).status_code for command in commands] == [200, 404, 409]
        for fact in ("sk_test_all_permissions", "sk_test_read_only", "a00000000000000000000001"):
            assert fact in banner
        (reset,) = re.findall(r"beginning: +(curl .+)$", banner, re.MULTILINE)
        curled(reset).raise_for_status()
        assert httpx.delete(url_in(banner) + DELETE, headers=AUTHORIZED).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_server_cleanly(number: signal.Signals) -> None:
    with cli_server("--log-format", "none") as (process, banner):
        httpx.get(url_in(banner) + "/_mock/health").raise_for_status()

        process.send_signal(number)

        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_requests_in_flight_are_finished_before_the_server_stops() -> None:
    with cli_server() as (process, banner):
        host, port = url_in(banner).removeprefix("http://").split(":")
        body = b'{"name":"x","type":"on_demand"}'
        head = (
            "POST /v1/accounts/a00000000000000000000001/audiences HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer sk_test_all_permissions\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(head.encode() + body[:5])
            httpx.get(url_in(banner) + "/_mock/health").raise_for_status()
            process.send_signal(signal.SIGTERM)
            connection.sendall(body[5:])

            assert connection.recv(4096).startswith(b"HTTP/1.1 201 ")
        assert process.wait(20) == 0


def test_the_same_seed_gives_the_same_identifiers() -> None:
    def identifiers(seed: str) -> list[str]:
        with (
            cli_server("--seed", seed) as (_, banner),
            httpx.Client(base_url=url_in(banner), headers=AUTHORIZED) as client,
        ):
            body = {"name": "x", "type": "on_demand"}
            audience = client.post("/v1/accounts/a00000000000000000000001/audiences", json=body).json()
            sandbox = client.post("/_mock/sandboxes", json={}).json()
            return [audience["data"]["id"], audience["traceId"], sandbox["id"], sandbox["keys"][0]["key"]]

    assert identifiers("7") == identifiers("7")
    assert set(identifiers("7")).isdisjoint(identifiers("8"))


@pytest.mark.parametrize("form", ["text", "json"])
def test_each_request_is_one_log_line_without_the_key(form: str) -> None:
    with cli_server("--log-format", form) as (process, banner):
        httpx.delete(url_in(banner) + DELETE + "?q=1", headers=AUTHORIZED)

        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)

    (line,) = out.splitlines()
    assert "sk_test" not in line
    if form == "json":
        entry = json.loads(line)
        assert (entry["method"], entry["path"], entry["status"]) == ("DELETE", DELETE, 200)
    else:
        assert line.startswith(f"DELETE {DELETE} 200 accepted ")


def test_a_line_is_logged_by_default_and_none_if_the_format_is_none() -> None:
    lines = {}
    for options in ((), ("--log-format", "none")):
        with cli_server(*options) as (process, banner):
            httpx.delete(url_in(banner) + POPULATED, headers=AUTHORIZED)
            process.send_signal(signal.SIGTERM)
            lines[options], _ = process.communicate(timeout=20)

    assert lines[()].startswith(f"DELETE {POPULATED} 409 guard ")
    assert lines[()].count("\n") == 1
    assert lines["--log-format", "none"] == ""


def test_the_log_shows_no_key_and_no_admin_token_wherever_they_stand() -> None:
    token, key = "the-admin/token-of-this-server", AUTHORIZED["Authorization"].split()[1]
    with cli_server("--admin-token", token) as (process, banner):
        for secret in (token, key, "sk_live_secret_of_somebody_else"):
            for shown in (secret, quote(secret, safe=""), f"%{ord(secret[0]):02x}{secret[1:]}"):
                for path in ("/v1/accounts/{}/audiences", "/nope/{}", "/_mock/sandboxes/default/keys/{}", "/{}"):
                    for sent in (key, token):
                        httpx.get(url_in(banner) + path.format(shown), headers={"Authorization": f"Bearer {sent}"})
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)

    assert len(out.splitlines()) == 72
    for secret in (token, key, "somebody"):
        assert secret not in out


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_pipe_that_nobody_reads_does_not_stop_the_server(form: str) -> None:
    with (
        cli_server("--log-format", form) as (process, banner),
        httpx.Client(base_url=url_in(banner), timeout=20) as client,
    ):
        path = "/" + "/".join(["x"] * 1_000)  # 64 KiB, as much as a pipe holds, after some dozens of requests
        for _ in range(100):
            assert client.get(path).status_code == 404

        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_full_disk_does_not_stop_the_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen([*SERVE, "--port", str(port)], stdout=full, stderr=subprocess.PIPE, text=True)  # noqa: S603  (ours)
    with process:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=10)) as client:
            assert [client.get("/v1/accounts", headers=AUTHORIZED).status_code for _ in range(3)] == [200] * 3
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (0, "")


def test_a_seed_file_replaces_the_default_seed(tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text("keys: [{key: sk_test_mine}]\naccountGroups: [{name: Mine}]\n")

    with cli_server("--seed-file", str(file)) as (_, banner):
        answer = httpx.get(url_in(banner) + "/v1/accounts", headers={"Authorization": "Bearer sk_test_mine"})

        assert [item["name"] for item in answer.json()["data"]["items"]] == ["Mine"]
        assert "sk_test_all_permissions" not in banner


def test_a_port_in_use_is_reported_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        err = startup_error("--port", str(port))

        message = f"cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with --port"
        assert err == f"audience-mock: {message}\n"


def test_the_program_prints_its_usage_without_a_command() -> None:
    command = [sys.executable, "-m", "mockserver"]

    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)

    assert process.stdout.startswith("Usage:")
    assert "serve" in process.stdout
    assert process.stderr == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--port", "x"], "'x' is not a valid integer"),
        (["--port", "70000"], "70000 is not in the range"),
        (["--nonsense"], "No such option"),
        (["--job-duration", "soon"], "'soon' is not a duration"),
        (["--store", "postgresql://x"], "cannot reach the database"),
        (["--store", "sqlite:////no/such/folder/x"], "cannot use the file /no/such/folder/x"),
        (["--store", "redis://x"], "write memory, sqlite:///FILE or postgresql://"),
        (["--workers", "2"], "one process"),
        (["--seed-file", "/no/such/file"], "No such file"),
        (["--watch"], "nothing to watch without a --seed-file"),
        (["--watch", "--seed-file", "x", "--workers", "2", "--store", "sqlite:///x"], "it needs one process"),
        (["--store-connections", "0"], "0 is not in the range"),
        (["--durability", "none"], "'none' is not one of"),
        (["--host", "no.such.host.invalid"], "cannot listen"),
        (["--log-format", "xml"], "'xml' is not one of"),
    ],
)
def test_an_invalid_option_is_reported_in_one_line(options: list[str], message: str) -> None:
    err = startup_error(*options)

    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "neither YAML nor JSON"),
        ("[]", "is not of type"),
        ("accounts: []", "accounts"),
        ("keys: [{key: 'a b c d e f'}]", "keys.0.key"),
        ("accountGroups: [{name: A, id: X}]", "accountGroups.0.id"),
        ("keys: [{key: sk_test_1, accountGroupIds: [a00000000000000000000001]}]", "does not have"),
        ("keys: [{key: sk_test_1}, {key: sk_test_1}]", "appears twice"),
        (
            "accountGroups: [{name: A, audiences: [{name: B, folderId: b00000000000000000000001}]}]",
            "is no on_demand folder",
        ),
    ],
)
def test_an_invalid_seed_file_is_reported_in_one_line(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(content)

    err = startup_error("--seed-file", str(file), "--port", "0")

    assert message in err
    assert str(file) in err
    assert err.count("\n") == 1


def test_the_control_plane_needs_a_token_beyond_this_machine() -> None:
    with cli_server("--host", "0.0.0.0") as (_, banner):  # noqa: S104  (that is the point)
        url = url_in(banner).replace("0.0.0.0", "127.0.0.1")  # noqa: S104  (the same)
        (token,) = re.findall(r"Admin token, for /_mock +(\S+)", banner)

        assert httpx.get(url + "/_mock/sandboxes").status_code == 401
        assert httpx.get(url + "/_mock/sandboxes", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert httpx.get(url + "/v1/accounts", headers=AUTHORIZED).status_code == 200


def test_repeated_signals_do_not_disturb_the_stop() -> None:
    with cli_server() as (process, _):
        threads = [threading.Thread(target=process.send_signal, args=[signal.SIGTERM]) for _ in range(5)]
        for thread in threads:
            thread.start()

        assert process.wait(20) == 0


def test_a_seed_file_under_watch_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text('{"keys": [{"key": "sk_test_first"}]}')
    with cli_server("--seed-file", str(file), "--watch") as (process, banner):
        file.write_text('{"keys": [{"key": "sk_test_second"}]}')

        assert process.stderr is not None
        assert "was made anew" in process.stderr.readline()
        headers = {"Authorization": "Bearer sk_test_second"}
        assert httpx.get(url_in(banner) + "/v1/accounts", headers=headers).status_code == 200
