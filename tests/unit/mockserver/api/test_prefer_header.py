"""The parser of `Prefer` headers (RFC 7240)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.prefer_header import Preference, preference


@pytest.mark.parametrize(
    ("values", "code", "example"),
    [
        (["code=409"], "409", None),
        (["example=documented"], None, "documented"),
        (["code=409, example=documented"], "409", "documented"),
        (["code=409", "example=documented"], "409", "documented"),
        (["CODE=409"], "409", None),
        ([" code = 409 ; foo=bar , wait=5"], "409", None),
        (['code="409"'], "409", None),
        (['code="4\\09"'], "409", None),
        (['note="a, code=500; b", code=409'], "409", None),
        (["code=409, code=500"], "409", None),
        (["code=409", "code=500"], "409", None),
        (["respond-async, code=409;x;y=z"], "409", None),
        (["code"], "", None),
        (['code=""'], "", None),
    ],
)
def test_code_and_example_preferences_are_parsed(values: list[str], code: str | None, example: str | None) -> None:
    assert preference([value.encode() for value in values]) == Preference(code, example)


@pytest.mark.parametrize(
    "value",
    ["", ",,", "respond-async", "wait=5; code=409", "dynamic=true", 'note="code=409"', ";code=409", "=,=;", "code2"],
)
def test_other_preferences_are_not_parsed(value: str) -> None:
    assert preference([value.encode()]) is None


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_header_is_parsed_without_an_error(values: list[bytes]) -> None:
    parsed = preference(values)

    assert parsed is None or parsed != Preference(None, None)


@pytest.mark.parametrize("value", [b'a="' + b";" * 60_000, b'"\\"' * 20_000, b"a=" + b" " * 60_000, b"," * 60_000])
def test_a_long_header_is_parsed_quickly(value: bytes) -> None:
    begun = time.perf_counter()

    preference([value])

    assert time.perf_counter() - begun < 1
