"""The forms of a key that a target may show again."""

import base64
from dataclasses import replace

import pytest

from conformance.report.redaction import Redactor
from tests.harness.sample_report import EXCHANGE, VIOLATION, failure

KEY = "sk_test_AbC0123456789xyzQ?>"
REDACTOR = Redactor({KEY: "AUDIENCE_API_KEY", "another_secret": "AUDIENCE_OTHER"})
IN_HEX = KEY.encode().hex()


def in_base64(before: str, after: str) -> str:
    return base64.b64encode(f"{before}{KEY}{after}".encode()).decode()


@pytest.mark.parametrize("before", ["", "x", "xy", "Bearer ", '{"key":"'])
@pytest.mark.parametrize("after", ["", "z", '"}'])
def test_a_key_in_base64_is_redacted_wherever_it_begins(before: str, after: str) -> None:
    for shown in (in_base64(before, after), in_base64(before, after).replace("+", "-").replace("/", "_")):
        redacted = REDACTOR.text(f"a {shown} b")

        assert "AUDIENCE_API_KEY" in redacted
        assert not any(shown[start : start + 14] in redacted for start in range(len(shown) - 14))


@pytest.mark.parametrize("shown", [KEY[::-1], IN_HEX, IN_HEX.upper(), f"0a{IN_HEX}0d", f"f{IN_HEX}"])
def test_a_key_in_hex_or_reversed_is_redacted(shown: str) -> None:
    redacted = REDACTOR.text(f'"{shown}"')

    assert "AUDIENCE_API_KEY" in redacted
    assert KEY[::-1] not in redacted
    assert IN_HEX not in redacted.lower()


def test_a_short_secret_is_found_in_a_short_and_in_a_long_text() -> None:
    redactor = Redactor({"abc": "AUDIENCE_SHORT", KEY: "AUDIENCE_API_KEY"})

    for text in (f"abc {KEY}", f"abc {KEY} {'.' * 400_000}"):
        assert redactor.text(text).startswith("$AUDIENCE_SHORT $AUDIENCE_API_KEY")


def test_of_a_long_body_only_what_a_report_shows_is_kept() -> None:
    body = KEY.encode() + b"." * 300_000 + KEY.encode()
    violation = replace(VIOLATION, exchanges=(replace(EXCHANGE, response_body=body),))

    (exchange,) = REDACTOR.result(failure(violation)).observations.violations[0].exchanges

    assert KEY.encode() not in (exchange.response_body or b"")
    assert len(exchange.response_body or b"") > 300_000
