from dataclasses import replace

import pytest

from conformance.catalogue import operations
from conformance.model.events import Settled
from conformance.model.messages import Navigation, Response, ShownAudience, ShownFolder
from tests.harness.model_steps import (
    GONE,
    MOVED,
    MUST,
    NAVIGATE,
    OK,
    SHOULD,
    WORLD,
    after,
    ask,
    folder,
    found,
    get,
    move,
    remove,
    shown,
    update,
)


class TestFolders:
    def test_a_moved_audience_is_in_its_folder(self) -> None:
        assert found(MOVED, get("made"), shown("made", folder="demand")) == {}
        assert found(MOVED, get("made"), shown("made", folder="monitor")) == {"AUD-MOVE-EFFECT": MUST}
        assert found(MOVED, update("made", name="x"), shown("made", folder="monitor")) == {"AUD-MOVE-EFFECT": MUST}

    @pytest.mark.parametrize("response", [OK, Response(422)])
    def test_a_move_to_the_same_folder_is_not_documented(self, response: Response) -> None:
        assert found(MOVED, move("made", "demand"), response) == {}

    def test_a_removed_audience_is_in_no_folder(self) -> None:
        out = after((remove("made"), OK), Settled("g", "made"), of=MOVED)
        none = Response(200, data=ShownAudience("made", folder=None))

        assert found(out, get("made"), none) == {}
        assert found(out, get("made"), shown("made", folder="demand")) == {"AUD-REMOVE-EFFECT": MUST}
        assert found(MOVED, remove("made"), Response(422)) == {"AUD-REMOVE-DONE": MUST}

    def test_a_created_folder_is_as_requested_and_new(self) -> None:
        request, _ = folder("", "on_demand", name="n")

        assert found(WORLD, request, Response(201, data=ShownFolder("new", "n"))) == {}
        assert found(WORLD, request, Response(201, data=ShownFolder("new", "m"))) == {"FOLDER-CREATE-EFFECT": MUST}
        assert found(WORLD, request, Response(201, data=ShownFolder("demand", "n"))) == {"FOLDER-CREATE-NEW": MUST}

    def test_a_folder_keeps_its_name(self) -> None:
        rename = ask(operations.RENAME_FOLDER, "demand", name="n")
        named = after((rename, Response(200, data=ShownFolder("demand", "n"))), of=WORLD)
        folders = (ShownFolder("demand", "folder"), ShownFolder("monitor"))
        old = Response(200, data=Navigation(folders, (ShownAudience("ready"), ShownAudience("made"))))

        assert found(WORLD, rename, Response(200, data=ShownFolder("demand", "m"))) == {"FOLDER-RENAME-EFFECT": MUST}
        assert found(named, NAVIGATE, old) == {"FOLDER-RENAME-EFFECT": SHOULD}

    def test_a_folder_of_another_account_group_is_refused(self) -> None:
        request, response = folder("elsewhere", "on_demand")
        world = after((replace(request, key="foreign", group="h"), response), of=WORLD)

        assert found(world, move("made", "elsewhere"), GONE) == {}
        assert found(world, move("made", "elsewhere"), OK) == {"AUD-MOVE-SCOPE": MUST}

    def test_navigation_shows_each_audience_in_its_folder(self) -> None:
        def answer(inside: list[str], outside: list[str]) -> Response:
            folders = (
                ShownFolder("demand", audiences=tuple(map(ShownAudience, inside))),
                ShownFolder("monitor"),
            )
            return Response(200, data=Navigation(folders, tuple(map(ShownAudience, outside))))

        assert found(MOVED, NAVIGATE, answer(["made"], ["ready"])) == {}
        assert found(MOVED, NAVIGATE, answer([], ["ready", "made"])) == {"AUD-MOVE-EFFECT": MUST}
        assert found(MOVED, NAVIGATE, answer(["made"], [])) == {"AUD-NAVIGATION-COMPLETE": MUST}
        assert found(MOVED, NAVIGATE, answer(["made"], ["ready", "busy"])) == {"AUD-NAVIGATION-GUARD": MUST}

    def test_navigation_shows_the_names_of_folders(self) -> None:
        ungrouped = (ShownAudience("ready"), ShownAudience("made"))
        named = Navigation((ShownFolder("demand", "folder"), ShownFolder("monitor", "folder")), ungrouped)
        other = replace(named, folders=(ShownFolder("demand", "x"), ShownFolder("monitor")))
        less = replace(named, folders=(ShownFolder("demand"),))

        assert found(WORLD, NAVIGATE, Response(200, data=named)) == {}
        assert found(WORLD, NAVIGATE, Response(200, data=other)) == {"FOLDER-CREATE-EFFECT": SHOULD}
        assert found(WORLD, NAVIGATE, Response(200, data=less)) == {"AUD-NAVIGATION-COMPLETE": SHOULD}
