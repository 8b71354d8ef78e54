"""Audiences and folders, as the pages A1 to A4 and A6 to A11 have them."""

import pytest

from tests.harness.sandbox_client import World


def test_an_audience_is_created_as_requested(world: World) -> None:
    created = world.call("POST", "/audiences", {"name": "Leads", "type": "monitoring", "description": "Warm"})

    data = created.json()["data"]
    assert created.status_code == 201
    assert {**data, "id": "", "createdAt": ""} == {
        "id": "",
        "name": "Leads",
        "type": "monitoring",
        "description": "Warm",
        "folderId": None,
        "prospectCount": 0,
        "createdAt": "",
    }
    assert world.call("GET", f"/audiences/{data['id']}").json()["data"] == data


@pytest.mark.parametrize(
    ("change", "name", "description"),
    [
        ({"name": "New"}, "New", "Warm"),
        ({"description": "Cold"}, "Leads", "Cold"),
        ({"name": "New", "description": ""}, "New", ""),
        ({"name": "New", "type": "on_demand", "folderId": "x", "unknown": 1}, "New", "Warm"),
    ],
)
def test_an_update_changes_only_the_named_fields(
    world: World, change: dict[str, object], name: str, description: str
) -> None:
    created = world.call("POST", "/audiences", {"name": "Leads", "type": "monitoring", "description": "Warm"}).json()[
        "data"
    ]

    answer = world.call("PATCH", f"/audiences/{created['id']}", change).json()["data"]

    assert answer == {**created, "name": name, "description": description}
    assert world.call("GET", f"/audiences/{created['id']}").json()["data"] == answer


@pytest.mark.parametrize(
    ("change", "expectation"),
    [
        ({}, "the body needs at least one of name, description"),
        ({"name": 1}, "the body's name must be of type string"),
        ({"name": "x", "description": 1}, "the body's description must be of type string"),
    ],
)
def test_a_refused_update_names_the_member_or_what_is_missing(
    world: World, change: dict[str, object], expectation: str
) -> None:
    refused = world.call("PATCH", f"/audiences/{world.ready()}", change)

    assert (refused.status_code, expectation in refused.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize(("change", "status"), [({}, 400), ({"type": "monitoring"}, 400), ({"name": ""}, 422)])
def test_an_update_without_a_usable_change_is_refused_and_changes_nothing(
    world: World, change: dict[str, str], status: int
) -> None:
    audience = world.ready()
    before = world.everything()

    assert world.call("PATCH", f"/audiences/{audience}", change).status_code == status
    assert world.everything() == before


@pytest.mark.parametrize("path", ["/audiences", "/audiences/folders"])
def test_a_blank_name_of_a_new_audience_or_folder_is_refused(world: World, path: str) -> None:
    answer = world.call("POST", path, {"name": " \t", "type": "on_demand", "audienceType": "on_demand"})

    assert (answer.status_code, answer.json()["error"]["details"]["name"]) == (400, "name")


def test_a_renamed_folder_keeps_its_position(world: World) -> None:
    folder, other = world.folder(), world.folder()

    data = world.call("PATCH", f"/audiences/folders/{folder}", {"name": "Renamed"}).json()["data"]

    assert (data["id"], data["name"], data["position"]) == (folder, "Renamed", 0)
    navigation = world.call("GET", "/audiences/navigation").json()["data"]["folders"]
    assert [(folder["id"], folder["name"]) for folder in navigation] == [(folder, "Renamed"), (other, "A folder")]


def test_an_audience_moves_into_a_folder_and_out_again(world: World) -> None:
    audience, folder = world.ready(), world.folder()
    before = world.call("GET", f"/audiences/{audience}").json()["data"]

    inside = world.call("POST", f"/audiences/{audience}/move-to-folder", {"folderId": folder}).json()["data"]
    navigation = world.call("GET", "/audiences/navigation").json()["data"]
    outside = world.call("POST", f"/audiences/{audience}/remove-from-folder").json()["data"]

    assert inside == {**before, "folderId": folder}
    assert [folder["audiences"] for folder in navigation["folders"]] == [[inside]]
    assert navigation["ungroupedAudiences"] == []
    assert outside == before


def test_an_audience_in_no_folder_can_be_removed_from_its_folder(world: World) -> None:
    audience = world.ready()

    answer = world.call("POST", f"/audiences/{audience}/remove-from-folder")

    assert (answer.status_code, answer.json()["data"]["folderId"]) == (200, None)


@pytest.mark.parametrize("folder", ["0" * 24, "x", ""])
def test_an_unknown_folder_is_404(world: World, folder: str) -> None:
    audience = world.ready()

    answer = world.call("POST", f"/audiences/{audience}/move-to-folder", {"folderId": folder})

    assert (answer.status_code, answer.json()["error"]["details"]["resource"]) == (404, "folder")


@pytest.mark.parametrize(
    ("audience_type", "folder_type", "status"),
    [
        ("on_demand", "on_demand", 200),
        ("monitoring", "monitoring", 200),
        ("on_demand", "monitoring", 422),
        ("monitoring", "on_demand", 422),
    ],
)
def test_a_folder_takes_only_audiences_of_its_type(
    world: World, audience_type: str, folder_type: str, status: int
) -> None:
    audience = world.call("POST", "/audiences", {"name": "Leads", "type": audience_type}).json()["data"]["id"]

    answer = world.call("POST", f"/audiences/{audience}/move-to-folder", {"folderId": world.folder(folder_type)})

    assert answer.status_code == status


def test_an_imported_audience_counts_as_on_demand(world: World) -> None:
    job = world.started()
    world.state("the prospecting has ended", jobId=job, outcome="completed")
    (audience,) = world.listed()

    answer = world.call("POST", f"/audiences/{audience}/move-to-folder", {"folderId": world.folder()})

    assert answer.status_code == 200


def test_navigation_shows_all_audiences_at_once_in_the_order_of_folders(world: World) -> None:
    folders = [world.folder(), world.folder("monitoring")]
    grouped, loose = world.ready(), [world.ready() for _ in range(30)]
    world.call("POST", f"/audiences/{grouped}/move-to-folder", {"folderId": folders[0]})

    data = world.call("GET", "/audiences/navigation").json()["data"]

    assert [folder["id"] for folder in data["folders"]] == folders
    assert [[audience["id"] for audience in folder["audiences"]] for folder in data["folders"]] == [[grouped], []]
    assert [audience["id"] for audience in data["ungroupedAudiences"]] == loose[::-1]
