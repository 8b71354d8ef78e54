from collections.abc import Iterable
from dataclasses import replace

import pytest

from conformance.catalogue import operations, permissions
from conformance.catalogue.operation_spec import OperationSpec
from conformance.model.events import (
    AudiencePopulated,
    AudienceReady,
    Event,
    KeyIssued,
    KeyRevoked,
    ListsSettled,
    ProspectingEnded,
)
from conformance.model.judge import advance, explain, judge, step
from conformance.model.messages import (
    UNKNOWN,
    AudiencePage,
    JobPage,
    Navigation,
    Request,
    Response,
    ShownAudience,
    ShownFolder,
    ShownJob,
    Validity,
)
from conformance.model.state import State
from conformance.model.violation import Severity
from openapi import contract

ALL = frozenset(permission.wire for permission in permissions.PERMISSIONS)
OK = Response(200)
GONE = Response(404, "NOT_FOUND")
FORBIDDEN = Response(403, "FORBIDDEN")
NOT_READY = Response(409, "AUDIENCE_NOT_READY")
MUST, SHOULD = Severity.MUST, Severity.SHOULD
Step = tuple[Request | Event, Response | None]


def ask(
    operation: OperationSpec, target: str = "", *, key: str | None = "k", group: str = "g", **fields: str
) -> Request:
    return Request(operation, key, group, target, fields=tuple(sorted(fields.items())))


def get(target: str, **how: str) -> Request:
    return ask(operations.GET_AUDIENCE, target, **how)


def delete(target: str, **how: str) -> Request:
    return ask(operations.DELETE_AUDIENCE, target, **how)


def update(target: str, **fields: str) -> Request:
    return ask(operations.UPDATE_AUDIENCE, target, **fields)


def create(name: str, kind: str = "on_demand") -> Request:
    return ask(operations.CREATE_AUDIENCE, name=name, type=kind)


def move(target: str, folder: str) -> Request:
    return ask(operations.MOVE_TO_FOLDER, target, folderId=folder)


def remove(target: str) -> Request:
    return ask(operations.REMOVE_FROM_FOLDER, target)


def begin(body: str = "b", idempotency: str | None = None) -> Request:
    return replace(ask(operations.START_JOB), body=body, idempotency=idempotency)


def cancel(job: str) -> Request:
    return ask(operations.CANCEL_JOB, job)


def get_job(job: str) -> Request:
    return ask(operations.GET_JOB, job)


LIST = ask(operations.LIST_AUDIENCES)
NAVIGATE = ask(operations.GET_NAVIGATION)
JOBS = ask(operations.LIST_JOBS)


def shown(target: str, status: int = 200, *, name: str | None = None, folder: str | None = None) -> Response:
    seen = ShownAudience(target)
    seen = seen if name is None else replace(seen, name=name)
    return Response(status, data=seen if folder is None else replace(seen, folder=folder))


def listed(*ids: str, last: bool = True) -> Response:
    return Response(200, data=AudiencePage(tuple(map(ShownAudience, ids)), last=last))


def folder(identifier: str, kind: str, name: str = "folder") -> tuple[Request, Response]:
    request = ask(operations.CREATE_FOLDER, name=name, audienceType=kind)
    return request, Response(201, data=ShownFolder(identifier, name))


def job(identifier: str, status: str = "queued", *, http: int = 200) -> Response:
    return Response(http, data=ShownJob(identifier, status))


def after(*steps: Step | Event, of: Iterable[State] | None = None) -> frozenset[State]:
    """The states that are possible after steps that all have to be allowed; an event alone was established."""
    states = frozenset({State()} if of is None else of)
    for one in steps:
        request, response = one if isinstance(one, tuple) else (one, OK)
        judged = advance(states, request, response)
        assert judged.violations == (), one
        states = judged.states
    return states


def found(states: Iterable[State], request: Request, response: Response | None) -> dict[str, Severity]:
    """The requirements that a response breaks, in whatever state."""
    return {one.requirement: one.level for one in advance(tuple(states), request, response).violations}


WORLD = after(
    KeyIssued("k", ALL, frozenset({"g"})),
    KeyIssued("foreign", ALL, frozenset({"h"})),
    KeyIssued("reader", frozenset({"audiences:read"}), frozenset({"g"})),
    KeyIssued("writer", frozenset({"audiences:write"}), frozenset({"g"})),
    KeyIssued("revoked", ALL, frozenset({"g"})),
    KeyRevoked("revoked"),
    AudienceReady("g", "ready"),
    ListsSettled("g", "ready"),
    AudiencePopulated("g", "busy", "job"),
    ListsSettled("g", "job"),
    AudienceReady("h", "theirs"),
    ListsSettled("h", "theirs"),
    (create("ours"), shown("made", 201, name="ours")),
    ListsSettled("g", "made"),
    folder("demand", "on_demand"),
    folder("monitor", "monitoring"),
)
STARTED = after((begin(), job("p1", http=202)), of=WORLD)
DELETED = after((delete("made"), OK), of=WORLD)
MOVED = after((move("made", "demand"), OK), ListsSettled("g", "made"), of=WORLD)
GUARDED = [get("busy"), update("busy", name="x"), delete("busy"), move("busy", "demand"), remove("busy")]
GUARDED += [ask(operations.LIST_PROSPECTS, "busy")]
PREFIXES = ["GET", "UPDATE", "DELETE", "MOVE", "REMOVE", "PROSPECTS"]


@pytest.mark.parametrize(
    ("request_", "allowed", "refused", "broken"),
    [
        (get("ready"), OK, GONE, "AUD-GET-DONE"),
        (get("ready"), OK, NOT_READY, "AUD-GET-GUARD-ENDS"),
        (delete("ready"), OK, NOT_READY, "AUD-DELETE-GUARD-ENDS"),
        (delete("ready"), OK, FORBIDDEN, "AUD-DELETE-DONE"),
        (delete("ready", key="nobody's"), Response(401), OK, "AUD-DELETE-KEY"),
        (delete("ready", key="revoked"), Response(401), OK, "AUD-DELETE-KEY"),
        (delete("ready", key="revoked"), Response(401), FORBIDDEN, "AUD-DELETE-KEY"),
        (replace(delete("ready"), key=None), Response(401), OK, "AUD-DELETE-KEY"),
        (delete("ready", key="reader"), FORBIDDEN, OK, "AUD-DELETE-PERMISSION"),
        (delete("ready", key="reader"), FORBIDDEN, GONE, "AUD-DELETE-PERMISSION"),
        (get("ready", key="writer"), FORBIDDEN, OK, "AUD-GET-PERMISSION"),
        (delete("ready", key="writer"), OK, FORBIDDEN, "AUD-DELETE-PERMISSION-SUFFICES"),
        (ask(operations.LIST_ACCOUNTS, key="reader"), OK, FORBIDDEN, "ACCOUNT-LIST-DONE"),
        (delete("nowhere"), GONE, OK, "AUD-DELETE-FOUND"),
        (delete("nowhere"), GONE, NOT_READY, "AUD-DELETE-FOUND"),
        (replace(update("ready"), validity=Validity.INVALID), Response(400), OK, "AUD-UPDATE-VALID"),
        (replace(update("ready"), validity=Validity.INVALID), Response(400), Response(401), "AUD-UPDATE-VALID"),
        (update("ready", name="x"), OK, Response(422), "AUD-UPDATE-DONE"),
        (update("ready", name="x"), shown("ready", name="x"), shown("ready", name="y"), "AUD-UPDATE-EFFECT"),
        (get("made"), shown("made", name="ours"), shown("made", name="y"), "AUD-CREATE-EFFECT"),
        (get("made"), shown("made"), shown("ready"), "AUD-GET-CURRENT"),
        (create("z"), shown("new", 201), shown("ready", 201), "AUD-CREATE-NEW"),
        (create("z"), shown("new", 201, name="z"), shown("new", 201, name="y"), "AUD-CREATE-EFFECT"),
        (move("made", "demand"), OK, Response(422), "AUD-MOVE-DONE"),
        (move("made", "no folder"), Response(422), OK, "AUD-MOVE-FOUND"),
        (folder("new", "on_demand")[0], Response(201), Response(409), "FOLDER-CREATE-DONE"),
        (cancel("job"), job("job", "cancelled"), Response(422, "VALIDATION_ERROR"), "JOB-CANCEL-DONE"),
        (get_job("job"), job("job", "running"), job("job", "completed"), "JOB-GET-CURRENT"),
        (get_job("job"), job("job"), GONE, "JOB-GET-DONE"),
        (get_job("no job"), GONE, job("no job"), "JOB-GET-FOUND"),
        (begin(), job("p1", http=202), job("p1", http=200), "JOB-START-REPLAY"),
        (begin(), Response(402, "INSUFFICIENT_CREDITS"), Response(402, "NO_MONEY"), "JOB-START-DONE"),
        (JOBS, Response(200, data=JobPage((ShownJob("job"),))), Response(200, data=JobPage()), "JOB-LIST-COMPLETE"),
        (LIST, listed("ready", "made"), listed("ready"), "AUD-LIST-COMPLETE"),
        (LIST, listed("ready", "made"), listed("ready", "made", "busy"), "AUD-LIST-GUARD"),
        (LIST, listed("ready", last=False), listed("ready", "busy", last=False), "AUD-LIST-GUARD"),
    ],
)
def test_what_a_sentence_demands_is_allowed_and_what_breaks_it_is_not(
    request_: Request, allowed: Response, refused: Response, broken: str
) -> None:
    assert found(WORLD, request_, allowed) == {}
    assert found(WORLD, request_, refused) == {broken: MUST}
    assert advance(WORLD, request_, refused).states == frozenset()


@pytest.mark.parametrize(("request_", "prefix"), [*zip(GUARDED, PREFIXES, strict=True)])
class TestWhileAJobIsActive:
    def test_the_guard_is_all_that_may_be_answered(self, request_: Request, prefix: str) -> None:
        assert found(WORLD, request_, NOT_READY) == {}
        assert found(WORLD, request_, OK) == {f"AUD-{prefix}-GUARD": MUST}
        assert found(WORLD, request_, FORBIDDEN) == {f"AUD-{prefix}-GUARD": MUST}

    def test_the_guard_is_told_by_its_code(self, request_: Request, prefix: str) -> None:
        assert found(WORLD, request_, Response(409, "CONFLICT")) == {f"AUD-{prefix}-GUARD-CODE": MUST}

    def test_a_server_error_does_not_get_past_the_guard(self, request_: Request, prefix: str) -> None:
        assert prefix in PREFIXES
        assert advance(WORLD, request_, Response(500)).states == WORLD

    def test_it_is_over_when_the_prospecting_has_completed(self, request_: Request, prefix: str) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(over, request_, OK) == {}
        assert found(over, request_, NOT_READY) == {f"AUD-{prefix}-GUARD-ENDS": MUST}

    def test_another_job_on_the_same_audience_keeps_it(self, request_: Request, prefix: str) -> None:
        one_left = after(AudiencePopulated("g", "busy", "job 2"), ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(one_left, request_, NOT_READY) == {}
        assert found(one_left, request_, OK) == {f"AUD-{prefix}-GUARD": MUST}

    def test_a_public_cancel_leaves_open_what_becomes_of_the_audience(self, request_: Request, prefix: str) -> None:
        cancelled = after((cancel("job"), job("job", "cancelled")), of=WORLD)

        assert found(cancelled, request_, OK) == {}
        assert found(cancelled, request_, GONE) == {}
        assert found(cancelled, request_, NOT_READY) == {f"AUD-{prefix}-GUARD-ENDS": SHOULD}

    def test_a_job_that_failed_may_have_taken_its_audience_along(self, request_: Request, prefix: str) -> None:
        failed = after(ProspectingEnded("g", "job", "failed"), of=WORLD)

        assert found(failed, request_, OK) == {}
        assert found(failed, request_, GONE) == {}
        assert found(failed, request_, NOT_READY).keys() & {f"AUD-{prefix}-GUARD-ENDS", "AUD-DELETE-EFFECT"}


def test_an_audience_that_left_for_another_reason_is_not_brought_back_by_the_end_of_its_job() -> None:
    gone = after((cancel("job"), job("job", "cancelled")), (get("busy"), GONE), of=WORLD)
    over = after(ProspectingEnded("g", "job", "completed"), of=gone)

    assert found(over, get("busy"), GONE) == {}


def test_a_completed_job_does_not_take_its_audience_along() -> None:
    over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)

    assert found(over, get("busy"), GONE) == {"AUD-GET-DONE": MUST}


@pytest.mark.parametrize("status", [300, 404, 501])
def test_a_state_that_was_not_established_says_nothing(status: int) -> None:
    assert after((ProspectingEnded("g", "job", "completed"), Response(status)), of=WORLD) == WORLD


@pytest.mark.parametrize("response", [None, Response(500)])
def test_a_state_whose_answer_was_lost_may_hold(response: Response | None) -> None:
    unsure = after((ProspectingEnded("g", "job", "completed"), response), of=WORLD)

    assert found(unsure, delete("busy"), OK) == {}
    assert found(unsure, delete("busy"), NOT_READY) == {}


class TestDeletion:
    @pytest.mark.parametrize(
        ("request_", "broken"),
        [
            (get("made"), "AUD-DELETE-EFFECT"),
            (delete("made"), "AUD-DELETE-EFFECT"),
            (update("made", name="x"), "AUD-DELETE-EFFECT"),
            (move("made", "demand"), "AUD-DELETE-EFFECT"),
        ],
    )
    def test_deleted_stays_deleted(self, request_: Request, broken: str) -> None:
        assert found(DELETED, request_, GONE) == {}
        assert found(DELETED, request_, OK) == {broken: MUST}
        assert found(DELETED, request_, NOT_READY) == {broken: MUST}
        assert found(DELETED, request_, Response(410)) == {f"{request_.operation.prefix}-FOUND": MUST}

    def test_lists_may_lag_for_two_seconds(self) -> None:
        settled = after(ListsSettled("g", "made"), of=DELETED)

        assert found(DELETED, LIST, listed("ready")) == {}
        assert found(DELETED, LIST, listed("ready", "made")) == {"AUD-DELETE-EFFECT": SHOULD}
        assert found(settled, LIST, listed("ready", "made")) == {"AUD-DELETE-EFFECT": MUST}

    def test_what_a_lagging_list_shows_is_not_believed(self) -> None:
        seen = advance(DELETED, LIST, listed("ready", "made")).states

        assert found(seen, get("made"), OK) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_identifier_may_be_given_out_again(self) -> None:
        again = after((create("another"), shown("made", 201)), of=DELETED)

        assert found(again, get("made"), shown("made", name="another")) == {}
        assert found(again, get("made"), GONE) == {"AUD-GET-DONE": MUST}

    def test_a_job_may_give_it_out_again_unseen(self) -> None:
        again = after((begin(), job("p1", http=202)), of=DELETED)

        assert found(again, get("made"), GONE) == {}
        assert found(again, get("made"), NOT_READY) == {}
        assert found(again, get("made"), shown("made", name="imported")) == {}
        assert found(again, get("made"), shown("made", name="ours")) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_audience_of_the_same_name_may_be_a_new_one_if_the_name_is_not_ours(self) -> None:
        named = after((get("ready"), shown("ready", name="imported")), of=WORLD)
        again = after((delete("ready"), OK), (begin(), job("p1", http=202)), of=named)
        renamed = after((update("ready", name="mine"), OK), (delete("ready"), OK), (begin(), None), of=named)

        assert found(again, get("ready"), shown("ready", name="imported")) == {}
        assert found(renamed, get("ready"), shown("ready", name="imported")) == {}
        assert found(renamed, get("ready"), shown("ready", name="mine")) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_identifier_given_out_again_leaves_the_others_free(self) -> None:
        free = after((delete("made"), OK), (delete("ready"), OK), (begin(), job("p1", http=202)), of=WORLD)
        again = after((create("z"), shown("made", 201)), of=free)

        assert found(again, get("ready"), shown("ready", name="imported")) == {}

    def test_a_job_that_is_still_active_may_give_it_out_again_unseen(self) -> None:
        again = after((delete("ready"), OK), of=STARTED)

        assert found(again, delete("ready"), OK) == {}

    def test_other_account_groups_keep_theirs(self) -> None:
        assert found(DELETED, get("theirs", key="foreign", group="h"), GONE) == {"AUD-GET-DONE": MUST}


class TestARefusalChangesNothing:
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
    @pytest.mark.parametrize("request_", [delete("made"), update("made", name="x"), move("made", "demand"), begin()])
    def test_whatever_its_status(self, request_: Request, status: int) -> None:
        assert {
            s for state in WORLD for s in judge(state, request_, Response(status, "VALIDATION_ERROR")).states
        } == WORLD

    def test_a_refused_deletion_that_took_effect_shows(self) -> None:
        refused = after((delete("busy"), NOT_READY), of=WORLD)

        assert found(refused, get("busy"), GONE) == {"AUD-GET-GUARD": MUST}

    def test_a_limited_request_may_be_anything(self) -> None:
        assert found(WORLD, delete("ready"), Response(429)) == {}
        assert found(WORLD, delete("nowhere"), Response(429)) == {}


@pytest.mark.parametrize("response", [None, Response(500), Response(502)])
class TestAnUnknownOutcome:
    def test_a_deletion_happened_or_not(self, response: Response | None) -> None:
        unsure = after((delete("made"), response), of=WORLD)

        assert found(unsure, get("made"), OK) == {}
        assert found(unsure, get("made"), GONE) == {}
        assert found(unsure, get("made"), FORBIDDEN) != {}

    def test_once_seen_it_stays_as_it_was_seen(self, response: Response | None) -> None:
        seen = after((delete("made"), response), (get("made"), GONE), of=WORLD)

        assert found(seen, get("made"), OK) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_update_happened_in_any_part(self, response: Response | None) -> None:
        unsure = after((update("made", name="x", description="y"), response), of=WORLD)
        both = [(None, None), ("x", None), (None, "y"), ("x", "y")]
        answers = [ShownAudience("made", name=name or "ours", description=text or UNKNOWN) for name, text in both]

        assert [found(unsure, get("made"), Response(200, data=answer)) for answer in answers] == [{}] * 4
        assert found(unsure, get("made"), shown("made", name="z")) != {}

    def test_a_creation_leaves_something_unseen_or_nothing(self, response: Response | None) -> None:
        unsure = after((create("z"), response), of=WORLD)

        assert found(unsure, LIST, listed("ready", "made")) == {}
        assert found(unsure, LIST, listed("ready", "made", "new")) == {}
        assert found(unsure, get("12"), OK) == {}
        assert found(unsure, get("12"), GONE) == {}

    def test_a_start_left_a_job_or_not(self, response: Response | None) -> None:
        unsure = after((begin(), response), of=WORLD)

        assert found(unsure, delete("made"), NOT_READY) == {}
        assert found(unsure, delete("made"), OK) == {}
        assert found(unsure, get_job("12"), job("12")) == {}

    def test_a_cancellation_happened_or_not(self, response: Response | None) -> None:
        unsure = after((cancel("job"), response), of=WORLD)

        assert found(unsure, get_job("job"), job("job", "cancelled")) == {}
        assert found(unsure, get_job("job"), job("job", "running")) == {}
        assert found(unsure, delete("busy"), NOT_READY) == {}
        assert found(unsure, delete("busy"), OK) == {}

    def test_what_was_not_allowed_did_not_happen(self, response: Response | None) -> None:
        assert after((delete("ready", key="reader"), response), of=WORLD) == WORLD


class TestWhoIsToBlame:
    """For a value that is not as it was: who gave it, as long as nobody has seen it; then who came after."""

    def test_a_value_that_nobody_has_seen_may_never_have_been_set(self) -> None:
        renamed = after((update("made", name="x"), OK), of=WORLD)

        assert found(renamed, remove("made"), shown("made", name="ours")) == {"AUD-UPDATE-EFFECT": MUST}

    def test_a_value_that_was_read_was_lost_by_the_request_that_did_not_name_it(self) -> None:
        read = after((update("made", name="x"), OK), (get("made"), shown("made", name="x")), of=WORLD)

        assert found(read, remove("made"), shown("made", name="ours")) == {"AUD-REMOVE-ONLY": MUST}
        assert found(read, move("made", "demand"), shown("made", name="y")) == {"AUD-MOVE-ONLY": MUST}

    def test_what_a_request_has_lost_is_its_fault_when_it_is_read_later(self) -> None:
        moved = after((get("made"), shown("made", name="ours")), (move("made", "demand"), OK), of=WORLD)

        assert found(moved, get("made"), shown("made", name="")) == {"AUD-MOVE-ONLY": MUST}

    def test_what_changes_between_two_readings_is_the_fault_of_reading(self) -> None:
        read = after((get("made"), shown("made", name="ours")), of=WORLD)

        assert found(read, get("made"), shown("made", name="")) == {"AUD-GET-CURRENT": MUST}


def test_a_request_that_may_still_be_under_way_may_take_effect_later() -> None:
    alive = after((delete("made"), None), (get("made"), OK), of=WORLD)

    assert advance(alive, get("made"), GONE).states == frozenset()
    assert advance(alive, get("made"), GONE, pending=[delete("made")]).violations == ()


class TestSilence:
    @pytest.mark.parametrize("response", [Response(401), FORBIDDEN, GONE, Response(400)])
    def test_of_several_refusals_any_may_come_first(self, response: Response) -> None:
        request = replace(delete("nowhere", key="revoked", group="h"), validity=Validity.INVALID)

        assert found(WORLD, request, response) == {}
        assert set(found(WORLD, request, OK)) == {f"AUD-DELETE-{fact}" for fact in ("KEY", "SCOPE", "VALID", "FOUND")}

    @pytest.mark.parametrize("response", [FORBIDDEN, GONE])
    @pytest.mark.parametrize(
        "request_", [get("theirs", group="h"), get("theirs"), get("ready", group="h"), get("x", group="i")]
    )
    def test_across_account_groups_it_is_403_or_404(self, request_: Request, response: Response) -> None:
        assert found(WORLD, request_, response) == {}
        assert set(found(WORLD, request_, OK).values()) == {MUST}

    @pytest.mark.parametrize("world", [WORLD, STARTED], ids=["all is seen", "a job may have made more"])
    def test_an_identifier_may_tell_its_account_group_and_be_malformed_in_another(
        self, world: frozenset[State]
    ) -> None:
        malformed = Response(400, "VALIDATION_ERROR")

        assert found(world, get("theirs"), malformed) == {}
        assert found(world, get("ready", group="h"), malformed) == {}
        assert found(world, get("theirs", key="foreign", group="h"), malformed) == {"AUD-GET-DONE": MUST}
        assert set(found(world, get("theirs", group="h"), malformed)) == {"AUD-GET-SCOPE"}

    @pytest.mark.parametrize("response", [OK, Response(422)])
    def test_which_types_go_into_a_folder_is_not_defined_for_imported_audiences(self, response: Response) -> None:
        assert found(WORLD, move("ready", "monitor"), response) == {}

    def test_that_unlike_types_do_not_go_together_is_no_must(self) -> None:
        assert found(WORLD, move("made", "monitor"), Response(422)) == {}
        assert found(WORLD, move("made", "monitor"), OK) == {"AUD-MOVE-COMPATIBLE": SHOULD}

    @pytest.mark.parametrize("response", [OK, Response(422), Response(409)])
    def test_what_cannot_be_created_is_not_said(self, response: Response) -> None:
        assert found(WORLD, create("z"), response) == {}

    @pytest.mark.parametrize("response", [OK, Response(404), Response(405)])
    def test_a_folder_is_renamed_by_a_method_that_is_inferred(self, response: Response) -> None:
        assert MUST not in found(WORLD, ask(operations.RENAME_FOLDER, "demand", name="x"), response).values()

    def test_a_folder_that_is_not_there_is_not_renamed(self) -> None:
        rename = ask(operations.RENAME_FOLDER, "no folder", name="x")

        assert found(WORLD, rename, GONE) == {}
        assert found(WORLD, rename, OK) == {"FOLDER-RENAME-FOUND": SHOULD}

    @pytest.mark.parametrize("response", [Response(400), Response(404), Response(405)])
    def test_an_audience_is_created_by_a_method_that_is_inferred(self, response: Response) -> None:
        assert found(WORLD, create("z"), response) == {"AUD-CREATE-DONE": SHOULD}
        assert found(WORLD, replace(create("z"), key="reader"), shown("new", 201)) == {"AUD-CREATE-PERMISSION": MUST}

    @pytest.mark.parametrize("response", [OK, Response(400), Response(404), Response(422)])
    def test_taking_what_is_in_no_folder_out_of_it_is_not_described(self, response: Response) -> None:
        assert found(WORLD, remove("made"), response) == {}

    @pytest.mark.parametrize("response", [OK, Response(400), Response(422)])
    def test_what_is_doubtful_in_form_may_be_taken_or_refused(self, response: Response) -> None:
        assert found(WORLD, replace(update("made", name=" x "), validity=Validity.DOUBTFUL), response) == {}

    @pytest.mark.parametrize("response", [OK, FORBIDDEN])
    def test_a_key_of_unknown_permissions_may_do_it_or_not(self, response: Response) -> None:
        world = after(KeyIssued("k", None, frozenset({"g"})), of=WORLD)

        assert found(world, delete("ready"), response) == {}

    @pytest.mark.parametrize("response", [OK, FORBIDDEN, GONE])
    def test_a_key_of_unknown_account_groups_may_do_it_or_not(self, response: Response) -> None:
        world = after(KeyIssued("k", ALL, None, fresh=False), of=WORLD)

        assert found(world, delete("ready"), response) == {}

    @pytest.mark.parametrize("response", [OK, GONE, NOT_READY])
    def test_an_account_group_that_is_not_fresh_may_hold_anything(self, response: Response) -> None:
        world = after(KeyIssued("k", ALL, frozenset({"g"}), fresh=False), of=WORLD)

        assert found(world, get("nowhere"), response) == {}

    def test_that_a_permission_suffices_is_a_must_only_where_its_page_prints_it(self) -> None:
        assert found(WORLD, delete("ready", key="writer"), FORBIDDEN) == {"AUD-DELETE-PERMISSION-SUFFICES": MUST}
        assert found(WORLD, get("ready", key="reader"), FORBIDDEN) == {"AUD-GET-PERMISSION-SUFFICES": SHOULD}

    def test_a_monitoring_audience_may_be_populated_from_the_start(self) -> None:
        world = after((create("z", "monitoring"), shown("new", 201)), of=WORLD)

        assert found(world, get("new"), OK) == {}
        assert found(world, get("new"), NOT_READY) == {"AUD-GET-GUARD-ENDS": SHOULD}

    def test_members_that_do_not_appear_contradict_nothing(self) -> None:
        assert found(WORLD, get("made"), shown("made")) == {}


class TestFolders:
    def test_an_audience_is_where_it_was_moved(self) -> None:
        assert found(MOVED, get("made"), shown("made", folder="demand")) == {}
        assert found(MOVED, get("made"), shown("made", folder="monitor")) == {"AUD-MOVE-EFFECT": MUST}
        assert found(MOVED, update("made", name="x"), shown("made", folder="monitor")) == {"AUD-MOVE-EFFECT": MUST}

    @pytest.mark.parametrize("response", [OK, Response(422)])
    def test_moving_an_audience_to_where_it_is_is_not_described(self, response: Response) -> None:
        assert found(MOVED, move("made", "demand"), response) == {}

    def test_taken_out_of_its_folder_it_is_in_none(self) -> None:
        out = after((remove("made"), OK), of=MOVED)
        none = Response(200, data=ShownAudience("made", folder=None))

        assert found(out, get("made"), none) == {}
        assert found(out, get("made"), shown("made", folder="demand")) == {"AUD-REMOVE-EFFECT": MUST}
        assert found(MOVED, remove("made"), Response(422)) == {"AUD-REMOVE-DONE": MUST}

    def test_a_folder_is_made_as_it_was_asked_for_and_not_there_before(self) -> None:
        request, _ = folder("", "on_demand", name="n")

        assert found(WORLD, request, Response(201, data=ShownFolder("new", "n"))) == {}
        assert found(WORLD, request, Response(201, data=ShownFolder("new", "m"))) == {"FOLDER-CREATE-EFFECT": MUST}
        assert found(WORLD, request, Response(201, data=ShownFolder("demand", "n"))) == {"FOLDER-CREATE-NEW": MUST}

    def test_a_folder_has_the_name_that_it_was_given(self) -> None:
        rename = ask(operations.RENAME_FOLDER, "demand", name="n")
        named = after((rename, Response(200, data=ShownFolder("demand", "n"))), of=WORLD)
        folders = (ShownFolder("demand", "folder"), ShownFolder("monitor"))
        old = Response(200, data=Navigation(folders, (ShownAudience("ready"), ShownAudience("made"))))

        assert found(WORLD, rename, Response(200, data=ShownFolder("demand", "m"))) == {"FOLDER-RENAME-EFFECT": SHOULD}
        assert found(named, NAVIGATE, old) == {"FOLDER-RENAME-EFFECT": SHOULD}

    def test_a_folder_of_another_account_group_takes_nothing(self) -> None:
        request, response = folder("elsewhere", "on_demand")
        world = after((replace(request, key="foreign", group="h"), response), of=WORLD)

        assert found(world, move("made", "elsewhere"), GONE) == {}
        assert found(world, move("made", "elsewhere"), OK) == {"AUD-MOVE-SCOPE": MUST}

    def test_navigation_shows_each_audience_in_its_place(self) -> None:
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

    def test_navigation_shows_folders_as_they_were_named(self) -> None:
        ungrouped = (ShownAudience("ready"), ShownAudience("made"))
        named = Navigation((ShownFolder("demand", "folder"), ShownFolder("monitor", "folder")), ungrouped)
        other = replace(named, folders=(ShownFolder("demand", "x"), ShownFolder("monitor")))
        less = replace(named, folders=(ShownFolder("demand"),))

        assert found(WORLD, NAVIGATE, Response(200, data=named)) == {}
        assert found(WORLD, NAVIGATE, Response(200, data=other)) == {"FOLDER-CREATE-EFFECT": SHOULD}
        assert found(WORLD, NAVIGATE, Response(200, data=less)) == {"AUD-NAVIGATION-COMPLETE": SHOULD}


class TestLists:
    def test_what_is_new_may_be_missing_for_two_seconds(self) -> None:
        new = after((create("z"), shown("new", 201)), of=WORLD)
        settled = after(ListsSettled("g", "new"), of=new)

        assert found(new, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": SHOULD}
        assert found(settled, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": MUST}
        assert found(settled, LIST, listed("ready", "made", "new")) == {}

    def test_what_a_state_has_prepared_may_be_missing_for_two_seconds(self) -> None:
        prepared = after(AudienceReady("g", "new"), AudiencePopulated("g", "newer", "job2"), of=WORLD)
        settled = after(ListsSettled("g", "new"), ListsSettled("g", "job2"), of=prepared)
        jobs = Response(200, data=JobPage((ShownJob("job", "queued"),)))

        assert found(prepared, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": SHOULD}
        assert found(settled, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": MUST}
        assert found(prepared, JOBS, jobs) == {"JOB-LIST-COMPLETE": SHOULD}
        assert found(settled, JOBS, jobs) == {"JOB-LIST-COMPLETE": MUST}

    def test_what_has_been_populated_is_shown_again(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), ListsSettled("g", "busy"), of=WORLD)

        assert found(over, LIST, listed("ready", "made", "busy")) == {}
        assert found(over, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": MUST}

    def test_a_page_of_several_may_lack_anything(self) -> None:
        assert found(WORLD, LIST, listed("ready", last=False)) == {}
        assert found(WORLD, replace(LIST, is_complete=False), listed("ready")) == {}

    def test_the_same_audience_stands_there_once(self) -> None:
        assert found(WORLD, LIST, listed("ready", "made", "made")) == {"AUD-LIST-UNIQUE": SHOULD}

    def test_it_shows_audiences_as_they_are(self) -> None:
        wrong = Response(200, data=AudiencePage((ShownAudience("ready"), ShownAudience("made", name="z"))))

        assert found(WORLD, LIST, wrong) == {"AUD-CREATE-EFFECT": MUST}

    def test_what_it_shows_first_is_learned(self) -> None:
        page = AudiencePage((ShownAudience("ready", name="n"), ShownAudience("made"), ShownAudience("sample")))
        seen = after((LIST, Response(200, data=page)), of=WORLD)

        assert found(seen, get("ready"), shown("ready", name="m")) == {"AUD-LIST-CURRENT": MUST}
        assert found(seen, get("sample"), GONE) == {"AUD-GET-DONE": MUST}

    def test_what_is_doubtful_whether_it_is_ready_may_be_missing(self) -> None:
        world = after((create("z", "monitoring"), shown("new", 201)), ListsSettled("g", "new"), of=WORLD)

        assert found(world, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": SHOULD}

    @pytest.mark.parametrize("operation", [operations.GET_AUDIENCE, operations.LIST_PROSPECTS])
    def test_reading_an_audience_makes_no_list_lag(self, operation: OperationSpec) -> None:
        read = after((ask(operation, "made"), shown("made")), (LIST, listed("ready", "made")), of=WORLD)

        assert found(read, LIST, listed("ready")) == {"AUD-LIST-COMPLETE": MUST}

    @pytest.mark.parametrize("operation", [operations.GET_AUDIENCE, operations.LIST_PROSPECTS])
    def test_what_could_be_read_is_ready(self, operation: OperationSpec) -> None:
        world = after((create("z", "monitoring"), shown("new", 201)), (ask(operation, "new"), shown("new")), of=WORLD)

        assert found(world, get("new"), NOT_READY) == {"AUD-GET-GUARD-ENDS": MUST}

    def test_two_seconds_go_by_for_each_audience_by_itself(self) -> None:
        both = after((delete("made"), OK), (delete("ready"), OK), ListsSettled("g", "made"), of=WORLD)

        assert found(both, LIST, listed("made")) == {"AUD-DELETE-EFFECT": MUST}
        assert found(both, LIST, listed("ready")) == {"AUD-DELETE-EFFECT": SHOULD}

    def test_what_may_be_an_old_view_is_not_learned(self) -> None:
        def answer(text: str) -> ShownAudience:
            return ShownAudience("new", description=text)

        page = AudiencePage((ShownAudience("ready"), ShownAudience("made"), answer("old")))
        seen = after((create("z"), shown("new", 201)), (LIST, Response(200, data=page)), of=WORLD)
        settled = after(ListsSettled("g", "new"), (LIST, Response(200, data=page)), of=seen)

        assert found(seen, get("new"), Response(200, data=answer("text"))) == {}
        assert found(settled, get("new"), Response(200, data=answer("text"))) == {"AUD-LIST-CURRENT": MUST}

    def test_it_does_not_show_what_another_account_group_made(self) -> None:
        request = replace(LIST, key="foreign", group="h")
        theirs = AudiencePage((ShownAudience("theirs"), ShownAudience("made", name="ours")))
        other = AudiencePage((ShownAudience("theirs"), ShownAudience("made", name="of the same number")))

        assert found(WORLD, request, Response(200, data=theirs)) == {"AUD-LIST-SCOPE": MUST}
        assert found(WORLD, request, Response(200, data=other)) == {}

    def test_while_a_job_may_populate_any_of_them_any_may_be_hidden(self) -> None:
        assert found(STARTED, LIST, listed()) == {}
        assert found(STARTED, LIST, listed("ready", "made", "new")) == {}
        assert found(after((get_job("p1"), job("p1", "completed")), of=STARTED), LIST, listed())


class TestJobs:
    @pytest.mark.parametrize("response", [OK, NOT_READY])
    def test_what_a_public_start_populates_is_not_said(self, response: Response) -> None:
        assert found(STARTED, delete("made"), response) == {}

    def test_once_it_is_seen_to_have_ended_it_populates_nothing(self) -> None:
        over = after((get_job("p1"), job("p1", "completed")), of=STARTED)

        assert found(over, delete("made"), NOT_READY) == {"AUD-DELETE-GUARD-ENDS": MUST}

    @pytest.mark.parametrize("response", [job("p1", "cancelled"), Response(422, "VALIDATION_ERROR")])
    def test_a_public_job_may_have_ended_by_itself(self, response: Response) -> None:
        assert found(STARTED, cancel("p1"), response) == {}

    def test_a_job_that_cannot_be_cancelled_has_ended(self) -> None:
        over = after((cancel("p1"), Response(422, "VALIDATION_ERROR")), of=STARTED)

        assert found(over, get_job("p1"), job("p1", "failed")) == {}
        assert found(over, get_job("p1"), job("p1", "running")) == {"JOB-GET-CURRENT": SHOULD}

    @pytest.mark.parametrize("outcome", ["completed", "failed"])
    def test_an_ended_job_is_not_cancelled(self, outcome: str) -> None:
        over = after(ProspectingEnded("g", "job", outcome), of=WORLD)

        assert found(over, cancel("job"), Response(422, "VALIDATION_ERROR")) == {}
        assert found(over, cancel("job"), Response(422, "CONFLICT")) == {"JOB-CANCEL-CANCELABLE": SHOULD}
        assert found(over, cancel("job"), job("job", "cancelled")) == {"JOB-CANCEL-CANCELABLE": MUST}
        assert found(over, cancel("job"), Response(409)) == {"JOB-CANCEL-CANCELABLE": MUST}

    @pytest.mark.parametrize("response", [OK, Response(422, "VALIDATION_ERROR"), Response(409)])
    def test_cancelling_twice_is_not_described(self, response: Response) -> None:
        cancelled = after((cancel("job"), job("job", "cancelled")), of=WORLD)

        assert found(cancelled, cancel("job"), response) == {}

    def test_a_job_that_was_cancelled_may_stay_so_though_a_state_ends_it_otherwise(self) -> None:
        over = after((cancel("job"), job("job", "cancelled")), ProspectingEnded("g", "job", "failed"), of=WORLD)

        assert found(over, cancel("job"), job("job", "cancelled")) == {}
        assert found(over, cancel("job"), Response(422, "VALIDATION_ERROR")) == {}
        assert found(over, get_job("job"), job("job", "cancelled")) == {}
        assert found(over, get_job("job"), job("job", "failed")) == {}
        assert found(over, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": MUST}
        assert found(over, get("busy"), NOT_READY).keys() & {"AUD-GET-GUARD-ENDS", "AUD-DELETE-EFFECT"}

    def test_what_was_refused_once_as_ended_is_not_cancelled_later(self) -> None:
        over = after((cancel("p1"), Response(422, "VALIDATION_ERROR")), of=STARTED)
        failed = after((get_job("p1"), job("p1", "failed")), of=over)

        assert found(over, cancel("p1"), job("p1", "cancelled")) == {"JOB-CANCEL-CANCELABLE": SHOULD}
        assert found(failed, cancel("p1"), job("p1", "cancelled")) == {"JOB-CANCEL-CANCELABLE": MUST}
        assert found(failed, get_job("p1"), job("p1", "completed")) == {"JOB-GET-CURRENT": SHOULD}

    def test_that_a_cancelled_job_stays_so_is_inferred(self) -> None:
        cancelled = after((cancel("job"), job("job", "cancelled")), of=WORLD)

        assert found(cancelled, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": SHOULD}

    def test_the_job_that_is_asked_for_is_answered(self) -> None:
        assert found(STARTED, get_job("p1"), job("job")) == {"JOB-GET-CURRENT": MUST}

    @pytest.mark.parametrize(
        ("request_", "last"),
        [(JOBS, False), (replace(JOBS, is_complete=False), True), (replace(JOBS, status="failed"), True)],
    )
    def test_a_page_or_a_filtered_list_may_lack_any(self, request_: Request, last: bool) -> None:  # noqa: FBT001 - a row
        assert found(WORLD, request_, Response(200, data=JobPage(last=last))) == {}

    def test_a_list_may_lack_what_has_ended(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(over, JOBS, Response(200, data=JobPage())) == {"JOB-LIST-COMPLETE": SHOULD}
        assert found(over, replace(JOBS, key="foreign", group="h"), Response(200, data=JobPage())) == {}

    def test_a_public_job_may_leave_with_any_audience_of_its_account_group(self) -> None:
        here = after((delete("made"), OK), of=STARTED)
        elsewhere = after((delete("theirs", key="foreign", group="h"), OK), of=STARTED)

        assert found(here, get_job("p1"), GONE) == {}
        assert found(elsewhere, get_job("p1"), GONE) == {"JOB-GET-DONE": MUST}

    def test_a_job_is_shown_as_it_is_said_to_be(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)
        running = Response(200, data=JobPage((ShownJob("job", "running"),)))

        assert found(over, get_job("job"), job("job", "completed")) == {}
        assert found(over, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": MUST}
        assert found(over, get_job("job"), job("job", "failed")) == {"JOB-GET-CURRENT": SHOULD}
        assert found(over, get_job("job"), job("job", "archived")) == {}
        assert found(over, JOBS, running) == {"JOB-LIST-CURRENT": SHOULD}

    def test_a_job_may_leave_with_its_audience(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)
        left = after((delete("busy"), OK), of=over)

        assert found(over, get_job("job"), GONE) == {"JOB-GET-DONE": MUST}
        assert found(left, get_job("job"), GONE) == {}
        assert found(left, get_job("job"), job("job", "completed")) == {}

    def test_an_unknown_job_is_not_cancelled_whatever_the_number_of_the_refusal(self) -> None:
        assert found(WORLD, cancel("no job"), GONE) == {}
        assert found(WORLD, cancel("no job"), Response(422)) == {"JOB-CANCEL-FOUND": SHOULD}
        assert found(WORLD, cancel("no job"), OK) == {"JOB-CANCEL-FOUND": MUST}


class TestReplays:
    @pytest.mark.parametrize("status", [200, 202])
    def test_a_start_that_is_sent_again_is_the_same_job(self, status: int) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), of=WORLD)

        assert found(begun, begin(idempotency="i"), job("p1", http=status)) == {}
        assert found(begun, begin(idempotency="i"), job("p2", http=status)) == {"JOB-START-REPLAY": SHOULD}

    def test_a_completed_job_is_replayed_with_200(self) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), (get_job("p1"), job("p1", "completed")), of=WORLD)

        assert found(begun, begin(idempotency="i"), job("p1", http=200)) == {}
        assert found(begun, begin(idempotency="i"), job("p1", http=202)) == {"JOB-START-REPLAY": SHOULD}
        assert found(begun, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": MUST}

    def test_a_failed_job_may_be_tried_again(self) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), (get_job("p1"), job("p1", "failed")), of=WORLD)

        assert found(begun, begin(idempotency="i"), job("p2", http=202)) == {}
        assert found(begun, begin(idempotency="i"), job("p1", http=202)) == {}

    @pytest.mark.parametrize(
        "response", [job("p1", http=202), job("p2", http=202), Response(409, "IDEMPOTENCY_CONFLICT")]
    )
    def test_the_same_key_with_another_body_is_not_described(self, response: Response) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), of=WORLD)

        assert found(begun, begin("another body", idempotency="i"), response) == {}

    @pytest.mark.parametrize("response", [job("p1"), job("p2", http=202), Response(409, "CONFLICT")])
    def test_the_same_request_without_a_key_may_be_replayed_or_not(self, response: Response) -> None:
        assert found(STARTED, begin(), response) == {}

    def test_another_request_starts_another_job(self) -> None:
        assert found(STARTED, begin("another body"), job("p2", http=202)) == {}
        assert found(STARTED, begin("another body"), job("p1", http=202)) == {"JOB-START-NEW": MUST}

    def test_a_key_stays_with_what_it_was_first_sent_for(self) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), of=WORLD)
        other = after((begin("another body", idempotency="i"), job("p2", http=202)), of=begun)
        again = after((begin(idempotency="i"), None), of=begun)

        assert found(other, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": SHOULD}
        assert found(again, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": SHOULD}

    @pytest.mark.parametrize("response", [job("p1", http=202), job("p2", http=202)])
    def test_whether_a_key_is_shared_between_api_keys_is_not_said(self, response: Response) -> None:
        begun = after(
            KeyIssued("second", ALL, frozenset({"g"})), (begin(idempotency="i"), job("p1", http=202)), of=WORLD
        )

        assert found(begun, replace(begin("another body", idempotency="i"), key="second"), response) == {}

    def test_a_start_whose_reply_was_lost_is_bound_by_the_next_answer(self) -> None:
        bound = after((begin(idempotency="i"), None), (begin(idempotency="i"), job("p1", http=202)), of=WORLD)

        assert found(bound, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": SHOULD}

    @pytest.mark.parametrize(
        "response", [Response(402, "INSUFFICIENT_CREDITS"), Response(409, "CONFLICT"), job("p1", http=202)]
    )
    def test_a_start_may_meet_a_limit_that_nobody_told(self, response: Response) -> None:
        assert found(WORLD, begin(), response) == {}


def test_step_answers_no_state_where_explain_names_a_sentence_of_the_level_asked_for() -> None:
    (state,) = DELETED
    late = listed("ready", "made")

    assert [one.requirement for one in explain(state, LIST, late)] == ["AUD-DELETE-EFFECT"]
    assert step(state, LIST, late) == DELETED
    assert step(state, LIST, late, level=SHOULD) == frozenset()
    assert step(state, get("made"), OK) == frozenset()


def test_what_is_surely_wrong_with_a_request_is_all_that_a_success_is_blamed_for() -> None:
    request = replace(update("made", name="x"), key="reader")

    assert found(WORLD, request, shown("made", name="y")) == {"AUD-UPDATE-PERMISSION": MUST}


def test_what_is_no_must_does_not_hide_what_else_is_wrong() -> None:
    broken = found(WORLD, move("made", "monitor"), shown("made", folder="demand"))

    assert broken == {"AUD-MOVE-COMPATIBLE": SHOULD, "AUD-MOVE-EFFECT": MUST}


def test_a_redirection_is_neither_a_success_nor_a_refusal_that_is_documented() -> None:
    assert found(WORLD, delete("ready"), Response(300)) == {"AUD-DELETE-DONE": MUST}


def test_a_violation_says_what_was_expected_and_what_was_seen() -> None:
    (state,) = WORLD
    (violation,) = explain(state, delete("busy"), OK)

    assert (violation.expected, violation.seen) == ("409 AUDIENCE_NOT_READY", "200")


def test_states_that_are_equal_are_one_however_they_came_about() -> None:
    one = after(AudienceReady("g", "a"), AudienceReady("g", "b"))
    other = after(AudienceReady("g", "b"), AudienceReady("g", "a"))

    assert one == other
    assert one != after(AudienceReady("g", "a"))


def test_operations_and_their_permissions_are_those_of_the_contract() -> None:
    methods = [method for path in contract()["paths"].values() for key, method in path.items() if key != "parameters"]
    documented = {
        (one["operationId"], one["x-required-permission"], one["x-required-permission-printed"] == "page")
        for one in methods
    }
    modelled = {
        (one.id, one.permission and one.permission.wire, bool(one.permission and one.permission.printed))
        for one in operations.OPERATIONS
    }

    assert modelled == documented
