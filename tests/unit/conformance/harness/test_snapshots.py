"""Snapshots of an account group, and their differences."""

import pytest

from conformance.harness.context import distinct_from
from conformance.harness.snapshots import Snapshot
from conformance.states import NotEstablishedError


def snapshot(audiences: dict[str, str], folders: dict[str, str] | None = None, *jobs: str) -> Snapshot:
    return Snapshot(dict(audiences), folders or {}, frozenset(jobs), ())


def test_the_difference_has_only_the_members_that_differ() -> None:
    many = {f"a{number}": f"an audience with a rather long name {number}" for number in range(50)}
    before, now = snapshot(many, {"f": "one"}, "j1"), snapshot({**many, "a7": "renamed", "new": "x"}, {}, "j1", "j2")

    assert not now.agrees(before)
    assert (
        before.diff(now) == "audiences {'a7': 'an audience with a rather long name 7'}, folders {'f': 'one'}, jobs []"
    )
    assert now.diff(before) == "audiences {'a7': 'renamed', 'new': 'x'}, folders {}, jobs ['j2']"
    assert before.diff(before) == str(before)


def test_new_audiences_are_left_out_except_those_with_the_refused_name() -> None:
    before = snapshot({"a": "one"})
    now = snapshot({"a": "one", "imported": "of a job", "made": "refused"})

    assert now.without_new(before, None).agrees(before)
    assert now.without_new(before, "refused").audiences == {"a": "one", "made": "refused"}
    assert not snapshot({}).without_new(before, None).agrees(before)


def test_a_distinct_resource_has_an_identifier_that_is_not_taken() -> None:
    made = iter("1123")

    assert distinct_from(lambda: next(made), {"1", "2"}, str) == "3"


def test_a_distinct_resource_needs_an_identifier_that_is_not_taken() -> None:
    with pytest.raises(NotEstablishedError, match="no identifier is foreign"):
        distinct_from(lambda: "1", {"1"}, str)
