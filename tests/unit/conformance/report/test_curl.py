import subprocess
from typing import Any

import pytest

from conformance.report.curl import curl
from tests.harness.sample_report import KEY, URL, report_of, with_exchange


def given_to_curl(command: str, key: str = "the key") -> tuple[list[str], bytes]:
    fake = 'curl() { printf "%s\\0" "$@"; printf "\\1"; case "$*" in *@-*) cat;; esac; }'
    ran = subprocess.run(  # noqa: S603 - the command is what is tested
        ["/bin/bash", "-c", f"{fake}; {command}"],
        env={"AUDIENCE_API_KEY": key},
        capture_output=True,
        check=True,
        timeout=10,
    )
    words, _, sent = ran.stdout.partition(b"\0\1")
    return words.decode("utf-8", "surrogateescape").split("\0"), sent


def command_of(**changed: Any) -> str:
    return curl(report_of(with_exchange(**changed)).results[0].observations.violations[0].exchanges[0])


def test_a_command_has_method_header_and_address_and_the_shell_fills_in_the_key() -> None:
    command = command_of()

    assert command == f'curl -s -i -X DELETE -H "authorization: Bearer $AUDIENCE_API_KEY" {URL}'
    assert given_to_curl(command)[0][-2:] == ["authorization: Bearer the key", URL]


@pytest.mark.parametrize(
    "value", ["it's", '"', "$HOME", "`id`", "$(id)", "a\\b", "!!", "%s", "é", "\x1b[31m", "\u202e", "\t", "  ", "{}[]"]
)
def test_any_header_and_any_body_reaches_curl_unchanged(value: str) -> None:
    command = command_of(
        request_headers=(("x-plain", value), ("x-key", f"{value}{KEY}")),
        request_body=f"{value}{KEY}{value}".encode(),
    )

    words = given_to_curl(command)[0]
    assert words[words.index("x-plain: " + value) + 2] == f"x-key: {value}the key"
    assert words[words.index("--data-raw") + 1] == f"{value}the key{value}"


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a\0b", b"\0'%s\\n%", bytes(range(256))])
def test_bytes_that_are_not_utf_8_reach_curl_unchanged(raw: bytes) -> None:
    command = command_of(method="POST", request_body=raw + KEY.encode() + raw)

    words, sent = given_to_curl(command)
    assert words[words.index("--data-binary") + 1] == "@-"
    assert sent == raw + b"the key" + raw


def test_a_body_without_a_media_type_is_not_called_a_form() -> None:
    assert "-H Content-Type: --data-raw" in command_of(request_body=b"{}")


def test_a_header_that_is_sent_empty_is_sent_empty() -> None:
    assert "-H 'x-empty;'" in command_of(request_headers=(("x-empty", ""),))


def test_only_an_unusual_host_is_sent_by_the_command() -> None:
    assert "-H 'host: evil'" in command_of(request_headers=(("host", "evil"),))
    assert "host" not in command_of(request_headers=(("host", "target:8080"),))


@pytest.mark.parametrize(
    ("path", "option"),
    [("/a[1]", "-g"), ("/{a}", "-g"), ("/../b", "--path-as-is"), ("/a/.", "--path-as-is"), ("/.?a", "--path-as-is")],
)
def test_curl_has_the_option_to_keep_an_address(path: str, option: str) -> None:
    assert f" {option} " in command_of(url=f"http://target{path}")


def test_get_and_head_need_no_method_option() -> None:
    assert command_of(method="GET", request_headers=()) == f"curl -s -i {URL}"
    assert command_of(method="HEAD", request_headers=()) == f"curl -s -i -I {URL}"
