"""Near misses of keys and identifiers."""

import pytest

from conformance.harness.near_misses import change_character, near_misses_of_identifier, near_misses_of_key


@pytest.mark.parametrize("token", ["ak_1b", "Ab"])
def test_near_misses_of_a_key_are_other_keys(token: str) -> None:
    for index in range(len(token)):
        assert token not in near_misses_of_key(token, index)


@pytest.mark.parametrize("identifier", ["a1", "1", "012"])
def test_near_misses_of_an_identifier_are_other_identifiers(identifier: str) -> None:
    for index in range(len(identifier)):
        assert identifier not in near_misses_of_identifier(identifier, index)


def test_a_percent_encoded_identifier_has_every_character_encoded() -> None:
    assert near_misses_of_identifier("a1", 0).percent_encoded == "%61%31"


@pytest.mark.parametrize(("text", "changed"), [("xyz", "x0z"), ("x0z", "x1z")])
def test_a_changed_character_differs(text: str, changed: str) -> None:
    assert change_character(text, 1, "0", "1") == changed
