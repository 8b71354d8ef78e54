"""The commands of a finding begin with the requests that had its provider states set up."""

import json
from typing import Any

import httpx

from conformance.origins import with_origins
from conformance.report.curl import curl
from conformance.report.redaction import redacted, redaction
from conformance.requirements import Level
from conformance.states import OverHttp
from conformance.verdicts import Decided, Exchange, Finding, Observed, Verdict
from tests.prepared import http

URL = "http://user:hunter2222@target/states"
GROUP = "http://t/v1/accounts/g1"
TOKEN = "a-token-for-the-states"


class Target:
    """Answers each setup with names of its own: key1, g1, a1 ...; a key for an account group stays in that."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if asked["action"] == "teardown" or asked["state"] == "the credits are exhausted":
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


def states() -> OverHttp:
    client = http(Target())
    client.headers["X-States"] = TOKEN
    return OverHttp(client, URL)


def exchange(number: int, method: str, path: str, *, key: str = "", body: object = None) -> Exchange:
    headers = (("authorization", f"Bearer {key}"),) if key else ()
    sent = None if body is None else json.dumps(body).encode()
    return Exchange(number, method, f"{GROUP}{path}", headers, sent, 200, None, (), b"{}", 1.0)


def traced(ways: OverHttp, *evidence: Exchange) -> tuple[Exchange, ...]:
    finding = Finding("AUD-GET-CURRENT", "this", "that", evidence)
    seen = with_origins({"AUD-GET-CURRENT": Observed(1, (finding,))}, evidence, ways.requests)
    return seen["AUD-GET-CURRENT"].findings[0].exchanges


def asked(exchanges: tuple[Exchange, ...]) -> list[str]:
    """What was asked of the states, and the numbers of the other exchanges."""
    return [json.loads(one.request_body or b"")["state"] if one.number == 0 else str(one.number) for one in exchanges]


def test_the_key_and_the_audience_are_made_first_in_their_order() -> None:
    ways = states()
    key = ways.setup("an API key")["apiKey"]
    ways.setup("an API key")
    ways.setup("an audience that is ready", apiKey=key)
    audience = ways.setup("an audience being populated", apiKey=key)["audienceId"]

    shown = traced(ways, exchange(7, "GET", f"/audiences/{audience}", key=key))

    assert asked(shown) == ["an API key", "an audience being populated", "7"]
    assert json.loads(shown[0].response_body or b"")["apiKey"] == key


def test_what_a_state_was_made_with_is_made_before_it() -> None:
    ways = states()
    first = ways.setup("an API key")
    audience = ways.setup("an audience that is ready", apiKey=first["apiKey"])["audienceId"]
    reader = ways.setup("an API key", permissions=["audiences:read"], accountGroupId=first["accountGroupId"])["apiKey"]

    shown = traced(ways, exchange(3, "GET", f"/audiences/{audience}", key=reader))

    assert asked(shown) == ["an API key", "an audience that is ready", "an API key", "3"]
    assert json.loads(shown[2].request_body or b"")["params"]["permissions"] == ["audiences:read"]


def test_a_job_is_made_with_its_audience() -> None:
    ways = states()
    key = ways.setup("an API key")["apiKey"]
    job = ways.setup("an audience being populated", apiKey=key)["jobId"]

    assert asked(traced(ways, exchange(1, "GET", f"/prospecting/{job}", key=key))) == [
        "an API key",
        "an audience being populated",
        "1",
    ]


def test_of_many_the_first_and_the_last_are_shown() -> None:
    ways = states()
    key = ways.setup("an API key")["apiKey"]
    made = [ways.setup("an audience that is ready", apiKey=key)["audienceId"] for _ in range(9)]
    evidence = [exchange(number, "GET", f"/audiences/{one}", key=key) for number, one in enumerate(made, 1)]

    shown = [one for one in traced(ways, *evidence) if one.number == 0]

    made_first = [json.loads(one.response_body or b"").get("audienceId") for one in shown]
    assert made_first == [None, "a2", "a3", "a8", "a9", "a10"]


def test_nothing_is_made_first_that_is_not_named_or_was_torn_down_or_made_nothing() -> None:
    ways = states()
    key = ways.setup("an API key")["apiKey"]
    ways.setup("the credits are exhausted", apiKey=key)
    ways.teardown_all()

    assert asked(traced(ways, exchange(1, "GET", "/audiences", key=key))) == ["an API key", "1"]
    assert asked(traced(ways, Exchange(1, "GET", "http://t/v1/accounts", (), None, 401, None, (), b"", 1.0))) == ["1"]


def test_the_command_shows_neither_a_key_nor_what_the_states_ask_for() -> None:
    ways = states()
    key = ways.setup("an API key")["apiKey"]
    audience = ways.setup("an audience that is ready", apiKey=key)["audienceId"]
    shown = traced(ways, exchange(1, "DELETE", f"/audiences/{audience}", key=key))
    finding = Finding("AUD-GET-CURRENT", "this", "that", shown)
    decided = Decided("AUD-GET-CURRENT", Level.MUST, "this", "a page", "full", Verdict.FAIL, "", (finding,))

    (clean,) = redacted(decided, redaction({key: "AUDIENCE_API_KEY_1"})).findings
    commands = [curl(one) for one in clean.exchanges]

    assert commands[1] == (
        "curl -s -i -X POST -H 'content-type: application/json' "
        '-H "x-states: $AUDIENCE_STATES_X_STATES" -H "authorization: $AUDIENCE_STATES_AUTHORIZATION" '
        '--data-raw \'{"state":"an audience that is ready","params":{"apiKey":"\'"$AUDIENCE_API_KEY_1"\'"},'
        '"action":"setup"}\' http://target/states'
    )
    assert json.loads(clean.exchanges[0].response_body or b"")["apiKey"] == "$AUDIENCE_API_KEY_1"
    for secret in (key, TOKEN, "hunter2222"):
        assert secret not in str(clean.exchanges)
