"""Identifiers that are given out, and identifiers that are nobody's."""

import random
import uuid

import pytest

from conformance.harness.near_misses import near_misses_of_nobody
from conformance.states import FAR_BEYOND, GivenOut

CHANCE = random.Random(5)  # noqa: S311  (reproducible on purpose)
RANDOM = [f"{CHANCE.getrandbits(96):024x}" for _ in range(40)]
UUIDS = [str(uuid.UUID(int=CHANCE.getrandbits(128))) for _ in range(40)]
TIMED_UUIDS = [f"01932f3a-7c{number:02x}-7{text[15:]}" for number, text in enumerate(UUIDS)]
NUMBERS = [str(number) for number in range(8, 48)]
PADDED = [f"{number:024x}" for number in range(8, 48)]
OBJECT_IDS = [f"67f1f77bcf86cd7994{number:06x}" for number in range(0x3901F, 0x3901F + 40)]
PREFIXED = [f"aud_{number}" for number in range(8, 48)]


def given_out(identifiers: list[str]) -> GivenOut:
    given = GivenOut()
    for identifier in identifiers:
        given.add(identifier)
        given.add(identifier)
    return given


@pytest.mark.parametrize(
    ("identifiers", "are_random"),
    [
        (RANDOM, True),
        (UUIDS, True),
        (TIMED_UUIDS, True),
        (RANDOM[:1], False),
        (NUMBERS, False),
        (PADDED, False),
        (OBJECT_IDS, False),
        (PREFIXED, False),
        ([f"{CHANCE.getrandbits(60):018d}" for _ in range(5)], False),
        ([*RANDOM, f"{int(RANDOM[7], 16) + 1:024x}"], False),
    ],
)
def test_identifiers_are_random_where_they_are_long_and_none_is_near_another(
    identifiers: list[str],
    are_random: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    assert given_out(identifiers).are_random is are_random


@pytest.mark.parametrize("identifiers", [RANDOM, UUIDS, NUMBERS, PADDED, OBJECT_IDS, PREFIXED])
def test_an_identifier_that_was_given_out_may_be_anybodys(identifiers: list[str]) -> None:
    given = given_out(identifiers)

    assert not any(given.cannot_include(identifier) for identifier in identifiers)


@pytest.mark.parametrize(
    ("identifiers", "nobodys"),
    [
        (RANDOM, ["x", "0", RANDOM[0][:-1], f"{RANDOM[0]}0", "a" * 128]),
        (NUMBERS, ["x", "null", "~", str(47 + FAR_BEYOND)]),
        (PADDED, ["1" + PADDED[0][1:]]),
        (OBJECT_IDS, ["x", "0", "9" + OBJECT_IDS[0][1:]]),
        (PREFIXED, ["~", "..."]),
    ],
)
def test_nobodys_identifiers_are_known(identifiers: list[str], nobodys: list[str]) -> None:
    given = given_out(identifiers)

    assert [identifier for identifier in nobodys if not given.cannot_include(identifier)] == []


@pytest.mark.parametrize(
    ("identifiers", "doubtful"),
    [
        ([], ["x", "~"]),
        (RANDOM, ["*", "a/b", "", "%", "a" * 129]),
        (NUMBERS, ["0", "1", "007", "48", "1x", "4", "99999", "9" * 40]),
        (PADDED, ["1", f"{5:024x}", f"{99999:024x}", PADDED[0][:-1], f"{PADDED[0]}0", "0"]),
        (OBJECT_IDS, [f"67f1f77bcf86cd7994{0x39001:06x}", OBJECT_IDS[0][:-1], OBJECT_IDS[0][:8]]),
        (PREFIXED, ["x", "aud_1", "1", "null", "aud_x"]),
    ],
)
def test_an_identifier_that_may_be_somebodys_is_known(identifiers: list[str], doubtful: list[str]) -> None:
    given = given_out(identifiers)

    assert [identifier for identifier in doubtful if given.cannot_include(identifier)] == []


@pytest.mark.parametrize("identifiers", [RANDOM, UUIDS, NUMBERS, PADDED, OBJECT_IDS, PREFIXED])
@pytest.mark.parametrize("index", [0, 1, -1])
def test_no_near_miss_can_have_been_given_out(identifiers: list[str], index: int) -> None:
    identifier = identifiers[20]
    following = {*identifiers, *[f"{number:024x}" for number in range(600)], *map(str, range(100_000))}
    following |= {f"67f1f77bcf86cd7994{number:06x}" for number in range(0x39000, 0x3A000)}
    following |= {f"aud_{number}" for number in range(10_000)}

    near_misses = near_misses_of_nobody(identifier, index % len(identifier), given_out(identifiers))

    assert len(near_misses) >= 3
    assert following.isdisjoint(near_misses)
