"""The commands of a finding begin with the requests that had its provider states set up."""

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
MAKING = {"an API key", "an audience that is ready", "an audience being populated"}


class Target:
    """Answers each setup with names of its own: key1, g1, a1 ...; a key for an account group stays in that."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if asked["action"] == "teardown" or asked["state"] not in MAKING:
            return httpx.Response(200, json={})
        self.made += 1
        group = asked["params"].get("accountGroupId", f"g{self.made}")
        key, audience, job = (f"{letter}{self.made}" for letter in ("key-number-", "a", "j"))
        values: dict[str, dict[str, Any]] = {
            "an API key": {"apiKey": key, "accountGroupId": group},
            "an audience that is ready": {"accountGroupId": "g1", "audienceId": audience},
            "an audience being populated": {"accountGroupId": "g1", "audienceId": audience, "jobId": job},
        }
        return httpx.Response(200, json=values[asked["state"]])


class Course:
    """Requests for states and to the target, one after the other."""

    def __init__(self) -> None:
        client = http(Target())
        client.headers["X-States"] = TOKEN
        self._numbers = itertools.count(1)
        self.states = HttpStates(client, URL, self._numbers)

    def send(self, method: str, path: str, *, key: str = "", body: object = None) -> Exchange:
        headers = (("authorization", f"Bearer {key}"),) if key else ()
        sent = None if body is None else json.dumps(body).encode()
        return Exchange(next(self._numbers), method, f"{GROUP}{path}", headers, sent, 200, None, (), b"{}", 1.0)

    def traced(self, *evidence: Exchange) -> tuple[Exchange, ...]:
        finding = Violation("AUD-GET-CURRENT", "this", "that", evidence)
        seen = with_reproduction_steps({"AUD-GET-CURRENT": Observations(1, (finding,))}, evidence, self.states.requests)
        return seen["AUD-GET-CURRENT"].violations[0].exchanges


def asked(exchanges: tuple[Exchange, ...]) -> list[str]:
    """What was asked of the states, and the methods of the other exchanges."""
    return [json.loads(one.request_body or b"")["state"] if is_of_states(one) else one.method for one in exchanges]


def is_of_states(one: Exchange) -> bool:
    return one.url.endswith("/states")


def test_the_key_and_the_audience_are_created_first_in_their_order() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    course.states.setup("an API key")
    course.states.setup("an audience that is ready", apiKey=key)
    audience = course.states.setup("an audience being populated", apiKey=key)["audienceId"]

    shown = course.traced(course.send("GET", f"/audiences/{audience}", key=key))

    assert asked(shown) == ["an API key", "an audience being populated", "GET"]
    assert json.loads(shown[0].response_body or b"")["apiKey"] == key


def test_the_parameters_of_a_state_are_created_before_it() -> None:
    course = Course()
    first = course.states.setup("an API key")
    audience = course.states.setup("an audience that is ready", apiKey=first["apiKey"])["audienceId"]
    group = first["accountGroupId"]
    reader = course.states.setup("an API key", permissions=["audiences:read"], accountGroupId=group)["apiKey"]

    shown = course.traced(course.send("GET", f"/audiences/{audience}", key=reader))

    assert asked(shown) == ["an API key", "an audience that is ready", "an API key", "GET"]
    assert json.loads(shown[2].request_body or b"")["params"]["permissions"] == ["audiences:read"]


def test_a_job_is_created_with_its_audience() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    job = course.states.setup("an audience being populated", apiKey=key)["jobId"]

    shown = course.traced(course.send("GET", f"/prospecting/{job}", key=key))

    assert asked(shown) == ["an API key", "an audience being populated", "GET"]


def test_the_first_and_the_last_of_many_are_shown() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    made = [course.states.setup("an audience that is ready", apiKey=key)["audienceId"] for _ in range(9)]
    evidence = [course.send("GET", f"/audiences/{one}", key=key) for one in made]

    shown = [one for one in course.traced(*evidence) if is_of_states(one)]

    made_first = [json.loads(one.response_body or b"").get("audienceId") for one in shown]
    assert made_first == [None, "a2", "a3", "a8", "a9", "a10"]


def test_a_change_of_a_job_or_a_key_stands_in_its_place() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    populated = course.states.setup("an audience being populated", apiKey=key)
    guarded = course.send("DELETE", f"/audiences/{populated['audienceId']}", key=key)
    course.states.setup("the prospecting has ended", jobId=populated["jobId"], outcome="failed")
    course.states.setup("the prospecting has ended", jobId="of something else")
    deleted = course.send("DELETE", f"/audiences/{populated['audienceId']}", key=key)
    course.states.setup("the API key is revoked", apiKey=key)

    shown = course.traced(guarded, deleted)
    later = course.traced(course.send("GET", "/audiences", key=key))

    made = ["an API key", "an audience being populated"]
    assert asked(shown) == [*made, "DELETE", "the prospecting has ended", "DELETE"]
    assert asked(later) == ["an API key", "the API key is revoked", "GET"]


def test_a_job_that_the_violation_started_counts_as_named() -> None:
    course = Course()
    started = replace(course.send("POST", "/prospecting"), response_body=b'{"data": {"jobId": "j77"}}')
    course.states.setup("the prospecting has ended", jobId="j77")

    shown = course.traced(started, course.send("GET", "/audiences"))

    assert asked(shown) == ["POST", "the prospecting has ended", "GET"]


def test_a_lasting_state_is_shown_with_its_teardown() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    course.states.setup("the credits are exhausted", apiKey=key)
    course.states.teardown("the credits are exhausted", apiKey=key)
    later = course.send("GET", "/audiences", key=key)
    course.states.teardown_all()

    shown = course.traced(later)

    assert asked(shown) == ["an API key", "the credits are exhausted", "the credits are exhausted", "GET"]
    assert [json.loads(one.request_body or b"")["action"] for one in shown[1:3]] == ["setup", "teardown"]


def test_unnamed_resources_are_not_created_first() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    course.states.setup("the credits are exhausted", apiKey=key)

    nobody = replace(course.send("GET", ""), url="http://t/v1/accounts")

    assert asked(course.traced(nobody)) == ["GET"]


def test_the_command_shows_neither_a_key_nor_the_credentials_of_the_states() -> None:
    course = Course()
    key = course.states.setup("an API key")["apiKey"]
    audience = course.states.setup("an audience that is ready", apiKey=key)["audienceId"]
    shown = course.traced(course.send("DELETE", f"/audiences/{audience}", key=key))
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
