"""The steps to reproduce a violation begin with the requests that set its provider states up."""

import itertools
import json
from dataclasses import replace
from typing import Any

import httpx

from conformance.client.reproduction import with_reproduction_steps
from conformance.report.curl import curl
from conformance.report.redaction import Redactor
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation
from conformance.states import HttpStates
from tests.harness.fake_target import http
from tests.harness.sample_report import failure

URL = "http://user:hunter2222@target/states"
GROUP = "http://t/v1/accounts/g1"
TOKEN = "a-token-for-the-states"
CREATING_STATES = {"an API key", "an audience that is ready", "an audience being populated"}


class Target:
    """A target whose setups return new names: key-number-1, g1, a1 ...; a key keeps a given account group."""

    def __init__(self) -> None:
        self.setups = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        action = json.loads(request.content)
        if action["action"] == "teardown" or action["state"] not in CREATING_STATES:
            return httpx.Response(200, json={})
        self.setups += 1
        group = action["params"].get("accountGroupId", f"g{self.setups}")
        key, audience, job = (f"{letter}{self.setups}" for letter in ("key-number-", "a", "j"))
        values: dict[str, dict[str, Any]] = {
            "an API key": {"apiKey": key, "accountGroupId": group},
            "an audience that is ready": {"accountGroupId": "g1", "audienceId": audience},
            "an audience being populated": {"accountGroupId": "g1", "audienceId": audience, "jobId": job},
        }
        return httpx.Response(200, json=values[action["state"]])


class Run:
    """A sequence of requests to the states URL and to the target."""

    def __init__(self) -> None:
        client = http(Target())
        client.headers["X-States"] = TOKEN
        self._numbers = itertools.count(1)
        self.states = HttpStates(client, URL, self._numbers)

    def send(self, method: str, path: str, *, key: str = "", body: object = None) -> Exchange:
        headers = (("authorization", f"Bearer {key}"),) if key else ()
        content = None if body is None else json.dumps(body).encode()
        return Exchange(next(self._numbers), method, f"{GROUP}{path}", headers, content, 200, None, (), b"{}", 1.0)

    def traced(self, *evidence: Exchange) -> tuple[Exchange, ...]:
        observed = {"AUD-GET-CURRENT": Observations(1, (Violation("AUD-GET-CURRENT", "this", "that", evidence),))}
        traced = with_reproduction_steps(observed, evidence, self.states.requests)
        return traced["AUD-GET-CURRENT"].violations[0].exchanges


def summary(exchanges: tuple[Exchange, ...]) -> list[str]:
    """The provider states that were set up, and the methods of the other exchanges."""
    return [
        json.loads(exchange.request_body or b"")["state"] if is_of_states(exchange) else exchange.method
        for exchange in exchanges
    ]


def is_of_states(exchange: Exchange) -> bool:
    return exchange.url.endswith("/states")


def test_the_key_and_the_audience_are_created_first_in_their_order() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    run.states.setup("an API key")
    run.states.setup("an audience that is ready", apiKey=key)
    audience = run.states.setup("an audience being populated", apiKey=key)["audienceId"]

    shown = run.traced(run.send("GET", f"/audiences/{audience}", key=key))

    assert summary(shown) == ["an API key", "an audience being populated", "GET"]
    assert json.loads(shown[0].response_body or b"")["apiKey"] == key


def test_the_parameters_of_a_state_are_created_before_it() -> None:
    run = Run()
    first = run.states.setup("an API key")
    audience = run.states.setup("an audience that is ready", apiKey=first["apiKey"])["audienceId"]
    group = first["accountGroupId"]
    reader = run.states.setup("an API key", permissions=["audiences:read"], accountGroupId=group)["apiKey"]

    shown = run.traced(run.send("GET", f"/audiences/{audience}", key=reader))

    assert summary(shown) == ["an API key", "an audience that is ready", "an API key", "GET"]
    assert json.loads(shown[2].request_body or b"")["params"]["permissions"] == ["audiences:read"]


def test_a_job_is_created_with_its_audience() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    job = run.states.setup("an audience being populated", apiKey=key)["jobId"]

    shown = run.traced(run.send("GET", f"/prospecting/{job}", key=key))

    assert summary(shown) == ["an API key", "an audience being populated", "GET"]


def test_the_first_and_the_last_of_many_are_shown() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    audiences = [run.states.setup("an audience that is ready", apiKey=key)["audienceId"] for _ in range(9)]
    evidence = [run.send("GET", f"/audiences/{audience}", key=key) for audience in audiences]

    setups = [exchange for exchange in run.traced(*evidence) if is_of_states(exchange)]

    assert [json.loads(setup.response_body or b"").get("audienceId") for setup in setups] == [
        None,
        "a2",
        "a3",
        "a8",
        "a9",
        "a10",
    ]


def test_a_change_of_a_job_or_a_key_stands_in_its_place() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    populated = run.states.setup("an audience being populated", apiKey=key)
    guarded = run.send("DELETE", f"/audiences/{populated['audienceId']}", key=key)
    run.states.setup("the prospecting has ended", jobId=populated["jobId"], outcome="failed")
    run.states.setup("the prospecting has ended", jobId="of something else")
    deleted = run.send("DELETE", f"/audiences/{populated['audienceId']}", key=key)
    run.states.setup("the API key is revoked", apiKey=key)

    shown = run.traced(guarded, deleted)
    later = run.traced(run.send("GET", "/audiences", key=key))

    setups = ["an API key", "an audience being populated"]
    assert summary(shown) == [*setups, "DELETE", "the prospecting has ended", "DELETE"]
    assert summary(later) == ["an API key", "the API key is revoked", "GET"]


def test_a_job_that_the_violation_started_counts_as_named() -> None:
    run = Run()
    started = replace(run.send("POST", "/prospecting"), response_body=b'{"data": {"jobId": "j77"}}')
    run.states.setup("the prospecting has ended", jobId="j77")

    shown = run.traced(started, run.send("GET", "/audiences"))

    assert summary(shown) == ["POST", "the prospecting has ended", "GET"]


def test_a_lasting_state_is_shown_with_its_teardown() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    run.states.setup("the credits are exhausted", apiKey=key)
    run.states.teardown("the credits are exhausted", apiKey=key)
    later = run.send("GET", "/audiences", key=key)
    run.states.teardown_all()

    shown = run.traced(later)

    assert summary(shown) == ["an API key", "the credits are exhausted", "the credits are exhausted", "GET"]
    assert [json.loads(exchange.request_body or b"")["action"] for exchange in shown[1:3]] == ["setup", "teardown"]


def test_unnamed_resources_are_not_created_first() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    run.states.setup("the credits are exhausted", apiKey=key)

    nobody = replace(run.send("GET", ""), url="http://t/v1/accounts")

    assert summary(run.traced(nobody)) == ["GET"]


def test_the_command_shows_neither_a_key_nor_the_credentials_of_the_states() -> None:
    run = Run()
    key = run.states.setup("an API key")["apiKey"]
    audience = run.states.setup("an audience that is ready", apiKey=key)["audienceId"]
    shown = run.traced(run.send("DELETE", f"/audiences/{audience}", key=key))
    failed = failure(Violation("AUD-GET-CURRENT", "this", "that", shown))

    (clean,) = Redactor({key: "AUDIENCE_API_KEY_1"}).result(failed).observations.violations
    commands = [curl(exchange) for exchange in clean.exchanges]

    assert commands[1] == (
        "curl -s -i -X POST -H 'content-type: application/json' "
        '-H "x-states: $AUDIENCE_STATES_X_STATES" -H "authorization: $AUDIENCE_STATES_AUTHORIZATION" '
        '--data-raw \'{"state":"an audience that is ready","params":{"apiKey":"\'"$AUDIENCE_API_KEY_1"\'"},'
        '"action":"setup"}\' http://target/states'
    )
    assert json.loads(clean.exchanges[0].response_body or b"")["apiKey"] == "$AUDIENCE_API_KEY_1"
    for secret in (key, TOKEN, "hunter2222"):
        assert secret not in str(clean.exchanges)
