"""What can be seen of an account group, and how it differs from what could be seen before."""

import pytest

from conformance.harness.context import distinct_from
from conformance.harness.snapshots import Snapshot
from conformance.states import NotEstablishedError


def seen(audiences: dict[str, str], folders: dict[str, str] | None = None, *jobs: str) -> Snapshot:
    return Snapshot(dict(audiences), folders or {}, frozenset(jobs), ())


def test_what_differs_is_told_however_much_is_the_same() -> None:
    many = {f"a{number}": f"an audience with a rather long name {number}" for number in range(50)}
    was, now = seen(many, {"f": "one"}, "j1"), seen({**many, "a7": "renamed", "new": "x"}, {}, "j1", "j2")

    assert not now.agrees(was)
    assert was.diff(now) == "audiences {'a7': 'an audience with a rather long name 7'}, folders {'f': 'one'}, jobs []"
    assert now.diff(was) == "audiences {'a7': 'renamed', 'new': 'x'}, folders {}, jobs ['j2']"
    assert was.diff(was) == str(was)


def test_what_came_since_may_be_somebody_elses_unless_it_bears_the_name_that_was_refused() -> None:
    was = seen({"a": "one"})
    now = seen({"a": "one", "imported": "of a job", "made": "refused"})

    assert now.without_new(was, None).agrees(was)
    assert now.without_new(was, "refused").audiences == {"a": "one", "made": "refused"}
    assert not seen({}).without_new(was, None).agrees(was)


def test_what_is_foreign_has_an_identifier_that_is_not_taken() -> None:
    made = iter("1123")

    assert distinct_from(lambda: next(made), {"1", "2"}, str) == "3"


def test_where_every_identifier_is_taken_nothing_is_foreign() -> None:
    with pytest.raises(NotEstablishedError, match="nothing is foreign"):
        distinct_from(lambda: "1", {"1"}, str)
