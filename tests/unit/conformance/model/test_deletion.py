import pytest

from conformance.model.events import Settled
from conformance.model.judge import advance
from conformance.model.messages import Request, Response
from tests.harness.model_steps import (
    DELETED,
    GONE,
    LIST,
    MUST,
    NOT_READY,
    OK,
    SHOULD,
    STARTED,
    WORLD,
    after,
    begin,
    create,
    delete,
    found,
    get,
    job,
    listed,
    move,
    shown,
    update,
)


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
    def test_a_deleted_audience_stays_deleted(self, request_: Request, broken: str) -> None:
        assert found(DELETED, request_, GONE) == {}
        assert found(DELETED, request_, OK) == {broken: MUST}
        assert found(DELETED, request_, NOT_READY) == {broken: MUST}
        assert found(DELETED, request_, Response(410)) == {f"{request_.operation.prefix}-FOUND": MUST}

    def test_lists_may_lag_for_two_seconds(self) -> None:
        settled = after(Settled("g", "made"), of=DELETED)

        assert found(DELETED, LIST, listed("ready")) == {}
        assert found(DELETED, LIST, listed("ready", "made")) == {"AUD-DELETE-EFFECT": SHOULD}
        assert found(settled, LIST, listed("ready", "made")) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_item_of_a_lagging_list_is_not_learned(self) -> None:
        seen = advance(DELETED, LIST, listed("ready", "made")).states

        assert found(seen, get("made"), OK) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_identifier_may_be_reissued(self) -> None:
        again = after((create("another"), shown("made", 201)), of=DELETED)
        settled = after(Settled("g", "made"), of=again)

        assert found(again, get("made"), shown("made", name="another")) == {}
        assert found(settled, get("made"), GONE) == {"AUD-GET-DONE": MUST}

    def test_a_job_may_reissue_an_identifier_unseen(self) -> None:
        again = after((begin(), job("p1", http=202)), of=DELETED)

        assert found(again, get("made"), GONE) == {}
        assert found(again, get("made"), NOT_READY) == {}
        assert found(again, get("made"), shown("made", name="imported")) == {}
        assert found(again, get("made"), shown("made", name="ours")) == {"AUD-DELETE-EFFECT": MUST}

    def test_an_audience_of_an_equal_foreign_name_may_be_new(self) -> None:
        named = after((get("ready"), shown("ready", name="imported")), of=WORLD)
        again = after((delete("ready"), OK), (begin(), job("p1", http=202)), of=named)
        renamed = after((update("ready", name="mine"), OK), (delete("ready"), OK), (begin(), None), of=named)

        assert found(again, get("ready"), shown("ready", name="imported")) == {}
        assert found(renamed, get("ready"), shown("ready", name="imported")) == {}
        assert found(renamed, get("ready"), shown("ready", name="mine")) == {"AUD-DELETE-EFFECT": MUST}

    def test_a_reissued_identifier_leaves_the_others_free(self) -> None:
        free = after((delete("made"), OK), (delete("ready"), OK), (begin(), job("p1", http=202)), of=WORLD)
        again = after((create("z"), shown("made", 201)), of=free)

        assert found(again, get("ready"), shown("ready", name="imported")) == {}

    def test_an_active_job_may_reissue_an_identifier_unseen(self) -> None:
        again = after((delete("ready"), OK), of=STARTED)

        assert found(again, delete("ready"), OK) == {}

    def test_other_account_groups_keep_their_identifiers(self) -> None:
        assert found(DELETED, get("theirs", key="foreign", group="h"), GONE) == {"AUD-GET-DONE": MUST}
