"""The control plane over the memory store; every answer is checked against its contract."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_schema_validator import OAS30ReadValidator
from openapi_spec_validator import OpenAPIV30SpecValidator
from starlette.types import ASGIApp

from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.config import Settings
from mockserver.control.application import MAX_BODY, control_application, handlers
from mockserver.domain.job import Progression
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.source import job_request
from mockserver.ports import Caller
from mockserver.seeds import default_seed, schema
from mockserver.service import audiences, prospecting
from mockserver.service.admission import admit
from mockserver.service.journal_tail import JournalTails
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.states import STATES
from mockserver.service.transactions import UseCaseRunner
from openapi import contract, control_contract

CONTRACT = control_contract()
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in CONTRACT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
DESCRIBED = [
    (method, re.compile(re.sub(r"{\w+}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))))
    for method, path, _ in OPERATIONS.values()
]
TAKING_BODY = sorted(name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation)
SANDBOXED = sorted(name for name, (_, path, _) in OPERATIONS.items() if "{sandboxId}" in path)
CHANGING = sorted(name for name, (method, _, _) in OPERATIONS.items() if method != "GET")
GROUP, AUDIENCE, JOB = "a00000000000000000000001", "b00000000000000000000001", "c00000000000000000000001"
KEY = "sk_test_all_permissions"
DEFAULT = "/_mock/sandboxes/default"
SEED = {"keys": [{"key": "sk_test_of_a_seed"}], "accountGroups": [{"name": "Seeded", "audiences": [{"name": "One"}]}]}
START = 1_777_390_200_000
ENDED = "the prospecting has ended"


class HandClock:
    """A real time that a test sets."""

    instant = START

    def now(self) -> int:
        return self.instant


@dataclass(frozen=True)
class Control:
    """A control plane with the sandbox `default`."""

    app: ASGIApp
    store: MemoryStore
    clock: HandClock
    sandboxes: Sandboxes
    checked: OpenAPI

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request, and check its answer where the contract describes the operation."""

        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, **request)

        answer = asyncio.run(exchange())
        target = answer.request.url.path
        if any(method == described and pattern.fullmatch(target) for described, pattern in DESCRIBED):
            kind = answer.headers.get("content-type", "application/json")
            asked = MockRequest("http://localhost", method.lower(), target)
            self.checked.validate_response(asked, MockResponse(answer.content, answer.status_code, {}, kind))
        return answer

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; its body."""
        answer = self.send(method, path) if body is None else self.send(method, path, json=body)
        return answer.raise_for_status().json() if answer.content else None

    def refused(self, status: int, method: str, path: str, body: Any = None) -> str:
        """Send a request that must be refused with a status; the reason."""
        answer = self.send(method, path) if body is None else self.send(method, path, json=body)
        assert answer.status_code == status, answer.text
        return str(answer.json()["reason"])

    def state(self, name: str, action: str = "setup", **params: Any) -> dict[str, Any]:
        """Change a provider state, which must succeed."""
        return dict(self.call("POST", "/_mock/provider-states", {"state": name, "params": params, "action": action}))

    def caller(self, key: str) -> Caller | None:
        """Whose a key is."""
        return asyncio.run(self.store.caller(key))

    def vendor(self, key: str, group: str, use_case: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """What the vendor's API would do: the outcome of a use case, or a refusal."""

        async def run() -> Any:
            admission = await admit(self.store, self.clock, key, None)
            if isinstance(admission, Refusal):
                return admission
            return await UseCaseRunner(self.store, self.clock).run(admission, group, use_case, *args)

        return asyncio.run(run())

    def snapshot(self) -> dict[str, Any]:
        """All that the control plane shows of all sandboxes."""
        ids = [one["id"] for one in self.call("GET", "/_mock/sandboxes")["sandboxes"]]
        return {f"{one}{part}": self.call("GET", f"/_mock/sandboxes/{one}{part}") for one in ids for part in PARTS}


PARTS = ("", "/clock", "/job-pace", "/jobs", "/keys")


def journals_of(sandboxes: Sandboxes, store: MemoryStore) -> Journals:
    return Journals(store, sandboxes, "default", Settings().journal_limit)


@pytest.fixture(scope="session")
def built() -> Control:
    store, clock = MemoryStore(), HandClock()
    sandboxes = Sandboxes(store, clock, SeededIds(0), Progression())
    checked = OpenAPI.from_dict(control_contract())
    journals = journals_of(sandboxes, store)
    plane = control_application(sandboxes, store, journals, JournalTails(journals, asyncio.sleep))
    return Control(plane, store, clock, sandboxes, checked)


@pytest.fixture
def control(built: Control) -> Control:
    built.store.worlds.clear()
    built.store.owners.clear()
    built.clock.instant = START
    asyncio.run(built.sandboxes.create(default_seed(), name="default", sandbox_id="default"))
    return built


def reason(outcome: Any) -> Reason | None:
    """Why the vendor's API refuses; None where it does not."""
    return outcome.reason if isinstance(outcome, Refusal) else None


def target(operation: str) -> tuple[str, str]:
    """Method and path of an operation, on things that are there."""
    method, path, _ = OPERATIONS[operation]
    return method, path.replace("{sandboxId}", "default").replace("{jobId}", JOB).replace("{key}", KEY)


class TestContract:
    def test_it_is_openapi(self) -> None:
        OpenAPIV30SpecValidator(CONTRACT).validate()

    def test_every_operation_has_a_handler_and_every_handler_an_operation(self, control: Control) -> None:
        journals = journals_of(control.sandboxes, control.store)
        known = handlers(control.sandboxes, control.store, journals, JournalTails(journals, asyncio.sleep))

        assert set(known) == set(OPERATIONS)

    @pytest.mark.parametrize("operation", sorted(OPERATIONS))
    def test_every_operation_is_described_with_its_errors(self, operation: str) -> None:
        method, path, described = OPERATIONS[operation]
        wanted = {"401", "403", "500"} if path != "/_mock/health" else {"403", "500"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"413", "415"} if method != "GET" else set()
        wanted |= {"400"} if "requestBody" in described else set()

        assert described["summary"]
        assert wanted <= set(described["responses"])

    def test_every_example_fits_its_schema(self) -> None:
        def resolved(node: Any) -> Any:
            while "$ref" in node:
                here = CONTRACT
                for step in node["$ref"].split("/")[1:]:
                    here = here[step]
                node = here
            return node

        def parts(described: dict[str, Any]) -> list[dict[str, Any]]:
            answers = [resolved(answer) for answer in described["responses"].values()]
            taken = [described["requestBody"]] if "requestBody" in described else []
            return [media for part in [*answers, *taken] for media in part.get("content", {}).values()]

        checked = 0
        for media in [media for *_, described in OPERATIONS.values() for media in parts(described)]:
            examples = [media["example"]] if "example" in media else []
            examples += [resolved(one)["value"] for one in media.get("examples", {}).values()]
            whole = {**media["schema"], "components": CONTRACT["components"]}
            for example in examples:
                OAS30ReadValidator(whole).validate(example)
                checked += 1
        assert checked > 150

    def test_its_permissions_are_those_of_the_server_and_of_seeds(self) -> None:
        listed = CONTRACT["components"]["schemas"]["Permissions"]["items"]["enum"]

        assert set(listed) == ALL_PERMISSIONS
        assert listed == schema()["$defs"]["key"]["properties"]["permissions"]["items"]["enum"]

    def test_nothing_in_it_is_wired_to_a_framework(self, control: Control) -> None:
        assert "x-" not in re.findall(r'"(x-)', control.send("GET", "/_mock/openapi.json").text)


class TestDocuments:
    def test_health_counts_the_sandboxes(self, control: Control) -> None:
        before = control.call("GET", "/_mock/health")
        control.call("POST", "/_mock/sandboxes")

        assert (before["status"], before["sandboxes"]) == ("ok", 1)
        assert control.call("GET", "/_mock/health")["sandboxes"] == 2

    def test_both_contracts_are_served_as_they_are_written(self, control: Control) -> None:
        assert control.call("GET", "/_mock/openapi.json") == control_contract()
        assert control.call("GET", "/_mock/audiences.json") == contract()

    def test_the_page_and_all_that_it_loads_come_from_here(self, control: Control) -> None:
        page = control.send("GET", "/_mock/docs")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        served = [control.send("GET", f"/_mock/{path}") for path in loaded]
        start = served[-1].text

        assert page.headers["content-type"] == "text/html"
        assert page.headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "://" not in page.headers["content-security-policy"]
        assert [answer.status_code for answer in served] == [200] * 5
        assert {"text/css", "text/javascript", "image/png"} == {answer.headers["content-type"] for answer in served}
        assert "://" not in page.text + start
        assert {"openapi.json", "audiences.json"} <= set(re.findall(r'"([\w.]+)"', start))
        assert "validatorUrl: null" in start

    @pytest.mark.parametrize(
        "asset",
        ["index.html", "swagger-ui.js.map", "..%2F__init__.py", "%2e%2e%2f__init__.py", "%2Fetc%2Fpasswd", "..%5Cx.py"],
    )
    def test_no_other_file_is_served(self, control: Control, asset: str) -> None:
        assert control.refused(404, "GET", f"/_mock/docs/{asset}")


class TestSandboxes:
    def test_one_without_a_seed_is_usable_at_once(self, control: Control) -> None:
        made = control.call("POST", "/_mock/sandboxes")
        (key,), (group,) = made["keys"], made["accountGroups"]

        assert set(key["permissions"]) == ALL_PERMISSIONS
        assert key["accountGroupIds"] == [group["id"]]
        assert group["credits"] > 0
        assert reason(control.vendor(key["key"], group["id"], audiences.page, None, 5)) is None

    def test_two_share_nothing(self, control: Control) -> None:
        first, second = (control.call("POST", "/_mock/sandboxes", {"name": "same"}) for _ in range(2))

        assert first["id"] != second["id"]
        assert first["keys"][0]["key"] != second["keys"][0]["key"]
        foreign = control.vendor(first["keys"][0]["key"], second["accountGroups"][0]["id"], audiences.page, None, 5)
        assert reason(foreign) is Reason.FOREIGN_ACCOUNT_GROUP

    def test_one_is_made_from_a_seed(self, control: Control) -> None:
        made = control.call("POST", "/_mock/sandboxes", {"name": "mine", "seed": SEED})

        assert (made["name"], made["keys"][0]["key"]) == ("mine", "sk_test_of_a_seed")
        assert [group["name"] for group in made["accountGroups"]] == ["Seeded"]

    @pytest.mark.parametrize(
        ("seed", "told"),
        [
            ({"keys": 1}, "keys: 1 is not of type"),
            ({"accountGroups": [{"name": " "}]}, "accountGroups.0.name"),
            ({"accountGroups": [{"name": "x", "id": GROUP}, {"name": "y", "id": GROUP}]}, "stands twice"),
            ({"keys": [{"key": "sk_test_twice"}, {"key": "sk_test_twice"}]}, "stands twice"),
            ({"keys": [{"key": "sk_test_lonely", "accountGroupIds": [GROUP]}]}, "names account groups"),
        ],
    )
    def test_a_seed_that_does_not_do_is_400_and_leaves_nothing(self, control: Control, seed: Any, told: str) -> None:
        before = control.snapshot()

        assert told in control.refused(400, "POST", "/_mock/sandboxes", {"seed": seed})
        assert control.snapshot() == before
        assert control.caller("sk_test_twice") is None

    def test_a_seed_with_a_key_of_another_sandbox_is_409_and_leaves_nothing(self, control: Control) -> None:
        before = control.snapshot()

        refused = control.refused(409, "POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": KEY}]}})
        assert "another sandbox" in refused
        assert control.snapshot() == before

    def test_they_are_listed_oldest_first_and_shown_one_by_one(self, control: Control) -> None:
        made = control.call("POST", "/_mock/sandboxes", {"name": "second"})

        listed = control.call("GET", "/_mock/sandboxes")["sandboxes"]

        assert [one["id"] for one in listed] == ["default", made["id"]]
        assert control.call("GET", f"/_mock/sandboxes/{made['id']}") == made

    def test_a_deleted_one_is_gone_with_its_keys(self, control: Control) -> None:
        made = control.call("POST", "/_mock/sandboxes")
        path = f"/_mock/sandboxes/{made['id']}"

        assert control.send("DELETE", path).status_code == 204
        assert control.refused(404, "GET", path)
        assert control.refused(404, "DELETE", path)
        assert control.caller(made["keys"][0]["key"]) is None

    def test_the_default_one_cannot_be_deleted(self, control: Control) -> None:
        before = control.snapshot()

        assert "cannot be deleted" in control.refused(409, "DELETE", DEFAULT)
        assert control.snapshot() == before

    @pytest.mark.parametrize("body", [{}, {"seed": SEED}])
    def test_a_reset_gives_back_the_same_keys_identifiers_time_and_pace(self, control: Control, body: Any) -> None:
        made = control.call("POST", "/_mock/sandboxes", body)
        path, key, group = f"/_mock/sandboxes/{made['id']}", made["keys"][0]["key"], made["accountGroups"][0]["id"]
        before = control.snapshot()
        listed = control.vendor(key, group, audiences.page, None, 9)
        prepared = control.state("an audience being populated", apiKey=key)
        added = control.call("POST", f"{path}/keys")["key"]
        control.call("DELETE", f"{path}/keys/{key}")
        control.call("PUT", f"{path}/clock", {"mode": "manual", "at": "2030-01-01T00:00:00Z"})
        control.call("PUT", f"{path}/job-pace", {"pace": "immediate"})

        assert control.call("POST", f"{path}/reset") == made
        assert control.snapshot() == before
        assert control.vendor(key, group, audiences.page, None, 9) == listed
        assert reason(control.vendor(key, group, audiences.get, prepared["audienceId"])) is Reason.NOT_FOUND
        assert control.caller(added) is None

    def test_a_reset_that_cannot_have_its_key_back_changes_nothing(self, control: Control) -> None:
        first = control.call("POST", "/_mock/sandboxes", {"seed": SEED})
        path = f"/_mock/sandboxes/{first['id']}"
        control.call("POST", f"{path}/keys")
        control.call("DELETE", f"{path}/keys/sk_test_of_a_seed")
        control.call("POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": "sk_test_of_a_seed"}]}})
        before = control.snapshot()

        assert "another sandbox" in control.refused(409, "POST", f"{path}/reset")
        assert control.snapshot() == before


class TestClock:
    def test_it_goes_by_itself_at_first(self, control: Control) -> None:
        control.clock.instant += 1_500

        assert control.call("GET", f"{DEFAULT}/clock") == {"now": "2026-04-28T15:30:01.500Z", "mode": "real"}

    def test_a_stopped_one_stands_still_until_it_is_moved_or_let_go(self, control: Control) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual"})
        control.clock.instant += 60_000
        stopped = control.call("GET", f"{DEFAULT}/clock")

        moved = control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 1.5, "milliseconds": 2})
        running = control.call("PUT", f"{DEFAULT}/clock", {"mode": "real"})

        assert stopped == {"now": "2026-04-28T15:30:00.000Z", "mode": "manual"}
        assert moved == {"now": "2026-04-28T15:30:01.502Z", "mode": "manual", "changes": [], "events": []}
        assert running == {"now": "2026-04-28T15:31:00.000Z", "mode": "real"}

    def test_one_that_runs_can_be_moved_as_well_and_is_not_set_back(self, control: Control) -> None:
        control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 3600})
        control.clock.instant += 1_000

        assert control.call("PUT", f"{DEFAULT}/clock", {"mode": "real"})["now"] == "2026-04-28T16:30:01.000Z"

    def test_it_is_stopped_at_a_later_instant_and_never_at_an_earlier_one(self, control: Control) -> None:
        set_to = control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual", "at": "2030-01-01T01:00:00+01:00"})

        assert set_to["now"] == "2030-01-01T00:00:00.000Z"
        earlier = {"mode": "manual", "at": "2029-12-31T23:59:59.999Z"}
        assert "only goes forward" in control.refused(409, "PUT", f"{DEFAULT}/clock", earlier)
        assert control.call("GET", f"{DEFAULT}/clock") == set_to

    @pytest.mark.parametrize(
        "body",
        [
            {"mode": "manual", "at": "tomorrow"},
            {"mode": "manual", "at": "2030-01-01T00:00:00"},
            {"mode": "manual", "at": "9000-01-01T00:00:00Z"},
            {"mode": "real", "at": "2030-01-01T00:00:00Z"},
            {"mode": "odd"},
            {"at": "2030-01-01T00:00:00Z"},
        ],
    )
    def test_a_wrong_setting_is_400_and_changes_nothing(self, control: Control, body: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "PUT", f"{DEFAULT}/clock", body)
        assert control.snapshot() == before

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"seconds": 0},
            {"seconds": 0.0001},
            {"seconds": -1},
            {"milliseconds": -5, "seconds": 9},
            {"milliseconds": 1.5},
            {"seconds": "1"},
            {"seconds": True},
            {"seconds": 300_000_000_000},
            {"milliseconds": 100_000_000_000_000, "seconds": 100_000_000_000, "minutes": 1},
        ],
    )
    def test_a_clock_moves_forward_by_something(self, control: Control, body: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", f"{DEFAULT}/clock/advance", body)
        assert control.snapshot() == before

    def test_a_clock_does_not_move_out_of_writing(self, control: Control) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual", "at": "8999-12-31T23:59:59.998Z"})
        control.call("POST", f"{DEFAULT}/clock/advance", {"milliseconds": 1})
        before = control.snapshot()

        refused = control.refused(409, "POST", f"{DEFAULT}/clock/advance", {"milliseconds": 1})
        assert "goes up to 8999-12-31T23:59:59.999Z" in refused
        assert control.snapshot() == before

    def test_moving_it_moves_the_jobs_of_that_sandbox_alone_and_tells_which(self, control: Control) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual"})
        job = start(control, pace="time", durationMs=10_000)
        started = control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 2})
        elsewhere = control.call("POST", "/_mock/sandboxes")

        ended = control.call("POST", f"{DEFAULT}/clock/advance", {"milliseconds": 8_000})

        assert started["changes"] == [{"jobId": job["id"], "from": "queued", "to": "running"}]
        assert ended["changes"] == [{"jobId": job["id"], "from": "running", "to": "completed"}]
        assert control.call("GET", f"/_mock/sandboxes/{elsewhere['id']}/clock") == elsewhere["clock"]


def start(control: Control, **body: Any) -> dict[str, Any]:
    """Start a job on the default sandbox's first audience."""
    return dict(control.call("POST", f"{DEFAULT}/jobs", {"accountGroupId": GROUP, "audienceId": AUDIENCE, **body}))


class TestJobs:
    def test_the_pace_is_shown_and_changed_member_by_member(self, control: Control) -> None:
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

    def test_the_next_jobs_of_the_vendors_api_move_as_it_says(self, control: Control) -> None:
        request = job_request({"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search/"})
        control.call("PUT", f"{DEFAULT}/job-pace", {"status": "running"})

        started = control.vendor(KEY, GROUP, prospecting.start, request, None)

        shown = control.call("GET", f"{DEFAULT}/jobs/{started.job.id}")
        assert (shown["status"], shown["jobPace"]["pace"]) == ("running", "manual")

    @pytest.mark.parametrize(
        "body",
        [{"pace": "slow"}, {"polls": 0}, {"durationMs": -1}, {"status": "completed"}, {"outcome": "queued"}, {"x": 1}],
    )
    def test_a_wrong_pace_is_400_everywhere_and_changes_nothing(self, control: Control, body: Any) -> None:
        before = control.snapshot()
        named = {"accountGroupId": GROUP, "audienceId": AUDIENCE}

        assert control.refused(400, "PUT", f"{DEFAULT}/job-pace", body)
        assert control.refused(400, "PATCH", f"{DEFAULT}/jobs/{JOB}", body)
        assert control.refused(400, "POST", f"{DEFAULT}/jobs", body | named)
        assert control.snapshot() == before

    def test_one_is_started_on_an_audience_that_is_there_and_guards_it(self, control: Control) -> None:
        job = start(control, status="queued", requested=7)

        assert (job["status"], job["requested"], job["audienceId"]) == ("queued", 7, AUDIENCE)
        assert reason(control.vendor(KEY, GROUP, audiences.delete, AUDIENCE)) is Reason.NOT_READY
        assert control.call("GET", f"{DEFAULT}/jobs/{job['id']}") == job
        assert [one["id"] for one in control.call("GET", f"{DEFAULT}/jobs")["jobs"]] == [job["id"], JOB]

    @pytest.mark.parametrize(
        "named", [{"accountGroupId": GROUP, "audienceId": JOB}, {"accountGroupId": JOB, "audienceId": AUDIENCE}]
    )
    def test_none_is_started_on_an_audience_that_is_not_there(self, control: Control, named: dict[str, str]) -> None:
        before = control.snapshot()

        assert "has no audience" in control.refused(404, "POST", f"{DEFAULT}/jobs", named)
        assert control.snapshot() == before

    def test_it_is_moved_by_hand(self, control: Control) -> None:
        job = start(control, status="queued")

        moved = control.call("PATCH", f"{DEFAULT}/jobs/{job['id']}", {"status": "running"})

        assert moved["status"] == "running"
        assert moved["jobPace"] == job["jobPace"] | {"status": "running"}

    def test_a_change_that_brings_it_to_its_end_ends_it_now(self, control: Control) -> None:
        job = start(control, status="running", requested=10)
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
    def test_it_is_ended_by_hand_with_a_body_or_none(self, control: Control, request_: Any, outcome: str) -> None:
        answer = control.send("POST", f"{DEFAULT}/jobs/{JOB}/end", **request_)

        assert (answer.status_code, answer.json()["status"]) == (200, outcome)
        assert control.call("GET", f"{DEFAULT}/jobs/{JOB}") == answer.json()
        assert reason(control.vendor(KEY, GROUP, audiences.delete, "b00000000000000000000002")) is None

    def test_the_way_out_that_the_guard_names_works(self, control: Control) -> None:
        refusal = control.vendor(KEY, GROUP, audiences.delete, "b00000000000000000000002")
        (path,) = set(re.findall(r"POST (/_mock/\S+/end)", refusal.message))

        assert control.send("POST", path).status_code == 200

    def test_one_that_has_ended_neither_ends_nor_moves_again(self, control: Control) -> None:
        ended = control.call("POST", f"{DEFAULT}/jobs/{JOB}/end", {"outcome": "failed"})

        assert "failed already" in control.refused(409, "POST", f"{DEFAULT}/jobs/{JOB}/end")
        assert "failed already" in control.refused(409, "PATCH", f"{DEFAULT}/jobs/{JOB}", {"status": "running"})
        assert control.call("GET", f"{DEFAULT}/jobs/{JOB}") == ended

    @pytest.mark.parametrize(
        ("method", "action", "body"), [("GET", "", None), ("PATCH", "", {"polls": 1}), ("POST", "/end", None)]
    )
    def test_an_unknown_one_is_404(self, control: Control, method: str, action: str, body: Any) -> None:
        assert "no prospecting job" in control.refused(404, method, f"{DEFAULT}/jobs/{GROUP}{action}", body)


class TestKeys:
    def test_they_are_listed(self, control: Control) -> None:
        shown = {key["key"]: key for key in control.call("GET", f"{DEFAULT}/keys")["keys"]}

        assert set(shown) == {KEY, "sk_test_read_only", "sk_test_revoked"}
        assert shown["sk_test_revoked"]["revoked"] is True
        assert shown["sk_test_read_only"]["permissions"] == ["audiences:read", "prospecting:read", "prospects:read"]

    def test_one_is_made_with_an_account_group_of_its_own(self, control: Control) -> None:
        first, second = (control.call("POST", f"{DEFAULT}/keys") for _ in range(2))

        assert set(first["permissions"]) == ALL_PERMISSIONS
        assert set(first["accountGroupIds"]).isdisjoint(second["accountGroupIds"])
        assert reason(control.vendor(first["key"], first["accountGroupIds"][0], audiences.page, None, 5)) is None

    def test_one_is_made_as_it_is_asked_for(self, control: Control) -> None:
        body = {"name": "n", "permissions": ["signals:read"], "accountGroupIds": [GROUP], "revoked": True}

        made = control.call("POST", f"{DEFAULT}/keys", body)

        assert made == body | {"key": made["key"], "expiresAt": None}
        assert made in control.call("GET", f"{DEFAULT}/keys")["keys"]

    def test_none_is_made_for_an_account_group_that_is_not_there(self, control: Control) -> None:
        before = control.snapshot()

        assert "no account group" in control.refused(404, "POST", f"{DEFAULT}/keys", {"accountGroupIds": [GROUP, JOB]})
        assert control.snapshot() == before

    @pytest.mark.parametrize(
        "body", [{"permissions": ["all"]}, {"accountGroupIds": []}, {"revoked": "no"}, {"key": "sk_test_mine"}, []]
    )
    def test_a_wrong_key_is_400(self, control: Control, body: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", f"{DEFAULT}/keys", body)
        assert control.snapshot() == before

    def test_it_is_revoked_restricted_and_given_back(self, control: Control) -> None:
        revoked = control.call("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": True})
        refused = control.vendor(KEY, GROUP, audiences.page, None, 5)
        restricted = control.call("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": False, "permissions": []})

        assert revoked["revoked"] is True
        assert set(revoked["permissions"]) == ALL_PERMISSIONS
        assert reason(refused) is Reason.INVALID_KEY
        assert (restricted["revoked"], restricted["permissions"]) == (False, [])
        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    def test_with_the_last_one_its_account_group_goes_and_not_before(self, control: Control) -> None:
        first = control.call("POST", f"{DEFAULT}/keys")
        second = control.call("POST", f"{DEFAULT}/keys", {"accountGroupIds": first["accountGroupIds"]})

        def groups() -> list[str]:
            return [group["id"] for group in control.call("GET", DEFAULT)["accountGroups"]]

        assert control.send("DELETE", f"{DEFAULT}/keys/{first['key']}").status_code == 204
        assert first["accountGroupIds"][0] in groups()
        assert control.send("DELETE", f"{DEFAULT}/keys/{second['key']}").status_code == 204
        assert first["accountGroupIds"][0] not in groups()
        assert control.caller(first["key"]) is None

    @pytest.mark.parametrize(("method", "body"), [("PATCH", {"revoked": True}), ("DELETE", None)])
    def test_an_unknown_one_is_404_and_so_is_a_foreign_one(self, control: Control, method: str, body: Any) -> None:
        elsewhere = control.call("POST", "/_mock/sandboxes")["id"]

        assert "no such API key" in control.refused(404, method, f"{DEFAULT}/keys/unknown", body)
        assert "no such API key" in control.refused(404, method, f"/_mock/sandboxes/{elsewhere}/keys/{KEY}", body)
        assert control.caller(KEY) is not None


class TestProviderStates:
    def test_an_api_key_is_made_in_an_account_group_of_its_own(self, control: Control) -> None:
        first, second = control.state("an API key"), control.state("an API key")

        assert first["accountGroupId"] != second["accountGroupId"]
        assert reason(control.vendor(first["apiKey"], first["accountGroupId"], audiences.page, None, 5)) is None
        foreign = control.vendor(first["apiKey"], second["accountGroupId"], audiences.page, None, 5)
        assert reason(foreign) is Reason.FOREIGN_ACCOUNT_GROUP

    def test_an_api_key_has_what_it_is_asked_to_have(self, control: Control) -> None:
        made = control.state("an API key", permissions=["audiences:read"], status="revoked", accountGroupId=GROUP)

        caller = control.caller(made["apiKey"])

        assert caller is not None
        assert (caller.key.permissions, caller.key.revoked) == (frozenset({"audiences:read"}), True)
        assert made["accountGroupId"] == GROUP

    def test_tearing_keys_down_removes_their_account_group_with_the_last_one(self, control: Control) -> None:
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

    def test_a_key_is_revoked_until_the_teardown(self, control: Control) -> None:
        made = control.state("an API key")
        called = (made["apiKey"], made["accountGroupId"], audiences.page, None, 5)

        control.state("the API key is revoked", apiKey=made["apiKey"])
        refused = control.vendor(*called)
        control.state("the API key is revoked", "teardown", apiKey=made["apiKey"])
        control.state("the API key is revoked", "teardown", apiKey=made["apiKey"])

        assert reason(refused) is Reason.INVALID_KEY
        assert reason(control.vendor(*called)) is None

    def test_an_audience_that_is_ready_can_be_read(self, control: Control) -> None:
        made = control.state("an audience that is ready", apiKey=KEY, prospects=4)
        default = control.state("an audience that is ready", apiKey=KEY)

        first, second = (control.vendor(KEY, GROUP, audiences.get, one["audienceId"]) for one in (made, default))

        assert made["accountGroupId"] == GROUP
        assert (first.prospect_count, second.prospect_count) == (4, 3)

    @pytest.mark.parametrize("status", ["queued", "running", None])
    def test_an_audience_being_populated_stays_so(self, control: Control, status: str | None) -> None:
        params = {} if status is None else {"jobStatus": status}
        made = control.state("an audience being populated", apiKey=KEY, **params)
        control.clock.instant += 10**12

        job = control.call("GET", f"{DEFAULT}/jobs/{made['jobId']}")

        assert job["status"] == status or (status is None and job["status"] in {"queued", "running"})
        assert reason(control.vendor(KEY, GROUP, audiences.delete, made["audienceId"])) is Reason.NOT_READY

    @pytest.mark.parametrize("state", ["an audience that is ready", "an audience being populated"])
    def test_tearing_an_audience_down_removes_it_and_may_be_repeated(self, control: Control, state: str) -> None:
        made = control.state(state, apiKey=KEY)

        control.state(state, "teardown", apiKey=KEY, **made)
        control.state(state, "teardown", apiKey=KEY, **made)

        assert reason(control.vendor(KEY, GROUP, audiences.get, made["audienceId"])) is Reason.NOT_FOUND
        assert {job["status"] for job in control.call("GET", f"{DEFAULT}/jobs")["jobs"]} == {"running"} | (
            {"cancelled"} if "jobId" in made else set()
        )

    @pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
    def test_the_prospecting_has_ended_as_it_is_told_to(self, control: Control, outcome: str) -> None:
        made = control.state("an audience being populated", apiKey=KEY)

        control.state(ENDED, jobId=made["jobId"], outcome=outcome)
        control.state(ENDED, jobId=made["jobId"], outcome=outcome)
        control.state(ENDED, "teardown", jobId=made["jobId"], outcome=outcome)

        assert control.call("GET", f"{DEFAULT}/jobs/{made['jobId']}")["status"] == outcome
        assert reason(control.vendor(KEY, GROUP, audiences.delete, made["audienceId"])) is None

    def test_the_rate_limit_is_exhausted_until_the_teardown(self, control: Control) -> None:
        control.state("the rate limit is exhausted", apiKey=KEY)
        refused = control.vendor(KEY, GROUP, audiences.page, None, 5)
        control.state("the rate limit is exhausted", "teardown", apiKey=KEY)
        control.state("the rate limit is exhausted", "teardown", apiKey=KEY)

        assert reason(refused) is Reason.RATE_LIMITED
        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    @pytest.mark.parametrize("times", [1, 2])
    def test_the_server_fails_as_often_as_it_is_told_to(self, control: Control, times: int) -> None:
        params: dict[str, Any] = {} if times == 1 else {"times": times}
        control.state("the server fails internally", apiKey=KEY, **params)

        seen = [reason(control.vendor(KEY, GROUP, audiences.delete, AUDIENCE)) for _ in range(times + 1)]

        assert seen == [Reason.INTERNAL] * times + [None]

    def test_the_server_fails_no_more_after_the_teardown(self, control: Control) -> None:
        control.state("the server fails internally", apiKey=KEY, times=9)
        control.state("the server fails internally", "teardown", apiKey=KEY, times=9)
        control.state("the server fails internally", "teardown", apiKey=KEY, times=9)

        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    def test_the_credits_are_exhausted_until_the_teardown(self, control: Control) -> None:
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
    def test_a_prospecting_request_is_one_that_is_accepted(self, control: Control, source: str) -> None:
        body = control.state("a prospecting request", apiKey=KEY, source=source)["body"]

        assert body["source"] == source
        assert reason(control.vendor(KEY, GROUP, prospecting.start, job_request(body), None)) is None
        assert control.state("a prospecting request", "teardown", apiKey=KEY, source=source) == {}

    @pytest.mark.parametrize("state", [name for name in STATES if name not in {"an API key", ENDED}])
    def test_no_state_is_set_up_for_a_key_that_is_not_there(self, control: Control, state: str) -> None:
        before = control.snapshot()

        body = {"state": state, "params": {"apiKey": "sk_test_unknown"}}

        assert "no such API key" in control.refused(400, "POST", "/_mock/provider-states", body)
        assert control.snapshot() == before

    @pytest.mark.parametrize("state", list(STATES))
    def test_every_state_can_be_torn_down_once_its_key_is_gone(self, control: Control, state: str) -> None:
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
    def test_wrong_parameters_are_400_and_change_nothing(self, control: Control, state: str, params: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", "/_mock/provider-states", {"state": state, "params": params})
        assert control.snapshot() == before

    def test_a_key_for_no_account_group_can_have_no_audience(self, control: Control) -> None:
        control.call("POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": "sk_test_nowhere"}]}})
        body = {"state": "an audience that is ready", "params": {"apiKey": "sk_test_nowhere"}}

        assert "no account group" in control.refused(400, "POST", "/_mock/provider-states", body)

    def test_what_this_server_cannot_bring_about_is_501(self, control: Control) -> None:
        control.call("POST", f"{DEFAULT}/jobs/{JOB}/end", {"outcome": "failed"})
        impossible = {"state": ENDED, "params": {"jobId": JOB, "outcome": "completed"}}

        assert "a full moon" in control.refused(501, "POST", "/_mock/provider-states", {"state": "a full moon"})
        assert "failed already" in control.refused(501, "POST", "/_mock/provider-states", impossible)

    def test_a_state_happens_in_the_sandbox_of_its_key_or_job_else_in_the_default_one(self, control: Control) -> None:
        made = control.call("POST", "/_mock/sandboxes")
        key, path = made["keys"][0]["key"], f"/_mock/sandboxes/{made['id']}"

        populated = control.state("an audience being populated", apiKey=key)
        control.state(ENDED, jobId=populated["jobId"], outcome="completed")

        assert control.call("GET", f"{path}/jobs/{populated['jobId']}")["status"] == "completed"
        caller = control.caller(control.state("an API key")["apiKey"])
        assert caller is not None
        assert caller.sandbox.id == "default"

    def test_a_state_happens_in_the_sandbox_that_is_named(self, control: Control) -> None:
        made = control.call("POST", "/_mock/sandboxes")
        named = f"/_mock/provider-states?sandbox={made['id']}"

        values = control.call("POST", named, {"state": "an API key"})

        caller = control.caller(values["apiKey"])
        assert caller is not None
        assert caller.sandbox.id == made["id"]

    def test_a_key_of_another_sandbox_than_the_one_named_is_400(self, control: Control) -> None:
        body = {"state": "the API key is revoked", "params": {"apiKey": KEY}}
        path = f"/_mock/provider-states?sandbox={control.call('POST', '/_mock/sandboxes')['id']}"
        before = control.snapshot()

        assert "a key of the sandbox default" in control.refused(400, "POST", path, body)
        assert control.refused(404, "POST", "/_mock/provider-states?sandbox=none", {"state": "an API key"})
        assert control.snapshot() == before


class TestRefusals:
    @pytest.mark.parametrize("operation", SANDBOXED)
    def test_an_unknown_sandbox_is_404_in_every_operation(self, control: Control, operation: str) -> None:
        method, path, described = OPERATIONS[operation]
        examples = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        body = next((one["value"] for one in examples.values()), None)

        reason = control.refused(404, method, re.sub(r"{\w+}", "none", path), body)

        assert reason == "there is no sandbox none"

    @pytest.mark.parametrize("operation", TAKING_BODY)
    @pytest.mark.parametrize(
        "content", [b"{", b"[]", b'"x"', b"null", b"\xff", b'{"unknown": 1}', b'{"a": NaN}', b"[" * 100_000, b" "]
    )
    def test_a_bad_body_is_400_and_changes_nothing(self, control: Control, operation: str, content: bytes) -> None:
        method, path = target(operation)
        before = control.snapshot()

        answer = control.send(method, path, content=content, headers={"Content-Type": "application/json"})

        assert answer.status_code == 400
        assert len(answer.json()["reason"]) < 500
        assert control.snapshot() == before

    @pytest.mark.parametrize("operation", sorted({"createSandbox", "updateKey", "moveJob", "changeProviderState"}))
    def test_the_reason_names_an_unknown_member_and_the_known_ones(self, control: Control, operation: str) -> None:
        method, path = target(operation)

        reason = control.refused(400, method, path, {"colour": "red"})

        assert reason.startswith("the body has colour, which is unknown; it may have ")

    def test_a_reason_does_not_give_back_all_that_was_sent(self, control: Control) -> None:
        reason = control.refused(400, "POST", "/_mock/sandboxes", {"seed": {"keys": "x" * 100_000}})

        assert len(reason) < 5_000

    @pytest.mark.parametrize("operation", CHANGING)
    @pytest.mark.parametrize(
        "headers",
        [
            [("Content-Type", "text/plain")],
            [("Content-Type", "application/x-www-form-urlencoded")],
            [("Content-Type", "multipart/form-data; boundary=x")],
            [("Content-Type", "text/plain; application/json")],
            [("Content-Type", "application/json; charset=utf-16")],
            [("Content-Type", "application/json"), ("Content-Type", "text/plain")],
            [("Content-Type", "")],
            [],
        ],
    )
    def test_a_change_whose_body_is_not_said_to_be_json_is_415(
        self, control: Control, operation: str, headers: list[tuple[str, str]]
    ) -> None:
        method, path = target(operation)
        before = control.snapshot()

        answer = control.send(method, path, content=b"{}", headers=headers)

        assert answer.status_code == 415
        assert "application/json" in answer.json()["hint"]
        assert control.snapshot() == before

    def test_a_type_that_is_not_json_is_415_without_a_body_as_well(self, control: Control) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}

        assert control.send("POST", f"{DEFAULT}/reset", headers=headers).status_code == 415

    @pytest.mark.parametrize(
        "written", ["APPLICATION/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"']
    )
    def test_json_is_json_however_it_is_written(self, control: Control, written: str) -> None:
        headers = {"Content-Type": written}
        path = f"{DEFAULT}/job-pace"

        assert control.send("PUT", path, content=b'{"polls": 9}', headers=headers).json()["polls"] == 9
        assert control.send("PUT", path, content=b'{"polls": 0}', headers=headers).status_code == 400

    @pytest.mark.parametrize("operation", TAKING_BODY)
    def test_a_body_that_is_too_large_is_413(self, control: Control, operation: str) -> None:
        method, path = target(operation)
        content = b'{"name": "' + b"x" * MAX_BODY + b'"}'

        answer = control.send(method, path, content=content, headers={"Content-Type": "application/json"})

        assert answer.status_code == 413

    @pytest.mark.parametrize("operation", TAKING_BODY)
    def test_a_body_is_required_where_the_contract_says_so(self, control: Control, operation: str) -> None:
        method, path, described = OPERATIONS[operation]
        answer = control.send(*target(operation))

        assert (answer.status_code == 400) is described["requestBody"]["required"], (method, path, answer.text)

    @pytest.mark.parametrize(
        "path", ["/_mock", "/_mock/", "/_mock/none", "/_mock/sandboxes/", f"{DEFAULT}/none", "/_mock/docs/"]
    )
    def test_an_unknown_route_is_404(self, control: Control, path: str) -> None:
        answer = control.send("GET", path)

        assert (answer.status_code, set(answer.json())) == (404, {"reason", "hint"})

    def test_a_wrong_method_is_405_with_all_that_are_allowed(self, control: Control) -> None:
        answer = control.send("POST", f"{DEFAULT}/keys/{KEY}")

        assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, PATCH")
        assert "DELETE, PATCH" in answer.json()["reason"]

    def test_our_own_fault_is_500_with_nothing_of_it_in_the_body_and_all_of_it_in_the_log(
        self, control: Control, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def broken(_store: MemoryStore) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(MemoryStore, "sandboxes", broken)
        with caplog.at_level(logging.ERROR, "mockserver"):
            answer = control.send("GET", "/_mock/sandboxes")

        assert (answer.status_code, set(answer.json())) == (500, {"reason"})
        assert "disk" not in answer.text
        assert "the disk is full" in caplog.text
