from conformance.catalogue import operations
from conformance.model.events import ProspectingEnded, Settled
from conformance.model.judge import advance
from conformance.model.messages import Response, ShownAudience
from tests.harness.model_steps import (
    GONE,
    MUST,
    OK,
    SHOULD,
    WORLD,
    after,
    ask,
    begin,
    cancel,
    create,
    delete,
    found,
    get,
    get_job,
    job,
    move,
    shown,
    update,
)

CREATED = after((create("z"), shown("new", 201)), of=WORLD)
UPDATED = after((update("made", name="x"), OK), of=WORLD)
STARTED_NOW = after((begin(), job("p1", http=202)), of=WORLD)


class TestSingleReads:
    def test_a_created_audience_may_be_missing_until_it_has_settled(self) -> None:
        settled = after(Settled("g", "new"), of=CREATED)

        assert found(CREATED, get("new"), GONE) == {"AUD-GET-CURRENT": SHOULD}
        assert found(CREATED, ask(operations.LIST_PROSPECTS, "new"), GONE) == {"AUD-PROSPECTS-CURRENT": SHOULD}
        assert found(settled, get("new"), GONE) == {"AUD-GET-DONE": MUST}
        assert found(CREATED, update("new", name="y"), GONE) == {"AUD-UPDATE-DONE": MUST}

    def test_a_read_may_show_a_change_late(self) -> None:
        moved = after((move("made", "demand"), OK), of=WORLD)
        nowhere = Response(200, data=ShownAudience("made", folder=None))

        assert found(UPDATED, get("made"), shown("made", name="ours")) == {"AUD-UPDATE-EFFECT": SHOULD}
        assert found(moved, get("made"), nowhere) == {"AUD-MOVE-EFFECT": SHOULD}
        settled = after(Settled("g", "made"), of=UPDATED)
        assert found(settled, get("made"), shown("made", name="ours")) == {"AUD-UPDATE-EFFECT": MUST}

    def test_a_late_read_teaches_nothing(self) -> None:
        late = Response(200, data=ShownAudience("made", name="ours", description="old"))
        read = advance(UPDATED, get("made"), late).states

        assert found(read, get("made"), Response(200, data=ShownAudience("made", name="x", description="new"))) == {}

    def test_a_deletion_is_read_at_once(self) -> None:
        deleted = after((update("made", name="x"), OK), (delete("made"), OK), of=WORLD)

        assert found(deleted, get("made"), shown("made", name="x")) == {"AUD-DELETE-EFFECT": MUST}
        assert found(deleted, get("made"), GONE) == {}

    def test_a_started_job_may_be_missing_until_it_has_settled(self) -> None:
        settled = after(Settled("g", "p1"), of=STARTED_NOW)

        assert found(STARTED_NOW, get_job("p1"), GONE) == {"JOB-GET-CURRENT": SHOULD}
        assert found(settled, get_job("p1"), GONE) == {"JOB-GET-DONE": MUST}

    def test_a_job_that_a_provider_state_has_ended_is_read_as_ended_at_once(self) -> None:
        over = after((cancel("job"), job("job", "cancelled")), ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(over, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": MUST}
