import pytest

from conformance.model.events import AudiencePopulated, ProspectingEnded
from conformance.model.judge import advance
from conformance.model.messages import Request, Response
from tests.harness.model_steps import (
    FORBIDDEN,
    GONE,
    GUARDED,
    MUST,
    NOT_READY,
    OK,
    SHOULD,
    WORLD,
    after,
    cancel,
    delete,
    found,
    get,
    job,
)

PREFIXES = ["GET", "UPDATE", "DELETE", "MOVE", "REMOVE", "PROSPECTS"]


@pytest.mark.parametrize(("request_", "prefix"), [*zip(GUARDED, PREFIXES, strict=True)])
class TestGuard:
    def test_the_guard_is_the_only_allowed_response(self, request_: Request, prefix: str) -> None:
        assert found(WORLD, request_, NOT_READY) == {}
        assert found(WORLD, request_, OK) == {f"AUD-{prefix}-GUARD": MUST}
        assert found(WORLD, request_, FORBIDDEN) == {f"AUD-{prefix}-GUARD": MUST}

    def test_the_guard_has_its_code(self, request_: Request, prefix: str) -> None:
        assert found(WORLD, request_, Response(409, "CONFLICT")) == {f"AUD-{prefix}-GUARD-CODE": MUST}

    def test_a_server_error_does_not_get_past_the_guard(self, request_: Request, prefix: str) -> None:
        assert prefix in PREFIXES
        assert advance(WORLD, request_, Response(500)).states == WORLD

    def test_the_guard_ends_when_the_prospecting_has_completed(self, request_: Request, prefix: str) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(over, request_, OK) == {}
        assert found(over, request_, NOT_READY) == {f"AUD-{prefix}-GUARD-ENDS": MUST}

    def test_another_job_on_the_same_audience_keeps_the_guard(self, request_: Request, prefix: str) -> None:
        one_left = after(AudiencePopulated("g", "busy", "job 2"), ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(one_left, request_, NOT_READY) == {}
        assert found(one_left, request_, OK) == {f"AUD-{prefix}-GUARD": MUST}

    def test_a_public_cancellation_leaves_the_audience_undecided(self, request_: Request, prefix: str) -> None:
        cancelled = after((cancel("job"), job("job", "cancelled")), of=WORLD)

        assert found(cancelled, request_, OK) == {}
        assert found(cancelled, request_, GONE) == {}
        assert found(cancelled, request_, NOT_READY) == {f"AUD-{prefix}-GUARD-ENDS": SHOULD}

    def test_a_failed_job_may_have_deleted_its_audience(self, request_: Request, prefix: str) -> None:
        failed = after(ProspectingEnded("g", "job", "failed"), of=WORLD)

        assert found(failed, request_, OK) == {}
        assert found(failed, request_, GONE) == {}
        assert found(failed, request_, NOT_READY).keys() & {f"AUD-{prefix}-GUARD-ENDS", "AUD-DELETE-EFFECT"}


def test_the_end_of_a_job_does_not_restore_a_deleted_audience() -> None:
    gone = after((cancel("job"), job("job", "cancelled")), (get("busy"), GONE), of=WORLD)
    over = after(ProspectingEnded("g", "job", "completed"), of=gone)

    assert found(over, get("busy"), GONE) == {}


def test_a_completed_job_keeps_its_audience() -> None:
    over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)

    assert found(over, get("busy"), GONE) == {"AUD-GET-DONE": MUST}


@pytest.mark.parametrize("status", [300, 404, 501])
def test_a_provider_state_that_was_not_set_up_changes_nothing(status: int) -> None:
    assert after((ProspectingEnded("g", "job", "completed"), Response(status)), of=WORLD) == WORLD


@pytest.mark.parametrize("response", [None, Response(500)])
def test_a_provider_state_with_a_lost_reply_may_hold(response: Response | None) -> None:
    unsure = after((ProspectingEnded("g", "job", "completed"), response), of=WORLD)

    assert found(unsure, delete("busy"), OK) == {}
    assert found(unsure, delete("busy"), NOT_READY) == {}
