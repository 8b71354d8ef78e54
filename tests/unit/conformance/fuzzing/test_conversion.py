"""Responses for Schemathesis, whatever their body."""

from dataclasses import replace

import pytest
import requests

from conformance.fuzzing.conversion import to_response
from tests.harness.sample_report import EXCHANGE

SENT = requests.Request("DELETE", "http://target/v1").prepare()


@pytest.mark.parametrize("body", [b'{"a": 1}', b"<html>", b"\xff", b""])
def test_a_body_is_handed_on_as_it_came(body: bytes) -> None:
    response = to_response(SENT, replace(EXCHANGE, response_body=body))

    assert response is not None
    assert response.content == body


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000, b"9" * 6_000])
def test_json_that_no_reader_can_take_is_handed_on_as_no_json(body: bytes) -> None:
    response = to_response(SENT, replace(EXCHANGE, response_body=body))

    assert response is not None
    with pytest.raises(ValueError, match="double quotes"):
        response.json()
