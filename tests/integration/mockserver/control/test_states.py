"""Provider states on the control plane."""

from typing import Any

import pytest

from mockserver.domain.refusal import Reason
from mockserver.domain.source import job_request
from mockserver.service import audiences, prospecting
from mockserver.service.states import STATES
from tests.harness.control_plane import AUDIENCE, DEFAULT, ENDED, GROUP, JOB, KEY, ControlPlane, reason


class TestProviderStates:
    def test_an_api_key_is_created_in_its_own_account_group(self, control: ControlPlane) -> None:
        first, second = control.state("an API key"), control.state("an API key")

        assert first["accountGroupId"] != second["accountGroupId"]
        assert reason(control.vendor(first["apiKey"], first["accountGroupId"], audiences.page, None, 5)) is None
        foreign = control.vendor(first["apiKey"], second["accountGroupId"], audiences.page, None, 5)
        assert reason(foreign) is Reason.FOREIGN_ACCOUNT_GROUP

    def test_an_api_key_has_the_requested_properties(self, control: ControlPlane) -> None:
        values = control.state("an API key", permissions=["audiences:read"], status="revoked", accountGroupId=GROUP)

        caller = control.caller(values["apiKey"])

        assert caller is not None
        assert (caller.key.permissions, caller.key.revoked) == (frozenset({"audiences:read"}), True)
        assert values["accountGroupId"] == GROUP

    def test_the_teardown_of_the_last_key_removes_its_account_group(self, control: ControlPlane) -> None:
        before = control.snapshot()
        first = control.state("an API key")
        second = control.state("an API key", accountGroupId=first["accountGroupId"])
        control.state("an audience being populated", apiKey=first["apiKey"])

        control.state("an API key", "teardown", **first)
        left = control.vendor(second["apiKey"], first["accountGroupId"], prospecting.page, None, 5, None)
        control.state("an API key", "teardown", **second)
        control.state("an API key", "teardown", **second)

        assert len(left.items) == 1
        assert control.snapshot() == before

    def test_a_key_is_revoked_until_the_teardown(self, control: ControlPlane) -> None:
        values = control.state("an API key")
        called = (values["apiKey"], values["accountGroupId"], audiences.page, None, 5)

        control.state("the API key is revoked", apiKey=values["apiKey"])
        refused = control.vendor(*called)
        control.state("the API key is revoked", "teardown", apiKey=values["apiKey"])
        control.state("the API key is revoked", "teardown", apiKey=values["apiKey"])

        assert reason(refused) is Reason.INVALID_KEY
        assert reason(control.vendor(*called)) is None

    def test_an_audience_that_is_ready_can_be_read(self, control: ControlPlane) -> None:
        prepared = control.state("an audience that is ready", apiKey=KEY, prospects=4)
        default = control.state("an audience that is ready", apiKey=KEY)

        first, second = (
            control.vendor(KEY, GROUP, audiences.get, values["audienceId"]) for values in (prepared, default)
        )

        assert prepared["accountGroupId"] == GROUP
        assert (first.prospect_count, second.prospect_count) == (4, 3)

    @pytest.mark.parametrize("status", ["queued", "running", None])
    def test_an_audience_being_populated_stays_populated(self, control: ControlPlane, status: str | None) -> None:
        params = {} if status is None else {"jobStatus": status}
        values = control.state("an audience being populated", apiKey=KEY, **params)
        control.clock.instant += 10**12

        job = control.call("GET", f"{DEFAULT}/jobs/{values['jobId']}")

        assert job["status"] == status or (status is None and job["status"] in {"queued", "running"})
        assert reason(control.vendor(KEY, GROUP, audiences.delete, values["audienceId"])) is Reason.NOT_READY

    @pytest.mark.parametrize("state", ["an audience that is ready", "an audience being populated"])
    def test_the_teardown_of_an_audience_removes_it_and_may_be_repeated(
        self, control: ControlPlane, state: str
    ) -> None:
        values = control.state(state, apiKey=KEY)

        control.state(state, "teardown", apiKey=KEY, **values)
        control.state(state, "teardown", apiKey=KEY, **values)

        assert reason(control.vendor(KEY, GROUP, audiences.get, values["audienceId"])) is Reason.NOT_FOUND
        assert {job["status"] for job in control.call("GET", f"{DEFAULT}/jobs")["jobs"]} == {"running"} | (
            {"cancelled"} if "jobId" in values else set()
        )

    @pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
    def test_the_prospecting_has_ended_with_the_given_outcome(self, control: ControlPlane, outcome: str) -> None:
        values = control.state("an audience being populated", apiKey=KEY)

        control.state(ENDED, jobId=values["jobId"], outcome=outcome)
        control.state(ENDED, jobId=values["jobId"], outcome=outcome)
        control.state(ENDED, "teardown", jobId=values["jobId"], outcome=outcome)

        assert control.call("GET", f"{DEFAULT}/jobs/{values['jobId']}")["status"] == outcome
        assert reason(control.vendor(KEY, GROUP, audiences.delete, values["audienceId"])) is None

    def test_the_rate_limit_is_exhausted_until_the_teardown(self, control: ControlPlane) -> None:
        control.state("the rate limit is exhausted", apiKey=KEY)
        refused = control.vendor(KEY, GROUP, audiences.page, None, 5)
        control.state("the rate limit is exhausted", "teardown", apiKey=KEY)
        control.state("the rate limit is exhausted", "teardown", apiKey=KEY)

        assert reason(refused) is Reason.RATE_LIMITED
        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    @pytest.mark.parametrize("times", [1, 2])
    def test_the_server_fails_the_given_number_of_times(self, control: ControlPlane, times: int) -> None:
        params: dict[str, Any] = {} if times == 1 else {"times": times}
        control.state("the server fails internally", apiKey=KEY, **params)

        reasons = [reason(control.vendor(KEY, GROUP, audiences.delete, AUDIENCE)) for _ in range(times + 1)]

        assert reasons == [Reason.INTERNAL] * times + [None]

    def test_the_server_stops_failing_after_the_teardown(self, control: ControlPlane) -> None:
        control.state("the server fails internally", apiKey=KEY, times=9)
        control.state("the server fails internally", "teardown", apiKey=KEY, times=9)
        control.state("the server fails internally", "teardown", apiKey=KEY, times=9)

        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    def test_the_credits_are_exhausted_until_the_teardown(self, control: ControlPlane) -> None:
        request = job_request(control.state("a prospecting request", apiKey=KEY)["body"])
        before = control.snapshot()
        control.state("the credits are exhausted", apiKey=KEY)
        refused = control.vendor(KEY, GROUP, prospecting.start, request, None)
        control.state("the credits are exhausted", "teardown", apiKey=KEY)
        control.state("the credits are exhausted", "teardown", apiKey=KEY)

        assert reason(refused) is Reason.INSUFFICIENT_CREDITS
        assert control.snapshot() == before
        assert reason(control.vendor(KEY, GROUP, prospecting.start, request, None)) is None

    @pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
    def test_a_prospecting_request_is_accepted_by_the_vendor_api(self, control: ControlPlane, source: str) -> None:
        body = control.state("a prospecting request", apiKey=KEY, source=source)["body"]

        assert body["source"] == source
        assert reason(control.vendor(KEY, GROUP, prospecting.start, job_request(body), None)) is None
        assert control.state("a prospecting request", "teardown", apiKey=KEY, source=source) == {}

    @pytest.mark.parametrize("state", [name for name in STATES if name not in {"an API key", ENDED}])
    def test_no_state_is_set_up_for_an_unknown_key(self, control: ControlPlane, state: str) -> None:
        before = control.snapshot()

        body = {"state": state, "params": {"apiKey": "sk_test_unknown"}}

        assert "no such API key" in control.refused(400, "POST", "/_mock/provider-states", body)
        assert control.snapshot() == before

    @pytest.mark.parametrize("state", list(STATES))
    def test_every_state_can_be_torn_down_once_its_key_is_gone(self, control: ControlPlane, state: str) -> None:
        values = {"accountGroupId": GROUP, "audienceId": JOB, "jobId": GROUP, "outcome": "completed"}
        before = control.snapshot()

        assert control.state(state, "teardown", apiKey="sk_test_gone", **values) == {}
        assert control.snapshot() == before

    @pytest.mark.parametrize(
        ("state", "params"),
        [
            ("an API key", {"permissions": "all"}),
            ("an API key", {"permissions": ["audiences:own"]}),
            ("an API key", {"status": "tired"}),
            ("an API key", {"accountGroupId": JOB}),
            ("the API key is revoked", {}),
            ("the API key is revoked", {"apiKey": 7}),
            ("an audience that is ready", {"apiKey": KEY, "prospects": -1}),
            ("an audience that is ready", {"apiKey": KEY, "prospects": True}),
            ("an audience being populated", {"apiKey": KEY, "jobStatus": "completed"}),
            (ENDED, {"jobId": GROUP, "outcome": "completed"}),
            (ENDED, {"jobId": JOB}),
            (ENDED, {"outcome": "completed"}),
            (ENDED, {"jobId": [JOB], "outcome": ["completed"]}),
            ("the server fails internally", {"apiKey": KEY, "times": "often"}),
            ("a prospecting request", {"apiKey": KEY, "source": "hearsay"}),
        ],
    )
    def test_invalid_state_parameters_are_400_and_change_nothing(
        self, control: ControlPlane, state: str, params: Any
    ) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", "/_mock/provider-states", {"state": state, "params": params})
        assert control.snapshot() == before

    def test_an_audience_needs_a_key_with_an_account_group(self, control: ControlPlane) -> None:
        control.call("POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": "sk_test_nowhere"}]}})
        body = {"state": "an audience that is ready", "params": {"apiKey": "sk_test_nowhere"}}

        assert "no account group" in control.refused(400, "POST", "/_mock/provider-states", body)

    def test_an_unknown_or_impossible_state_is_501(self, control: ControlPlane) -> None:
        control.call("POST", f"{DEFAULT}/jobs/{JOB}/end", {"outcome": "failed"})
        impossible = {"state": ENDED, "params": {"jobId": JOB, "outcome": "completed"}}

        assert "a full moon" in control.refused(501, "POST", "/_mock/provider-states", {"state": "a full moon"})
        assert "failed already" in control.refused(501, "POST", "/_mock/provider-states", impossible)

    def test_a_state_is_set_up_in_the_sandbox_of_its_key_or_job_or_in_the_default_sandbox(
        self, control: ControlPlane
    ) -> None:
        sandbox = control.call("POST", "/_mock/sandboxes")
        key, path = sandbox["keys"][0]["key"], f"/_mock/sandboxes/{sandbox['id']}"

        populated = control.state("an audience being populated", apiKey=key)
        control.state(ENDED, jobId=populated["jobId"], outcome="completed")

        assert control.call("GET", f"{path}/jobs/{populated['jobId']}")["status"] == "completed"
        caller = control.caller(control.state("an API key")["apiKey"])
        assert caller is not None
        assert caller.sandbox.id == "default"

    def test_a_state_is_set_up_in_the_named_sandbox(self, control: ControlPlane) -> None:
        sandbox = control.call("POST", "/_mock/sandboxes")
        named = f"/_mock/provider-states?sandbox={sandbox['id']}"

        values = control.call("POST", named, {"state": "an API key"})

        caller = control.caller(values["apiKey"])
        assert caller is not None
        assert caller.sandbox.id == sandbox["id"]

    def test_a_key_of_another_sandbox_than_the_named_sandbox_is_400(self, control: ControlPlane) -> None:
        body = {"state": "the API key is revoked", "params": {"apiKey": KEY}}
        path = f"/_mock/provider-states?sandbox={control.call('POST', '/_mock/sandboxes')['id']}"
        before = control.snapshot()

        assert "a key of the sandbox default" in control.refused(400, "POST", path, body)
        assert control.refused(404, "POST", "/_mock/provider-states?sandbox=none", {"state": "an API key"})
        assert control.snapshot() == before
