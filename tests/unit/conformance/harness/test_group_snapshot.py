"""Snapshots of an account group: what they show, and what differs between two of them."""

from typing import Any

import pytest

from conformance.harness.context import distinct_from
from conformance.harness.group_snapshot import (
    ABSENT,
    GET,
    LIST,
    NAVIGATION,
    PROSPECTS,
    Difference,
    GroupSnapshot,
    Sight,
    contradictions,
    describe_differences,
    differences,
    reordered,
)
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError


def exchange(number: int) -> Exchange:
    return Exchange(number, "GET", "http://target/v1", (), None, 200, None, (), b"", 1.0)


def audience(identifier: str, **members: Any) -> dict[Sight, Any]:
    """Return an audience that every place shows alike, with changes given as `place_member`."""
    shown = {"name": f"name of {identifier}", "folderId": None}
    sights = {
        Sight("audience", identifier, place, name): shown[name] for place in (GET, LIST, NAVIGATION) for name in shown
    }
    sights[Sight("audience", identifier, GET, "status")] = 200
    sights[Sight("audience", identifier, PROSPECTS, "status")] = 200
    sights[Sight("audience", identifier, PROSPECTS, "items")] = ("p1", "p2")
    sights[Sight("audience", identifier, NAVIGATION, "folder")] = None
    for key, value in members.items():
        place, _, name = key.partition("_")
        sights[Sight("audience", identifier, place, name)] = value
    return {sight: value for sight, value in sights.items() if value != ABSENT}


def snapshot(*resources: dict[Sight, Any], orders: dict[str, tuple[str, ...]] | None = None) -> GroupSnapshot:
    visible = {sight: value for resource in resources for sight, value in resource.items()}
    return GroupSnapshot(visible, orders or {}, {sight: exchange(1) for sight in visible})


def test_equal_snapshots_have_no_difference() -> None:
    assert differences(snapshot(audience("a")), snapshot(audience("a"))) == []


@pytest.mark.parametrize(
    ("member", "value"), [("GET_status", 404), ("prospects_items", ("p1",)), ("list_name", "x"), ("list_name", ABSENT)]
)
def test_a_changed_or_lost_member_is_a_difference(member: str, value: object) -> None:
    place, _, name = member.partition("_")
    earlier = audience("a")[Sight("audience", "a", place, name)]

    found = differences(snapshot(audience("a")), snapshot(audience("a", **{member: value})))

    assert found == [Difference(Sight("audience", "a", place, name), earlier, value)]


@pytest.mark.parametrize(
    ("member", "outside", "inside"),
    [
        ("prospectCount", 1, "1"),
        ("prospectCount", 1, ABSENT),
        ("description", None, ""),
        ("type", "on_demand", "string"),
        ("createdAt", "2026-01-01T00:00:00Z", "1 Jan 2026"),
    ],
)
def test_another_form_of_a_value_inside_a_folder_is_no_difference(member: str, outside: object, inside: object) -> None:
    ungrouped = snapshot(audience("a", **{f"navigation_{member}": outside}))
    grouped = snapshot(audience("a", navigation_folder="f", **{f"navigation_{member}": inside}))

    for before, after in ((ungrouped, grouped), (grouped, ungrouped)):
        assert [item.sight.member for item in differences(before, after)] == ["folder"]


@pytest.mark.parametrize(("member", "value"), [("prospectCount", "2"), ("description", "new"), ("name", "new")])
def test_another_value_inside_a_folder_is_a_difference(member: str, value: str) -> None:
    ungrouped = snapshot(audience("a", **{f"navigation_{member}": 1}))
    grouped = snapshot(audience("a", navigation_folder="f", **{f"navigation_{member}": value}))

    assert {item.sight.member for item in differences(ungrouped, grouped)} == {"folder", member}


def test_another_form_of_a_value_in_the_same_place_is_a_difference() -> None:
    before, after = (snapshot(audience("a", navigation_prospectCount=count)) for count in (1, "1"))

    assert [item.sight.member for item in differences(before, after)] == ["prospectCount"]


def test_an_allowed_difference_is_none() -> None:
    before, after = snapshot(audience("a"), audience("b")), snapshot(audience("a", GET_name="x"), audience("b"))

    assert differences(before, after, lambda item: item.sight.id == "a") == []
    assert len(differences(before, after, lambda item: item.sight.id == "b")) == 1


def test_a_documented_member_comes_before_the_others() -> None:
    before = snapshot(audience("a", GET_aardvark=1))
    after = snapshot(audience("a", GET_aardvark=2, GET_name="x"))

    found = differences(before, after)

    assert [item.sight.member for item in found] == ["name", "aardvark"]
    assert [item.sight.is_documented for item in found] == [True, False]


def test_the_differences_are_described_with_their_places() -> None:
    found = differences(snapshot(audience("a")), snapshot(audience("a", GET_name="x")))

    assert describe_differences(found, later=False) == "audience a name (GET): 'name of a'"
    assert describe_differences(found, later=True) == "audience a name (GET): 'x'"
    assert describe_differences(found * 8, later=True).endswith("and 2 more")


def test_the_order_of_untouched_items_is_compared() -> None:
    before = snapshot(orders={"list": ("a", "b", "c")})

    assert reordered(before, snapshot(orders={"list": ("new", "a", "c")}), ()) == []
    assert reordered(before, snapshot(orders={"list": ("c", "a", "b")}), ()) == ["list"]
    assert reordered(before, snapshot(orders={"list": ("c", "a", "b")}), ("c",)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"GET_status": 404, "prospects_status": 404}, ["audience a is in the list, and its GET has status 404"]),
        ({"GET_name": "x"}, ["audience a has name ['x', 'name of a', 'name of a'] in GET, list, navigation"]),
        ({"navigation_folder": "f"}, ["audience a has folderId None, and is in folder f of the navigation"]),
        ({"prospects_status": 404}, ["audience a has status 200, and its prospects 404"]),
    ],
)
def test_places_that_show_an_audience_differently_contradict_each_other(
    changes: dict[str, object], said: list[str]
) -> None:
    assert list(contradictions(snapshot(audience("a", **changes)))) == said


@pytest.mark.parametrize(
    ("member", "outside", "inside"),
    [
        ("prospectCount", 1, "1"),
        ("description", None, ""),
        ("type", "on_demand", "string"),
        ("createdAt", "2026", "26"),
    ],
)
def test_another_form_of_a_value_inside_a_folder_is_no_contradiction(
    member: str, outside: object, inside: object
) -> None:
    folder = {f"{place}_folderId": "f" for place in (GET, LIST, NAVIGATION)}
    values = {f"{GET}_{member}": outside, f"{NAVIGATION}_{member}": inside, f"{NAVIGATION}_folder": "f"}

    assert not list(contradictions(snapshot(audience("a", **folder, **values))))


def test_a_resource_that_one_list_lacks_is_a_contradiction() -> None:
    only_listed = audience("a", navigation_name=ABSENT, navigation_folderId=ABSENT, navigation_folder=ABSENT)

    assert list(contradictions(snapshot(only_listed))) == ["audience a is in the list only"]


def test_the_evidence_is_the_exchange_of_the_place() -> None:
    before, after = snapshot(audience("a")), snapshot(audience("a", list_name=ABSENT))

    assert after.evidence(differences(before, after)) == [exchange(1)]


def test_a_distinct_resource_has_an_identifier_that_is_not_taken() -> None:
    made = iter("1123")

    assert distinct_from(lambda: next(made), {"1", "2"}, str) == "3"


def test_a_distinct_resource_needs_an_identifier_that_is_not_taken() -> None:
    with pytest.raises(NotEstablishedError, match="no identifier is foreign"):
        distinct_from(lambda: "1", {"1"}, str)
