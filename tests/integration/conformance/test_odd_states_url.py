"""A states URL that answers nonsense: one line, exit status 4, no traceback, no key, nothing for a terminal to obey."""

import json
import re

import pytest

from tests.harness.hostile_modes import SLOW, TOO_MUCH
from tests.harness.hostile_target import Mode, hostile, response_of
from tests.harness.suite_command import command
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served

EVIL = "\x1b]0;pwned\x07\x1b[2J\n::error::x\u202e<script>"
GROUP = "a" * 24


def states(body: object, status: str = "200 OK", headers: str = "") -> Mode:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda connection, _head: connection.sendall(response_of(content, status, headers))


def key(text: str) -> Mode:
    return states({"apiKey": text, "accountGroupId": GROUP})


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (key("sk_sekretsekret\r\nX-Y: z"), "cannot stand in a header"),
        (key("sk_sekretsekret\0"), "cannot stand in a header"),
        (key("sk_sekretsekret\u00e9"), "cannot stand in a header"),
        (key("sk_sekretsekret\ud800"), "cannot stand in a header"),
        (key("sk_sekretsekret" * 100_000), "cannot stand in a header"),
        (states({"apiKey": ["sk_sekretsekret"], "accountGroupId": GROUP}), "without 'apiKey'"),
        (states(b'{"apiKey":' * 100_000), "answered 200 to setup"),
        (states(b"[" * 100_000 + b"]" * 100_000), "answered 200 to setup"),
        (states(b"\xff\xfe\0"), "answered 200 to setup"),
        (states({"reason": EVIL}, "501 X"), "cannot establish 'an API key'"),
        (states({"reason": "x" * 3_000_000}, "500 X"), "answered 500 to setup"),
        (states(EVIL.encode(), "500 X"), "answered 500 to setup"),
        (states(b"", "302 X", "Location: http://x/\x1b]0;pwned\x07\r\n"), "cannot be"),
        (TOO_MUCH["an endless body"], "cannot be reached: a body of more than 5 MiB"),
        (SLOW["a dripping body"], "cannot be reached: a response without an end"),
    ],
)
def test_an_odd_response_is_told_in_one_line(mode: Mode, said: str) -> None:
    with served(Single()) as url, hostile(mode) as odd:
        addresses = ("--base-url", url, "--states-url", f"{odd.url}/s", "--profile", "delete", "--timeout", "1")
        finished = command("run", *addresses, timeout=60)

    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (4, "", 1), finished.stderr
    assert said in finished.stderr
    assert "sekretsekret" not in finished.stderr
    assert len(finished.stderr) < 800
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", finished.stderr) is None
    assert "\n::" not in finished.stderr
