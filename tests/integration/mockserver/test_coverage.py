"""The coverage of two clients, of which the first meets everything: exact tables, wherever it is counted."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from mockserver.recording.coverage.situations import SITUATIONS
from tests.harness.in_thread import served
from tests.harness.operation_requests import OPERATIONS
from tests.harness.replicas import serving
from tests.harness.sandbox_client import BODY, World

Coverage = dict[str, Any]
Table = tuple[dict[str, dict[int, int]], dict[str, tuple[int, int, int]]]
RUN = "a run"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with server() as made:
        yield made


@contextmanager
def server(**settings: Any) -> Iterator[httpx.Client]:
    with served(Settings(**settings)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def make(client: httpx.Client, **body: Any) -> World:
    made = client.post("/_mock/sandboxes", json=body).raise_for_status().json()
    return World(client, made["id"], made["keys"][0]["key"], made["accountGroups"][0]["id"])


def of_sandbox(world: World) -> Coverage:
    return dict(world.control("GET", "/coverage"))


def of_run(client: httpx.Client, run: str | None = None) -> Coverage:
    query = {} if run is None else {"run": run}
    return dict(client.get("/_mock/coverage", params=query).raise_for_status().json())


def table(coverage: Coverage) -> Table:
    """Return the responses and situations that were met, each with its counts."""
    responses = {
        item["operation"]: met
        for item in coverage["operations"]
        if (met := {row["status"]: row["met"] for row in item["responses"] if row["met"]})
    }
    situations = {
        item["id"]: (item["met"], item["well"], item["findings"]) for item in coverage["situations"] if item["met"]
    }
    return responses, situations


def times(count: int, once: Table) -> Table:
    responses, situations = once
    return (
        {name: {status: met * count for status, met in rows.items()} for name, rows in responses.items()},
        {name: (met * count, well * count, found * count) for name, (met, well, found) in situations.items()},
    )


def every_response(world: World) -> None:
    """Meet every documented response of every operation, as an example of the contract."""
    for method, template, operation in OPERATIONS.values():
        path = template.removeprefix("/v1/accounts/{accountGroupId}").removeprefix("/v1/accounts")
        for name in ("audienceId", "folderId", "jobId"):
            path = path.replace(f"{{{name}}}", "b" * 24)
        for status in operation["responses"]:
            url = f"/v1/accounts/{world.group}{path}" if template != "/v1/accounts" else template
            headers = {"Authorization": f"Bearer {world.key}", "Prefer": f"code={status}"}
            assert world.client.request(method, url, headers=headers).status_code == int(status)


def every_situation(world: World) -> None:
    """Meet every situation, and react as advised."""
    world.control("PUT", "/clock", {"mode": "manual"})
    audience, job = world.populated()
    assert world.call("DELETE", f"/audiences/{audience}").status_code == 409
    world.control("POST", f"/jobs/{job}/end", {"outcome": "failed"})
    assert world.call("GET", f"/prospecting/{job}").json()["data"]["status"] == "failed"
    assert world.call("DELETE", f"/audiences/{audience}").status_code == 200

    audience = world.ready()
    lose_reply(world)
    with pytest.raises(httpx.TransportError):
        world.call("DELETE", f"/audiences/{audience}")
    assert world.call("GET", f"/audiences/{audience}").status_code == 404

    key = {"Idempotency-Key": "one"}
    started = [world.call("POST", "/prospecting", BODY, headers=key).json()["data"]["jobId"] for _ in range(2)]
    assert started[0] == started[1]
    end_as(world, "completed", started[0])
    end_as(world, "cancelled", world.started())

    path, pages = "/prospecting?limit=1", 0
    while path:
        page = world.call("GET", path).json()["data"]
        path, pages = page["nextCursor"] and f"/prospecting?limit=1&cursor={page['nextCursor']}", pages + 1
    assert pages > 2

    world.control("POST", "/faults", {"kind": "response", "status": 502, "operation": "listAudiences", "times": 1})
    assert [world.call("GET", "/audiences").status_code for _ in range(2)] == [502, 200]
    world.control("PUT", "/limits", {"rate": "1/m"})
    assert [world.call("GET", "/audiences/navigation").status_code for _ in range(2)] == [200, 429]
    world.control("POST", "/clock/advance", {"seconds": 60})
    assert world.call("GET", "/audiences/navigation").status_code == 200
    world.control("DELETE", "/limits")

    assert world.call("GET", "/audiences", key=world.another_key("prospects:read")).status_code == 403
    assert world.call("GET", "/audiences", key=world.another_key(status="revoked")).status_code == 401


def lose_reply(world: World) -> None:
    world.control("POST", "/faults", {"preset": "lost-reply", "operation": "deleteAudience"})


def end_as(world: World, outcome: str, job: str) -> None:
    world.control("POST", f"/jobs/{job}/end", {"outcome": outcome})
    assert world.call("GET", f"/prospecting/{job}").json()["data"]["status"] == outcome


def carelessly(world: World) -> None:
    """Meet the guard and a lost reply, and react to both as the documentation warns against."""
    guarded, _ = world.populated()
    for _ in range(3):
        world.call("GET", f"/audiences/{guarded}")
    audience = world.ready()
    lose_reply(world)
    for _ in range(2):
        try:
            world.call("DELETE", f"/audiences/{audience}")
        except httpx.TransportError:
            continue


CARELESS: Table = ({"getAudience": {409: 3}, "deleteAudience": {404: 1}}, {"guard": (1, 0, 1), "lost-reply": (1, 0, 1)})
SITUATIONS_ONCE = dict.fromkeys(SITUATIONS, (1, 1, 0))
RESPONSES_OF_SITUATIONS = {
    "deleteAudience": {409: 1, 200: 1},
    "getProspectingJob": {200: 3},
    "getAudience": {404: 1},
    "startProspectingJob": {202: 3},
    "listProspectingJobs": {200: 3},
    "listAudiences": {502: 1, 200: 1, 403: 1, 401: 1},
    "getAudienceNavigation": {200: 2, 429: 1},
}


def test_a_client_that_meets_every_response_has_covered_them_all(client: httpx.Client) -> None:
    world = make(client)
    every_response(world)

    coverage = of_sandbox(world)

    assert table(coverage)[0] == {
        name: dict.fromkeys(map(int, op["responses"]), 1) for name, (*_, op) in OPERATIONS.items()
    }
    assert all(item["requests"] == len(item["responses"]) for item in coverage["operations"])


def test_a_client_that_handles_every_situation_well_has_covered_them_all(client: httpx.Client) -> None:
    world = make(client)
    every_situation(world)

    coverage = of_sandbox(world)

    assert table(coverage) == (RESPONSES_OF_SITUATIONS, SITUATIONS_ONCE)
    assert [item["lost"] for item in coverage["operations"] if item["operation"] == "deleteAudience"] == [1]
    assert (coverage["unexamined"], coverage["withoutOperation"]) == (0, 0)


def test_a_careless_client_has_covered_what_it_met_and_handled_nothing_well(client: httpx.Client) -> None:
    world = make(client)
    carelessly(world)

    coverage = of_sandbox(world)

    assert table(coverage) == CARELESS
    rows = sum(len(OPERATIONS[name][2]["responses"]) for name in CARELESS[0])
    situations = sum(not set(CARELESS[0]).isdisjoint(one.operations) for one in SITUATIONS.values())
    assert coverage["share"] == {"covered": 2, "of": rows + situations, "percent": round(200 / (rows + situations), 1)}


@pytest.mark.parametrize(
    "forgetting",
    [
        lambda world: world.control("POST", "/reset"),
        lambda world: world.control("DELETE", "/journal"),
        lambda world: world.control("PUT", "/seed", {"accountGroups": [{"name": "Another"}]}),
    ],
    ids=["reset", "cleared journal", "imported seed"],
)
def test_the_coverage_of_a_sandbox_outlives_its_journal(
    client: httpx.Client, forgetting: Callable[[World], object]
) -> None:
    world = make(client)
    carelessly(world)
    forgetting(world)

    assert table(of_sandbox(world)) == CARELESS


def test_the_coverage_is_read_as_often_as_anybody_likes(client: httpx.Client) -> None:
    world = make(client)
    carelessly(world)

    assert [table(of_sandbox(world)) for _ in range(2)] == [CARELESS, CARELESS]
    assert table(of_run(client)) == CARELESS


def test_a_hundred_sandboxes_of_a_run_are_merged_after_their_end(client: httpx.Client) -> None:
    stranger = make(client)
    stranger.call("GET", "/audiences")

    def run_a_test(_number: int) -> None:
        with httpx.Client(base_url=client.base_url, timeout=20) as own:  # a connection shows the order of requests
            world = make(own, run=RUN)
            carelessly(world)
            world.control("DELETE", "")

    with ThreadPoolExecutor(8) as tests:
        list(tests.map(run_a_test, range(100)))

    assert table(of_run(client, RUN)) == times(100, CARELESS)
    assert table(of_run(client))[0] == {**times(100, CARELESS)[0], "listAudiences": {200: 1}}
    assert of_run(client, RUN)["unexamined"] == 0


def test_a_run_that_nobody_has_named_has_met_nothing(client: httpx.Client) -> None:
    coverage = of_run(client, "another")

    assert table(coverage) == ({}, {})
    assert coverage["share"] == {"covered": 0, "of": 0, "percent": None}


def test_requests_without_a_known_key_are_in_the_coverage_of_all(client: httpx.Client) -> None:
    client.get("/v1/accounts", headers={"Authorization": "Bearer sk_test_of_nobody"})
    client.get("/v1/nothing")

    coverage = of_run(client)

    assert table(coverage) == ({"listAccounts": {401: 1}}, {})
    assert coverage["withoutOperation"] == 1


def test_a_forgotten_run_begins_anew(client: httpx.Client) -> None:
    kept, forgotten = make(client, run="kept"), make(client, run=RUN)
    for world in (kept, forgotten):
        carelessly(world)

    assert client.delete("/_mock/coverage", params={"run": RUN}).status_code == 204
    assert (table(of_run(client, RUN)), table(of_run(client, "kept"))) == (({}, {}), CARELESS)
    carelessly(forgotten)
    assert table(of_run(client, RUN))[0] == CARELESS[0]
    assert client.delete("/_mock/coverage").status_code == 204
    assert table(of_run(client)) == ({}, {})


def test_a_status_that_is_not_documented_is_told_apart(client: httpx.Client) -> None:
    world = make(client)
    world.call("POST", "/audiences", headers={"Content-Type": "text/plain"})

    created = next(item for item in of_sandbox(world)["operations"] if item["operation"] == "createAudience")

    assert (created["undocumented"], created["requests"]) == ([{"status": 415, "met": 1}], 1)


def test_a_server_without_a_journal_says_that_it_has_no_coverage() -> None:
    with server(journal_limit=0) as client:
        world = make(client)
        world.call("GET", "/audiences")

        answers = [
            client.get(path)
            for path in ("/_mock/coverage", "/_mock/coverage.html", f"/_mock/sandboxes/{world.sandbox}/coverage")
        ]
        world.control("POST", "/reset")

    assert [(answer.status_code, answer.json()["reason"]) for answer in answers] == [
        (409, "the server keeps no journal")
    ] * 3


@pytest.mark.parametrize("path", ["/_mock/sandboxes/nobody/coverage", "/_mock/coverage?run="])
def test_an_unknown_sandbox_and_an_empty_run_are_refused(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in {400, 404}
    assert answer.json()["reason"]


def test_two_servers_on_one_store_have_one_coverage(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'state.db'}"
    with (
        serving(store) as one,
        serving(store) as two,
        httpx.Client(base_url=one.url, timeout=20) as first,
        httpx.Client(base_url=two.url, timeout=20) as second,
    ):
        world = make(first, run=RUN)
        audience = world.ready()
        lose_reply(world)
        for client in (first, second):
            try:
                replace(world, client=client).call("DELETE", f"/audiences/{audience}")
            except httpx.TransportError:
                continue
        replace(world, client=second).control("DELETE", "")

        tables = [table(of_run(client, RUN)) for client in (first, second)]

    assert tables == [({"deleteAudience": {404: 1}}, {"lost-reply": (1, 0, 1)})] * 2
