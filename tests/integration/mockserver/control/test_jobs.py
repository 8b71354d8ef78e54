"""Prospecting jobs and their pace on the control plane."""

import re
from typing import Any

import pytest

from mockserver.domain.refusal import Reason
from mockserver.domain.source import job_request
from mockserver.service import audiences, prospecting
from tests.harness.control_plane import AUDIENCE, DEFAULT, GROUP, JOB, KEY, ControlPlane, reason, start_job


class TestJobs:
    def test_the_job_pace_is_changed_member_by_member(self, control: ControlPlane) -> None:
        first = control.call("GET", f"{DEFAULT}/job-pace")
        second = control.call("PUT", f"{DEFAULT}/job-pace", {"pace": "polls", "polls": 7})
        third = control.call("PUT", f"{DEFAULT}/job-pace", {"outcome": "failed", "durationMs": 5})

        assert first == {
            "pace": "time",
            "durationMs": 30_000,
            "polls": 3,
            "status": "queued",
            "outcome": "completed",
            "stage": "import",
            "share": 0.625,
        }
        assert second == first | {"pace": "polls", "polls": 7}
        assert third == second | {"outcome": "failed", "durationMs": 5}
        assert control.call("GET", f"{DEFAULT}/job-pace") == third

    def test_jobs_started_through_the_vendor_api_follow_the_pace(self, control: ControlPlane) -> None:
        request = job_request({"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search/"})
        control.call("PUT", f"{DEFAULT}/job-pace", {"status": "running"})

        started = control.vendor(KEY, GROUP, prospecting.start, request, None)

        shown = control.call("GET", f"{DEFAULT}/jobs/{started.job.id}")
        assert (shown["status"], shown["jobPace"]["pace"]) == ("running", "manual")

    def test_a_job_shows_how_much_of_each_stage_is_done(self, control: ControlPlane) -> None:
        running = start_job(control, status="running")
        ended = control.call(
            "POST", f"{DEFAULT}/jobs/{running['id']}/end", {"outcome": "failed", "stage": "enrichment", "share": 0.5}
        )

        assert running["stages"] == {"import": 0.62, "enrichment": 0}
        assert ended["stages"] == {"import": 1, "enrichment": 0.5}

    @pytest.mark.parametrize(
        "body",
        [{"pace": "slow"}, {"polls": 0}, {"durationMs": -1}, {"status": "completed"}, {"outcome": "queued"}, {"x": 1}],
    )
    def test_an_invalid_pace_is_400_everywhere_and_changes_nothing(self, control: ControlPlane, body: Any) -> None:
        before = control.snapshot()
        named = {"accountGroupId": GROUP, "audienceId": AUDIENCE}

        assert control.refused(400, "PUT", f"{DEFAULT}/job-pace", body)
        assert control.refused(400, "PATCH", f"{DEFAULT}/jobs/{JOB}", body)
        assert control.refused(400, "POST", f"{DEFAULT}/jobs", body | named)
        assert control.snapshot() == before

    def test_a_job_started_on_an_audience_guards_it(self, control: ControlPlane) -> None:
        job = start_job(control, status="queued", requested=7)

        assert (job["status"], job["requested"], job["audienceId"]) == ("queued", 7, AUDIENCE)
        assert reason(control.vendor(KEY, GROUP, audiences.delete, AUDIENCE)) is Reason.NOT_READY
        assert control.call("GET", f"{DEFAULT}/jobs/{job['id']}") == job
        assert [listed["id"] for listed in control.call("GET", f"{DEFAULT}/jobs")["jobs"]] == [job["id"], JOB]

    @pytest.mark.parametrize(
        "named", [{"accountGroupId": GROUP, "audienceId": JOB}, {"accountGroupId": JOB, "audienceId": AUDIENCE}]
    )
    def test_a_job_cannot_be_started_on_an_unknown_audience(self, control: ControlPlane, named: dict[str, str]) -> None:
        before = control.snapshot()

        assert "has no audience" in control.refused(404, "POST", f"{DEFAULT}/jobs", named)
        assert control.snapshot() == before

    def test_a_job_is_moved_by_hand(self, control: ControlPlane) -> None:
        job = start_job(control, status="queued")

        moved = control.call("PATCH", f"{DEFAULT}/jobs/{job['id']}", {"status": "running"})

        assert moved["status"] == "running"
        assert moved["jobPace"] == job["jobPace"] | {"status": "running"}

    def test_a_pace_change_that_completes_a_job_ends_it_now(self, control: ControlPlane) -> None:
        job = start_job(control, status="running", requested=10)
        control.clock.instant += 60_000

        moved = control.call("PATCH", f"{DEFAULT}/jobs/{job['id']}", {"pace": "time", "durationMs": 1_000})

        assert (moved["status"], moved["imported"]) == ("completed", 10)
        assert moved["endedAt"] == "2026-04-28T15:31:00.000Z"
        assert control.vendor(KEY, GROUP, audiences.get, AUDIENCE).prospect_count == 50

    @pytest.mark.parametrize(
        ("request_", "outcome"),
        [
            ({}, "completed"),
            ({"json": {}}, "completed"),
            ({"json": {"outcome": "failed"}}, "failed"),
            ({"json": {"outcome": "cancelled"}}, "cancelled"),
            ({"headers": {"Content-Type": "application/json"}}, "completed"),
        ],
    )
    def test_a_job_is_ended_by_hand_with_or_without_a_body(
        self, control: ControlPlane, request_: Any, outcome: str
    ) -> None:
        answer = control.send("POST", f"{DEFAULT}/jobs/{JOB}/end", **request_)

        assert (answer.status_code, answer.json()["status"]) == (200, outcome)
        assert control.call("GET", f"{DEFAULT}/jobs/{JOB}") == answer.json()
        assert reason(control.vendor(KEY, GROUP, audiences.delete, "b00000000000000000000002")) is None

    def test_the_request_named_by_the_guard_ends_the_job(self, control: ControlPlane) -> None:
        refusal = control.vendor(KEY, GROUP, audiences.delete, "b00000000000000000000002")
        (path,) = set(re.findall(r"POST (/_mock/\S+/end)", refusal.message))

        assert control.send("POST", path).status_code == 200

    def test_an_ended_job_neither_ends_nor_moves_again(self, control: ControlPlane) -> None:
        ended = control.call("POST", f"{DEFAULT}/jobs/{JOB}/end", {"outcome": "failed"})

        assert "failed already" in control.refused(409, "POST", f"{DEFAULT}/jobs/{JOB}/end")
        assert "failed already" in control.refused(409, "PATCH", f"{DEFAULT}/jobs/{JOB}", {"status": "running"})
        assert control.call("GET", f"{DEFAULT}/jobs/{JOB}") == ended

    @pytest.mark.parametrize(
        ("method", "action", "body"), [("GET", "", None), ("PATCH", "", {"polls": 1}), ("POST", "/end", None)]
    )
    def test_an_unknown_job_is_404(self, control: ControlPlane, method: str, action: str, body: Any) -> None:
        assert "no prospecting job" in control.refused(404, method, f"{DEFAULT}/jobs/{GROUP}{action}", body)
