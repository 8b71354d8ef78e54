from dataclasses import replace

import pytest

from conformance.model.events import ProspectingEnded, Settled
from conformance.model.messages import JobPage, Request, Response, ShownJob
from tests.harness.model_steps import (
    GONE,
    JOBS,
    MUST,
    NOT_READY,
    OK,
    SHOULD,
    STARTED,
    WORLD,
    after,
    cancel,
    delete,
    found,
    get,
    get_job,
    job,
)


class TestJobs:
    @pytest.mark.parametrize("response", [OK, NOT_READY])
    def test_the_audience_of_a_public_start_is_not_documented(self, response: Response) -> None:
        assert found(STARTED, delete("made"), response) == {}

    def test_a_job_that_was_shown_as_ended_populates_nothing(self) -> None:
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
    def test_a_second_cancellation_is_not_documented(self, response: Response) -> None:
        cancelled = after((cancel("job"), job("job", "cancelled")), of=WORLD)

        assert found(cancelled, cancel("job"), response) == {}

    def test_a_cancelled_job_may_stay_so_though_a_state_ends_it_otherwise(self) -> None:
        over = after((cancel("job"), job("job", "cancelled")), ProspectingEnded("g", "job", "failed"), of=WORLD)

        assert found(over, cancel("job"), job("job", "cancelled")) == {}
        assert found(over, cancel("job"), Response(422, "VALIDATION_ERROR")) == {}
        assert found(over, get_job("job"), job("job", "cancelled")) == {}
        assert found(over, get_job("job"), job("job", "failed")) == {}
        assert found(over, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": MUST}
        assert found(over, get("busy"), NOT_READY).keys() & {"AUD-GET-GUARD-ENDS", "AUD-DELETE-EFFECT"}

    def test_a_job_that_was_refused_as_ended_is_not_cancelled_later(self) -> None:
        over = after((cancel("p1"), Response(422, "VALIDATION_ERROR")), of=STARTED)
        failed = after((get_job("p1"), job("p1", "failed")), of=over)

        assert found(over, cancel("p1"), job("p1", "cancelled")) == {"JOB-CANCEL-CANCELABLE": SHOULD}
        assert found(failed, cancel("p1"), job("p1", "cancelled")) == {"JOB-CANCEL-CANCELABLE": MUST}
        assert found(failed, get_job("p1"), job("p1", "completed")) == {"JOB-GET-CURRENT": SHOULD}

    def test_the_lasting_of_a_cancellation_is_inferred(self) -> None:
        cancelled = after((cancel("job"), job("job", "cancelled")), of=WORLD)

        assert found(cancelled, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": SHOULD}

    def test_the_response_shows_the_requested_job(self) -> None:
        assert found(STARTED, get_job("p1"), job("job")) == {"JOB-GET-CURRENT": MUST}

    @pytest.mark.parametrize(
        ("request_", "last"),
        [(JOBS, False), (replace(JOBS, is_complete=False), True), (replace(JOBS, status="failed"), True)],
    )
    def test_a_page_or_a_filtered_list_may_lack_any_job(self, request_: Request, last: bool) -> None:  # noqa: FBT001 - a row
        assert found(WORLD, request_, Response(200, data=JobPage(last=last))) == {}

    def test_a_list_may_lack_ended_jobs(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)

        assert found(over, JOBS, Response(200, data=JobPage())) == {"JOB-LIST-COMPLETE": SHOULD}
        assert found(over, replace(JOBS, key="foreign", group="h"), Response(200, data=JobPage())) == {}

    def test_a_public_job_may_be_gone_with_any_audience_of_its_account_group(self) -> None:
        here = after((delete("made"), OK), of=STARTED)
        elsewhere = after((delete("theirs", key="foreign", group="h"), OK), of=STARTED)

        assert found(here, get_job("p1"), GONE) == {}
        settled = after(Settled("g", "p1"), of=elsewhere)
        assert found(settled, get_job("p1"), GONE) == {"JOB-GET-DONE": MUST}

    def test_a_job_is_shown_as_declared(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)
        running = Response(200, data=JobPage((ShownJob("job", "running"),)))

        assert found(over, get_job("job"), job("job", "completed")) == {}
        assert found(over, get_job("job"), job("job", "running")) == {"JOB-GET-CURRENT": MUST}
        assert found(over, get_job("job"), job("job", "failed")) == {"JOB-GET-CURRENT": SHOULD}
        assert found(over, get_job("job"), job("job", "archived")) == {}
        assert found(over, JOBS, running) == {"JOB-LIST-CURRENT": SHOULD}

    def test_a_job_may_be_gone_with_its_audience(self) -> None:
        over = after(ProspectingEnded("g", "job", "completed"), of=WORLD)
        left = after((delete("busy"), OK), of=over)

        assert found(over, get_job("job"), GONE) == {"JOB-GET-DONE": MUST}
        assert found(left, get_job("job"), GONE) == {}
        assert found(left, get_job("job"), job("job", "completed")) == {}

    def test_an_unknown_job_is_not_cancelled_whatever_the_status(self) -> None:
        assert found(WORLD, cancel("no job"), GONE) == {}
        assert found(WORLD, cancel("no job"), Response(422)) == {"JOB-CANCEL-FOUND": SHOULD}
        assert found(WORLD, cancel("no job"), OK) == {"JOB-CANCEL-FOUND": MUST}
