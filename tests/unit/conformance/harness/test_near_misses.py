"""Near misses of keys and identifiers."""

import pytest

from conformance.client.contract import RawSegment, path_segment
from conformance.harness.near_misses import (
    change_character,
    impossible_near_misses,
    is_plain,
    near_misses_of_account_group,
    near_misses_of_identifier,
    near_misses_of_key,
)


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


def test_no_target_gives_out_the_impossible_near_misses() -> None:
    assert impossible_near_misses("12") == ["12zz", "12%00", "\uff11\uff12"]
    assert impossible_near_misses("ab") == ["abzz", "ab%00"]
    assert path_segment(impossible_near_misses("a/b")[1]) == "a%2Fb%00"


def test_a_proxy_may_refuse_a_near_miss_that_is_not_plain() -> None:
    assert [is_plain(near) for near in ("12zz", RawSegment("12%00"), "\uff11\uff12")] == [True, False, False]


def test_an_account_group_that_counts_has_no_neighbour_among_its_near_misses() -> None:
    assert near_misses_of_account_group("12", 1) == ["12zz", "zz12", "unknown"]
    assert near_misses_of_account_group("a1", 1) == ["a1zz", "zza1", "unknown", "a2"]
