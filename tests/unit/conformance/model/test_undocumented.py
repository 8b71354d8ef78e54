from dataclasses import replace

import pytest

from conformance.catalogue import operations
from conformance.model.events import KeyIssued
from conformance.model.messages import Request, Response, ShownAudience, Validity
from conformance.model.state import State
from tests.harness.model_steps import (
    ALL,
    FORBIDDEN,
    GONE,
    MUST,
    NOT_READY,
    OK,
    SHOULD,
    STARTED,
    WORLD,
    after,
    ask,
    create,
    delete,
    found,
    get,
    move,
    remove,
    shown,
    update,
)


class TestUndocumented:
    @pytest.mark.parametrize("response", [Response(401), FORBIDDEN, GONE, Response(400)])
    def test_the_order_of_several_refusals_is_free(self, response: Response) -> None:
        request = replace(delete("nowhere", key="revoked", group="h"), validity=Validity.INVALID)

        assert found(WORLD, request, response) == {}
        assert set(found(WORLD, request, OK)) == {f"AUD-DELETE-{fact}" for fact in ("KEY", "SCOPE", "VALID", "FOUND")}

    @pytest.mark.parametrize("response", [FORBIDDEN, GONE])
    @pytest.mark.parametrize(
        "request_", [get("theirs", group="h"), get("theirs"), get("ready", group="h"), get("x", group="i")]
    )
    def test_a_resource_of_another_account_group_is_403_or_404(self, request_: Request, response: Response) -> None:
        assert found(WORLD, request_, response) == {}
        assert set(found(WORLD, request_, OK).values()) == {MUST}

    @pytest.mark.parametrize("world", [WORLD, STARTED], ids=["all is seen", "a job may have made more"])
    def test_an_identifier_may_be_malformed_in_another_account_group(self, world: frozenset[State]) -> None:
        malformed = Response(400, "VALIDATION_ERROR")

        assert found(world, get("theirs"), malformed) == {}
        assert found(world, get("ready", group="h"), malformed) == {}
        assert found(world, get("theirs", key="foreign", group="h"), malformed) == {"AUD-GET-DONE": MUST}
        assert set(found(world, get("theirs", group="h"), malformed)) == {"AUD-GET-SCOPE"}

    @pytest.mark.parametrize("response", [OK, Response(422)])
    def test_folder_types_are_not_defined_for_imported_audiences(self, response: Response) -> None:
        assert found(WORLD, move("ready", "monitor"), response) == {}

    def test_incompatible_types_are_only_a_should(self) -> None:
        assert found(WORLD, move("made", "monitor"), Response(422)) == {}
        assert found(WORLD, move("made", "monitor"), OK) == {"AUD-MOVE-COMPATIBLE": SHOULD}

    @pytest.mark.parametrize("response", [OK, Response(422), Response(409)])
    def test_a_creation_may_be_refused(self, response: Response) -> None:
        assert found(WORLD, create("z"), response) == {}

    @pytest.mark.parametrize("response", [Response(404), Response(405)])
    def test_an_existing_folder_is_renamed(self, response: Response) -> None:
        assert set(found(WORLD, ask(operations.RENAME_FOLDER, "demand", name="x"), response).values()) == {MUST}

    def test_a_missing_folder_is_not_renamed(self) -> None:
        rename = ask(operations.RENAME_FOLDER, "no folder", name="x")

        assert found(WORLD, rename, GONE) == {}
        assert found(WORLD, rename, Response(409)) == {"FOLDER-RENAME-FOUND": SHOULD}
        assert found(WORLD, rename, OK) == {"FOLDER-RENAME-FOUND": MUST}

    @pytest.mark.parametrize("response", [Response(400), Response(404), Response(405)])
    def test_a_creation_that_nothing_stands_against_is_done(self, response: Response) -> None:
        assert found(WORLD, create("z"), response) == {"AUD-CREATE-DONE": MUST}
        assert found(WORLD, replace(create("z"), key="reader"), shown("new", 201)) == {"AUD-CREATE-PERMISSION": MUST}

    @pytest.mark.parametrize("response", [OK, Response(400), Response(404), Response(422)])
    def test_a_removal_from_no_folder_is_not_documented(self, response: Response) -> None:
        assert found(WORLD, remove("made"), response) == {}

    @pytest.mark.parametrize("response", [OK, Response(400), Response(422)])
    def test_a_doubtful_form_may_be_accepted_or_refused(self, response: Response) -> None:
        assert found(WORLD, replace(update("made", name=" x "), validity=Validity.DOUBTFUL), response) == {}

    @pytest.mark.parametrize("response", [OK, FORBIDDEN])
    def test_a_key_of_unknown_permissions_may_suffice_or_not(self, response: Response) -> None:
        world = after(KeyIssued("k", None, frozenset({"g"})), of=WORLD)

        assert found(world, delete("ready"), response) == {}

    @pytest.mark.parametrize("response", [OK, FORBIDDEN, GONE])
    def test_a_key_of_unknown_account_groups_may_suffice_or_not(self, response: Response) -> None:
        world = after(KeyIssued("k", ALL, None, fresh=False), of=WORLD)

        assert found(world, delete("ready"), response) == {}

    @pytest.mark.parametrize("response", [OK, GONE, NOT_READY])
    def test_a_used_account_group_may_hold_anything(self, response: Response) -> None:
        world = after(KeyIssued("k", ALL, frozenset({"g"}), fresh=False), of=WORLD)

        assert found(world, get("nowhere"), response) == {}

    def test_a_sufficient_permission_is_a_must_only_if_its_page_prints_it(self) -> None:
        assert found(WORLD, delete("ready", key="writer"), FORBIDDEN) == {"AUD-DELETE-PERMISSION-SUFFICES": MUST}
        assert found(WORLD, get("ready", key="reader"), FORBIDDEN) == {"AUD-GET-PERMISSION-SUFFICES": SHOULD}

    def test_a_monitoring_audience_may_be_populated_from_the_start(self) -> None:
        world = after((create("z", "monitoring"), shown("new", 201)), of=WORLD)

        assert found(world, get("new"), OK) == {}
        assert found(world, get("new"), NOT_READY) == {"AUD-GET-GUARD-ENDS": SHOULD}

    def test_absent_members_contradict_nothing(self) -> None:
        assert found(WORLD, get("made"), shown("made")) == {}

    @pytest.mark.parametrize(("first", "then", "is_legal"), [(None, "", True), ("", None, True), (None, "text", False)])
    def test_a_text_that_there_is_not_is_null_or_empty(
        self, first: str | None, then: str | None, *, is_legal: bool
    ) -> None:
        read = after((get("ready"), Response(200, data=ShownAudience("ready", description=first))), of=WORLD)

        violations = found(read, get("ready"), Response(200, data=ShownAudience("ready", description=then)))

        assert (violations == {}) is is_legal
