import pytest

from conformance.client.json_text import parse_json


def test_json_in_utf_8_is_parsed() -> None:
    assert parse_json('{"name": "é"}'.encode()) == {"name": "é"}


def test_many_shallow_values_are_not_deep() -> None:
    assert len(parse_json(b"[" + b",".join([b"[{}]"] * 500) + b"]")) == 500


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 400 + b"]" * 400,
        b'{"a":[' * 150 + b"]}" * 150,
        b'"\xff\xfe"',
        b"9" * 6_000,
        b"",
        b"no json",
    ],
)
def test_a_text_that_no_reader_can_take_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_json(raw)
