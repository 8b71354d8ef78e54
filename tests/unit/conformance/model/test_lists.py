from dataclasses import replace

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.model.events import AudiencePopulated, AudienceReady, ProspectingEnded, Settled
from conformance.model.messages import AudiencePage, JobPage, Response, ShownAudience, ShownJob
from tests.harness.model_steps import (
    GONE,
    JOBS,
    LIST,
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
    get_job,
    job,
    listed,
    shown,
)


class TestLists:
    def test_a_new_audience_may_be_missing_for_two_seconds(self) -> None:
        new = after((create("z"), shown("new", 201)), of=WORLD)
        settled = after(Settled("g", "new"), of=new)

        assert found(new, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": SHOULD}
        assert found(settled, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": MUST}
        assert found(settled, LIST, listed("ready", "made", "new")) == {}

    def test_an_audience_of_a_provider_state_may_be_missing_for_two_seconds(self) -> None:
        prepared = after(AudienceReady("g", "new"), AudiencePopulated("g", "newer", "job2"), of=WORLD)
        settled = after(Settled("g", "new"), Settled("g", "job2"), of=prepared)
        jobs = Response(200, data=JobPage((ShownJob("job", "queued"),)))

        assert found(prepared, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": SHOULD}
        assert found(settled, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": MUST}
        assert found(prepared, JOBS, jobs) == {"JOB-LIST-COMPLETE": SHOULD}
        assert found(settled, JOBS, jobs) == {"JOB-LIST-COMPLETE": MUST}

    def test_a_populated_audience_is_shown_afterwards(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), Settled("g", "busy"), of=WORLD)

        assert found(over, LIST, listed("ready", "made", "busy")) == {}
        assert found(over, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": MUST}

    def test_a_page_of_several_may_lack_any_audience(self) -> None:
        assert found(WORLD, LIST, listed("ready", last=False)) == {}
        assert found(WORLD, replace(LIST, is_complete=False), listed("ready")) == {}

    def test_a_list_shows_an_audience_once(self) -> None:
        assert found(WORLD, LIST, listed("ready", "made", "made")) == {"AUD-LIST-UNIQUE": SHOULD}

    def test_a_list_shows_the_fields_of_audiences(self) -> None:
        wrong = Response(200, data=AudiencePage((ShownAudience("ready"), ShownAudience("made", name="z"))))

        assert found(WORLD, LIST, wrong) == {"AUD-CREATE-EFFECT": MUST}

    def test_the_first_shown_fields_are_learned(self) -> None:
        page = AudiencePage((ShownAudience("ready", name="n"), ShownAudience("made"), ShownAudience("sample")))
        seen = after((LIST, Response(200, data=page)), of=WORLD)

        assert found(seen, get("ready"), shown("ready", name="m")) == {"AUD-LIST-CURRENT": MUST}
        assert found(seen, get("sample"), GONE) == {"AUD-GET-DONE": MUST}

    def test_an_audience_that_may_not_be_ready_may_be_missing(self) -> None:
        world = after((create("z", "monitoring"), shown("new", 201)), Settled("g", "new"), of=WORLD)

        assert found(world, LIST, listed("ready", "made")) == {"AUD-LIST-COMPLETE": SHOULD}

    @pytest.mark.parametrize("operation", [operations.GET_AUDIENCE, operations.LIST_PROSPECTS])
    def test_reading_an_audience_makes_no_list_lag(self, operation: OperationSpec) -> None:
        read = after((ask(operation, "made"), shown("made")), (LIST, listed("ready", "made")), of=WORLD)

        assert found(read, LIST, listed("ready")) == {"AUD-LIST-COMPLETE": MUST}

    @pytest.mark.parametrize("operation", [operations.GET_AUDIENCE, operations.LIST_PROSPECTS])
    def test_a_read_audience_is_ready(self, operation: OperationSpec) -> None:
        world = after((create("z", "monitoring"), shown("new", 201)), (ask(operation, "new"), shown("new")), of=WORLD)

        assert found(world, get("new"), NOT_READY) == {"AUD-GET-GUARD-ENDS": MUST}

    def test_each_audience_has_its_own_two_seconds(self) -> None:
        both = after((delete("made"), OK), (delete("ready"), OK), Settled("g", "made"), of=WORLD)

        assert found(both, LIST, listed("made")) == {"AUD-DELETE-EFFECT": MUST}
        assert found(both, LIST, listed("ready")) == {"AUD-DELETE-EFFECT": SHOULD}

    def test_an_outdated_item_is_not_learned(self) -> None:
        def answer(text: str) -> ShownAudience:
            return ShownAudience("new", description=text)

        page = AudiencePage((ShownAudience("ready"), ShownAudience("made"), answer("old")))
        seen = after((create("z"), shown("new", 201)), (LIST, Response(200, data=page)), of=WORLD)
        settled = after(Settled("g", "new"), (LIST, Response(200, data=page)), of=seen)

        assert found(seen, get("new"), Response(200, data=answer("text"))) == {}
        assert found(settled, get("new"), Response(200, data=answer("text"))) == {"AUD-LIST-CURRENT": MUST}

    def test_a_list_does_not_show_audiences_of_another_account_group(self) -> None:
        request = replace(LIST, key="foreign", group="h")
        theirs = AudiencePage((ShownAudience("theirs"), ShownAudience("made", name="ours")))
        other = AudiencePage((ShownAudience("theirs"), ShownAudience("made", name="of the same number")))

        assert found(WORLD, request, Response(200, data=theirs)) == {"AUD-LIST-SCOPE": MUST}
        assert found(WORLD, request, Response(200, data=other)) == {}

    def test_any_audience_may_be_hidden_while_a_job_may_populate_it(self) -> None:
        assert found(STARTED, LIST, listed()) == {}
        assert found(STARTED, LIST, listed("ready", "made", "new")) == {}
        assert found(after((get_job("p1"), job("p1", "completed")), of=STARTED), LIST, listed())
