"""Lists: complete, newest first, without gaps or repetitions while items come and go."""

from typing import Any

import pytest

from tests.harness.sandbox_client import World


def pages(world: World, path: str, limit: int) -> list[list[Any]]:
    """Return every page of a list by following its cursors."""
    collected, cursor = [], ""
    while True:
        data = world.call("GET", f"{path}?limit={limit}{cursor}").json()["data"]
        collected.append(data["items"])
        assert data["hasMore"] is (data["nextCursor"] is not None)
        if not data["hasMore"]:
            return collected
        cursor = f"&cursor={data['nextCursor']}"


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 100])
def test_every_page_size_shows_every_audience_once_newest_first(world: World, limit: int) -> None:
    audiences = [world.ready() for _ in range(7)]

    listed = pages(world, "/audiences", limit)

    assert [item["id"] for page in listed for item in page] == audiences[::-1]
    assert {len(page) for page in listed[:-1]} <= {limit}


@pytest.mark.parametrize("limit", [1, 4, 9, 10])
def test_hidden_audiences_leave_no_gaps_in_pages(world: World, limit: int) -> None:
    audiences = []
    for _ in range(4):
        audiences.append(world.ready())
        world.populated()

    listed = pages(world, "/audiences", limit)

    assert [item["id"] for page in listed for item in page] == audiences[::-1]


def test_prospects_are_paginated_and_stable(world: World) -> None:
    audience = world.ready(7)

    first = [item for page in pages(world, f"/audiences/{audience}/prospects", 3) for item in page]
    second = [item for page in pages(world, f"/audiences/{audience}/prospects", 100) for item in page]

    assert first == second
    assert len({item["id"] for item in first}) == 7


def test_jobs_are_paginated_and_filtered_by_status(world: World) -> None:
    jobs = [world.started() for _ in range(4)]
    world.state("the prospecting has ended", jobId=jobs[1], outcome="failed")

    every = [item["jobId"] for page in pages(world, "/prospecting", 3) for item in page]
    failed = world.call("GET", "/prospecting?status=failed").json()["data"]["items"]

    assert every == jobs[::-1]
    assert [item["jobId"] for item in failed] == [jobs[1]]


def test_items_are_neither_skipped_nor_repeated_while_audiences_come_and_go(world: World) -> None:
    audiences = [world.ready() for _ in range(9)]
    first = world.call("GET", "/audiences?limit=4").json()["data"]

    for audience in (audiences[8], audiences[5], audiences[3]):
        world.call("DELETE", f"/audiences/{audience}")
    world.ready()
    second = world.call("GET", f"/audiences?limit=100&cursor={first['nextCursor']}").json()["data"]

    assert [item["id"] for item in first["items"]] == [audiences[8], audiences[7], audiences[6], audiences[5]]
    assert [item["id"] for item in second["items"]] == [audiences[4], audiences[2], audiences[1], audiences[0]]


def test_a_cursor_is_bound_to_its_list(world: World) -> None:
    audience, other = world.ready(3), world.ready(3)
    for _ in range(2):
        world.started()
    cursors = {
        path: world.call("GET", f"{path}?limit=1").json()["data"]["nextCursor"]
        for path in ("/audiences", "/prospecting", f"/audiences/{audience}/prospects", f"/audiences/{other}/prospects")
    }

    statuses = {
        (path, owner): world.call("GET", f"{path}?limit=1&cursor={cursor}").status_code
        for path in cursors
        for owner, cursor in cursors.items()
    }

    assert statuses == {(path, owner): 200 if path == owner else 400 for path in cursors for owner in cursors}


def test_the_default_page_has_25_items(world: World) -> None:
    audience = world.ready(60)

    data = world.call("GET", f"/audiences/{audience}/prospects").json()["data"]

    assert (len(data["items"]), data["hasMore"]) == (25, True)
