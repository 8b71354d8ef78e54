import pytest

from conformance.model.events import Settled
from conformance.model.judge import advance, judge
from conformance.model.messages import UNKNOWN, Request, Response, ShownAudience
from tests.harness.model_steps import (
    FORBIDDEN,
    GONE,
    LIST,
    MUST,
    NOT_READY,
    OK,
    WORLD,
    after,
    begin,
    cancel,
    create,
    delete,
    found,
    get,
    get_job,
    job,
    listed,
    move,
    remove,
    shown,
    update,
)


class TestARefusalChangesNothing:
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
    @pytest.mark.parametrize("request_", [delete("made"), update("made", name="x"), move("made", "demand"), begin()])
    def test_a_refusal_of_any_status_changes_nothing(self, request_: Request, status: int) -> None:
        assert {
            s for state in WORLD for s in judge(state, request_, Response(status, "VALIDATION_ERROR")).states
        } == WORLD

    def test_a_refused_deletion_with_an_effect_is_a_violation(self) -> None:
        refused = after((delete("busy"), NOT_READY), of=WORLD)

        assert found(refused, get("busy"), GONE) == {"AUD-GET-GUARD": MUST}

    def test_a_rate_limited_request_may_be_any(self) -> None:
        assert found(WORLD, delete("ready"), Response(429)) == {}
        assert found(WORLD, delete("nowhere"), Response(429)) == {}


@pytest.mark.parametrize("response", [None, Response(500), Response(502)])
class TestAnUnknownOutcome:
    def test_a_lost_deletion_happened_or_not(self, response: Response | None) -> None:
        unsure = after((delete("made"), response), of=WORLD)

        assert found(unsure, get("made"), OK) == {}
        assert found(unsure, get("made"), GONE) == {}
        assert found(unsure, get("made"), FORBIDDEN) != {}

    def test_an_observed_outcome_stays(self, response: Response | None) -> None:
        seen = after((delete("made"), response), (get("made"), GONE), of=WORLD)

        assert found(seen, get("made"), OK) == {"AUD-DELETE-EFFECT": MUST}

    def test_a_lost_update_happened_in_any_part(self, response: Response | None) -> None:
        unsure = after((update("made", name="x", description="y"), response), of=WORLD)
        both = [(None, None), ("x", None), (None, "y"), ("x", "y")]
        answers = [ShownAudience("made", name=name or "ours", description=text or UNKNOWN) for name, text in both]

        assert [found(unsure, get("made"), Response(200, data=answer)) for answer in answers] == [{}] * 4
        assert found(unsure, get("made"), shown("made", name="z")) != {}

    def test_a_lost_creation_leaves_an_unknown_audience_or_none(self, response: Response | None) -> None:
        unsure = after((create("z"), response), of=WORLD)

        assert found(unsure, LIST, listed("ready", "made")) == {}
        assert found(unsure, LIST, listed("ready", "made", "new")) == {}
        assert found(unsure, get("12"), OK) == {}
        assert found(unsure, get("12"), GONE) == {}

    def test_a_lost_start_left_a_job_or_not(self, response: Response | None) -> None:
        unsure = after((begin(), response), of=WORLD)

        assert found(unsure, delete("made"), NOT_READY) == {}
        assert found(unsure, delete("made"), OK) == {}
        assert found(unsure, get_job("12"), job("12")) == {}

    def test_a_lost_cancellation_happened_or_not(self, response: Response | None) -> None:
        unsure = after((cancel("job"), response), of=WORLD)

        assert found(unsure, get_job("job"), job("job", "cancelled")) == {}
        assert found(unsure, get_job("job"), job("job", "running")) == {}
        assert found(unsure, delete("busy"), NOT_READY) == {}
        assert found(unsure, delete("busy"), OK) == {}

    def test_a_forbidden_request_had_no_effect(self, response: Response | None) -> None:
        assert after((delete("ready", key="reader"), response), of=WORLD) == WORLD


class TestBlame:
    """For a value that is not as it was: who gave it, as long as nobody has seen it; then who came after."""

    def test_a_value_that_was_never_read_may_never_have_been_set(self) -> None:
        renamed = after((update("made", name="x"), OK), of=WORLD)

        assert found(renamed, remove("made"), shown("made", name="ours")) == {"AUD-UPDATE-EFFECT": MUST}

    def test_a_read_value_is_lost_by_the_request_that_does_not_name_it(self) -> None:
        read = after((update("made", name="x"), OK), (get("made"), shown("made", name="x")), of=WORLD)

        assert found(read, remove("made"), shown("made", name="ours")) == {"AUD-REMOVE-ONLY": MUST}
        assert found(read, move("made", "demand"), shown("made", name="y")) == {"AUD-MOVE-ONLY": MUST}

    def test_a_later_read_blames_the_request_that_lost_a_value(self) -> None:
        read = after((get("made"), shown("made", name="ours")), of=WORLD)
        moved = after((move("made", "demand"), OK), Settled("g", "made"), of=read)

        assert found(moved, get("made"), shown("made", name="")) == {"AUD-MOVE-ONLY": MUST}

    def test_a_change_between_two_reads_is_blamed_on_the_read(self) -> None:
        read = after((get("made"), shown("made", name="ours")), of=WORLD)

        assert found(read, get("made"), shown("made", name="")) == {"AUD-GET-CURRENT": MUST}


def test_a_request_in_progress_may_take_effect_later() -> None:
    alive = after((delete("made"), None), (get("made"), OK), of=WORLD)

    assert advance(alive, get("made"), GONE).states == frozenset()
    assert advance(alive, get("made"), GONE, pending=[delete("made")]).violations == ()


def test_a_wrong_response_is_not_blamed_on_a_deletion_that_may_never_have_happened() -> None:
    read = after((get("made"), shown("made", name="ours", folder="demand")), of=WORLD)
    unsure = after((delete("made"), None), of=read)

    broken = found(unsure, update("made", name="new"), shown("made", name="another", folder="elsewhere"))

    assert broken == {"AUD-UPDATE-EFFECT": MUST, "AUD-UPDATE-ONLY": MUST}
