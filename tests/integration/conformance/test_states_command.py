"""The command `states`: its table, and the check of a states URL, on a real socket."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conformance.client.transport import BoundedClient, TransportSettings
from conformance.states import ProviderState
from conformance.states_check.check import check_states
from conformance.states_check.hook import Hook
from conformance.states_check.target import Target
from conformance.states_check.trial import Result
from conformance.states_check.trials import Trials
from tests.harness.hostile_modes import TOO_MUCH
from tests.harness.hostile_target import hostile
from tests.harness.subprocess_server import served as our_server
from tests.harness.suite_command import Finished, command, states
from tests.mutants.single.endpoint import Key, Single
from tests.mutants.single.serving import served, served_application

WIDTH = 100


def check(target: Single, *options: str) -> Finished:
    with served(target) as url:
        return command("states", "--check", f"{url}/states", "--base-url", url, *options)


def rows(target: Single) -> dict[tuple[str, str], tuple[Result, str]]:
    """Return the result and the remark of each row, without a process of their own."""
    with served(target) as url, BoundedClient(url, {}, TransportSettings(timeout=10, max_body=1 << 20)) as http:
        trials = check_states(Trials(Hook(http, f"{url}/states"), Target(http, lambda _: None), "k"))
    return {(trial.state, trial.shown): (trial.result, trial.text) for trial in trials}


def wrong(target: Single) -> dict[tuple[str, str], str]:
    """Return the remarks of the rows that are wrong."""
    return {place: remark for place, (result, remark) in rows(target).items() if result is Result.WRONG}


def nothing_is_left(target: Single) -> bool:
    return not target.keys and not target.audiences


def test_the_table_has_every_state_and_fits() -> None:
    done = command("states")

    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"\n{state} " in done.stdout for state in ProviderState)
    assert max(map(len, done.stdout.splitlines())) <= WIDTH


def test_the_table_can_be_had_as_json() -> None:
    found = {row["state"]: row for row in json.loads(command("states", "--json").stdout)}

    (outcome,) = [row for row in found[ProviderState.PROSPECTING_ENDED]["parameters"] if row["name"] == "outcome"]
    assert (outcome["choices"], outcome["required"]) == (["completed", "failed", "cancelled"], True)
    assert found[ProviderState.POPULATED_AUDIENCE]["values"].keys() == {"accountGroupId", "audienceId", "jobId"}


def test_our_server_establishes_every_state() -> None:
    with our_server(subprocess.DEVNULL) as url:
        done = command("states", "--check", f"{url}/_mock/provider-states", "--base-url", url)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1] == "30 ok"
    assert max(map(len, done.stdout.splitlines())) <= WIDTH


def test_a_501_is_listed_with_its_reason_and_is_not_wrong() -> None:
    target = Single()

    done = check(target, "--json")

    found = {(row["state"], row["parameter"]): (row["result"], row["remark"]) for row in json.loads(done.stdout)}
    assert (done.returncode, done.stderr) == (0, "")
    assert found[ProviderState.CREDITS_EXHAUSTED, ""] == ("501", "not here")
    assert {result for result, _ in found.values()} == {"ok", "501"}
    assert nothing_is_left(target)


class IgnoresStatus(Single):
    def new_key(self, params: dict[str, Any]) -> dict[str, Any]:
        return super().new_key({name: value for name, value in params.items() if name != "status"})


class IgnoresPermissions(Single):
    def new_key(self, params: dict[str, Any]) -> dict[str, Any]:
        return super().new_key({name: value for name, value in params.items() if name != "permissions"})


class IgnoresTheGroup(Single):
    def new_key(self, params: dict[str, Any]) -> dict[str, Any]:
        return super().new_key({name: value for name, value in params.items() if name != "accountGroupId"})


class OneGroupForAll(Single):
    def new_key(self, params: dict[str, Any]) -> dict[str, Any]:
        return super().new_key({"accountGroupId": "g", **params})


class ForgetsQueued(Single):
    def populating(self, audience: str) -> str | None:
        return next((job for job, (on, status) in self.jobs.items() if on == audience and status == "running"), None)


class NeverEnds(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return {} if state == ProviderState.PROSPECTING_ENDED else super().change(state, params, setup=setup)


class NeverRevokes(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return {} if state == ProviderState.KEY_REVOKED else super().change(state, params, setup=setup)


class NeverLimits(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return {} if state == ProviderState.RATE_LIMIT_EXHAUSTED else super().change(state, params, setup=setup)


class LimitsForEver(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        is_end = state == ProviderState.RATE_LIMIT_EXHAUSTED and not setup
        return {} if is_end else super().change(state, params, setup=setup)


class FailsOnce(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return super().change(state, {**params, "times": 1}, setup=setup)


class SaysYesToAll(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        values = super().change(state, params, setup=setup)
        return {} if values is None else values


class ForgetsTheJob(Single):
    def new_audience(self, key: Key | None, populated: dict[str, Any] | None) -> dict[str, Any]:
        return {name: value for name, value in super().new_audience(key, populated).items() if name != "jobId"}


class TearsDownOnce(Single):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        is_gone = state == ProviderState.API_KEY and not setup and params["apiKey"] not in self.keys
        return None if is_gone else super().change(state, params, setup=setup)


@pytest.mark.parametrize(
    ("target", "place", "said"),
    [
        (IgnoresStatus(), (ProviderState.API_KEY, "status revoked"), "400|404, expected 401"),
        (IgnoresPermissions(), (ProviderState.API_KEY, "permissions [audiences:read]"), "200, expected 403"),
        (IgnoresTheGroup(), (ProviderState.API_KEY, "accountGroupId"), "another 'accountGroupId'"),
        (OneGroupForAll(), (ProviderState.API_KEY, "(a second one)"), "the same 'accountGroupId'"),
        (ForgetsQueued(), (ProviderState.POPULATED_AUDIENCE, "jobStatus queued"), "200, expected 409"),
        (NeverEnds(), (ProviderState.PROSPECTING_ENDED, "outcome failed"), "409, expected 200"),
        (NeverRevokes(), (ProviderState.KEY_REVOKED, ""), "404, expected 401"),
        (NeverLimits(), (ProviderState.RATE_LIMIT_EXHAUSTED, ""), "404, expected 429"),
        (LimitsForEver(), (ProviderState.RATE_LIMIT_EXHAUSTED, ""), "after the teardown: 429"),
        (FailsOnce(), (ProviderState.SERVER_FAILING, "times 2"), "200, expected 500"),
        (SaysYesToAll(), ("a state that nobody knows", ""), "has to be 501"),
        (SaysYesToAll(), (ProviderState.PROSPECTING_REQUEST, ""), "without 'body', which has to be an object"),
        (ForgetsTheJob(), (ProviderState.POPULATED_AUDIENCE, ""), "without 'jobId', which has to be a text"),
        (TearsDownOnce(), (ProviderState.API_KEY, ""), "the second teardown, which has to be harmless: 501"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Single) else None,
)
def test_a_misread_state_is_wrong(target: Single, place: tuple[str, str], said: str) -> None:
    assert any(part in wrong(target)[place] for part in said.split("|"))
    assert not target.audiences


def test_a_misread_state_is_not_seen_without_a_target() -> None:
    with served(NeverRevokes()) as url:
        done = command("states", "--check", f"{url}/states")

    assert done.returncode == 0
    assert "--base-url" in done.stdout.splitlines()[-1]


async def telling_secrets(request: Request) -> Response:
    document = await request.json()
    if document["state"] == ProviderState.API_KEY:
        return JSONResponse({"apiKey": "ak_of_a_test", "accountGroupId": "g"})
    return JSONResponse({"reason": f"{document['params']} {request.headers['authorization']}"}, 500)


def test_no_key_and_no_header_is_shown() -> None:
    with served_application(Starlette(routes=[Route("/states", telling_secrets, methods=["POST"])])) as url:
        done = command("states", "--check", f"{url}/states", "--states-header", "Authorization: Bearer hunter2222")

    assert (done.returncode, done.stderr) == (1, "")
    assert "$AUDIENCE_API_KEY" in done.stdout
    assert "ak_of_a_test" not in done.stdout
    assert "hunter2222" not in done.stdout


def test_a_table_with_mistakes_says_what_to_do() -> None:
    done = check(IgnoresStatus())

    assert done.returncode == 1
    assert "a state that is not implemented has to be 501" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= WIDTH


class SendsMuch(Single):
    async def respond(self, *_: object) -> Response:
        return Response("<html>" * 500_000, media_type="text/html")


def test_a_target_that_sends_much_is_wrong_and_no_error() -> None:
    assert "expected 401" in wrong(SendsMuch())[ProviderState.API_KEY, "status revoked"]


def test_a_states_url_whose_responses_have_no_end_is_wrong() -> None:
    with hostile(TOO_MUCH["an endless body"]) as target:
        done = command("states", "--check", f"{target.url}/states", "--timeout", "1")

    assert (done.returncode, done.stderr) == (1, "")
    assert "a body of more than 1 MiB" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--check", "http://127.0.0.1:9/states"), "the states URL cannot be used"),
        (("--check", "127.0.0.1:9"), "--check '127.0.0.1:9' is no http or https address"),
        (("--check", "http://x/s", "--base-url", "http://127.0.0.1:9"), "is it running, and --base-url right?"),
        (("--check", "http://x/s", "--base-url", "https://api.sonarly.io"), "--allow-production"),
        (("--base-url", "http://127.0.0.1:9"), "need --check URL"),
        (("--check", "http://x/s", "--states-header", "no colon"), "must look like 'Name: value'"),
        (("--check", "http://x/s", "--timeout", "0"), "--timeout must be more than 0"),
        (("--check", "http://x/s", "--ca-bundle", "/none"), "--ca-bundle /none"),
    ],
)
def test_wrong_usage_is_one_line(options: tuple[str, ...], said: str) -> None:
    done = command("states", *options)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    assert said in done.stderr


def test_a_run_says_that_the_states_url_may_be_wrong(tmp_path: Path) -> None:
    reports = tmp_path / "report.json", tmp_path / "report.md"
    options = (
        "-k",
        "check_a_revoked_key_deletes_nothing",
        "--seed",
        "1",
        "--report-json",
        str(reports[0]),
        "--report-markdown",
        str(reports[1]),
    )
    with served(IgnoresStatus()) as url:
        done = command("run", *states(url), *options)

    found = json.loads(reports[0].read_text())
    (row,) = [row for row in found["requirements"] if row["verdict"] == "fail"]
    assert (done.returncode, row["id"]) == (1, "AUD-DELETE-KEY")
    assert "'an API key, revoked'; if the state is not implemented, respond with 501" in row["reason"]
    assert "audience-conformance states --check" in found["target"]["notes"][0]
    for text in (done.stdout, reports[1].read_text()):
        assert text.count("an API key, revoked") == 1
        assert text.count("audience-conformance states") == 1


def test_a_run_without_such_a_violation_says_nothing_of_it(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with served(Single()) as url:
        command("run", *states(url), "-k", "check_a_revoked_key_deletes_nothing", "--report-json", str(report))

    assert not any("states" in note for note in json.loads(report.read_text())["target"]["notes"])
