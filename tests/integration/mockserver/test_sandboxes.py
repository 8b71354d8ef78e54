"""Worlds of their own: how they come, how long they stay, what their time brings, and what their keys may send."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.config import Settings
from mockserver.domain.instant import iso
from mockserver.domain.limit import RateLimit
from tests.harness.in_thread import served
from tests.harness.sandbox_client import BODY, World

HOUR = 3_600_000
MOST = 40


@dataclass(frozen=True)
class Place:
    """A server whose real time a test moves."""

    client: httpx.Client
    clock: ManualClock

    def make(self, **body: Any) -> World:
        made = self.client.post("/_mock/sandboxes", json=body).raise_for_status().json()
        return World(self.client, made["id"], made["keys"][0]["key"], made["accountGroups"][0]["id"])

    def ids(self) -> list[str]:
        return [one["id"] for one in self.client.get("/_mock/sandboxes").raise_for_status().json()["sandboxes"]]


@contextmanager
def place(settings: Settings) -> Iterator[Place]:
    clock = ManualClock()
    with served(settings, clock) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield Place(client, clock)


@pytest.fixture(scope="module")
def built() -> Iterator[Place]:
    with place(Settings(validate_responses=True, max_sandboxes=MOST)) as built:
        yield built


@pytest.fixture
def here(built: Place) -> Iterator[Place]:
    yield built
    for one in built.ids():
        if one != "default":
            built.client.delete(f"/_mock/sandboxes/{one}").raise_for_status()


@pytest.fixture
def frozen(here: Place) -> World:
    """A world whose clock stands still."""
    world = here.make()
    world.control("PUT", "/clock", {"mode": "manual"})
    return world


def advance(world: World, seconds: float) -> dict[str, Any]:
    return dict(world.control("POST", "/clock/advance", {"seconds": seconds}))


class TestExpiry:
    def test_an_unused_one_goes_after_an_hour_and_the_default_one_stays(self, here: Place) -> None:
        world = here.make()

        here.clock.advance(2 * HOUR)

        assert here.ids() == ["default"]
        assert here.client.get(f"/_mock/sandboxes/{world.sandbox}").status_code == 404
        assert here.client.get("/_mock/health").json()["sandboxes"] == 1

    @pytest.mark.parametrize("way", ["vendor", "control"])
    def test_a_used_one_stays_whichever_plane_it_is_used_by(self, here: Place, way: str) -> None:
        world = here.make(idleExpirySeconds=60)

        for _ in range(5):
            here.clock.advance(59_000)
            if way == "vendor":
                assert world.call("GET", "/audiences").status_code == 200
            else:
                world.control("GET", "/jobs")

        assert world.sandbox in here.ids()

    def test_looking_at_the_list_or_being_refused_is_no_use(self, here: Place) -> None:
        world = here.make(idleExpirySeconds=60)
        for _ in range(3):
            here.clock.advance(30_000)
            here.ids()
            world.call("GET", "/audiences", key="unknown")

        assert here.ids() == ["default"]

    def test_being_searched_for_a_job_of_another_one_is_no_use(self, here: Place) -> None:
        here.make(idleExpirySeconds=60)
        other = here.make()
        _, job = other.populated()
        ended = {"state": "the prospecting has ended", "params": {"jobId": job, "outcome": "completed"}}

        for _ in range(3):
            here.clock.advance(30_000)
            here.client.post("/_mock/provider-states", json=ended).raise_for_status()

        assert here.ids() == ["default", other.sandbox]

    @pytest.mark.parametrize("path", ["", "/clock", "/jobs", "/keys", "/job-pace", "/audiences"])
    def test_an_expired_one_is_gone_when_it_is_next_looked_at(self, here: Place, path: str) -> None:
        world = here.make(idleExpirySeconds=1)
        here.clock.advance(2_000)

        assert here.client.get(f"/_mock/sandboxes/{world.sandbox}{path}").status_code == 404
        assert world.call("GET", "/audiences").status_code == 401

    def test_an_expired_one_can_be_neither_deleted_nor_reset(self, here: Place) -> None:
        first, second = here.make(idleExpirySeconds=1), here.make(idleExpirySeconds=1)
        here.clock.advance(2_000)

        assert here.client.delete(f"/_mock/sandboxes/{first.sandbox}").status_code == 404
        assert here.client.post(f"/_mock/sandboxes/{second.sandbox}/reset").status_code == 404

    def test_the_key_of_an_expired_one_is_free_again(self, here: Place) -> None:
        seed = {"keys": [{"key": "sk_test_of_a_suite"}], "accountGroups": [{"name": "A"}]}
        first = here.make(seed=seed, idleExpirySeconds=1)
        here.clock.advance(2_000)

        second = here.make(seed=seed)

        assert first.call("GET", "/audiences").status_code == 403
        assert second.call("GET", "/audiences").status_code == 200

    def test_one_can_be_told_to_stay(self, here: Place) -> None:
        world = here.make(idleExpirySeconds=None)

        here.clock.advance(10_000 * HOUR)

        assert here.ids() == ["default", world.sandbox]

    def test_it_goes_by_real_time_and_not_by_its_own(self, frozen: World, here: Place) -> None:
        advance(frozen, 100 * 3_600)

        assert frozen.sandbox in here.ids()
        here.clock.advance(2 * HOUR)
        assert frozen.sandbox not in here.ids()

    @pytest.mark.parametrize("seconds", [0, 0.5, -1, 31_536_001, "60", True])
    def test_a_wrong_expiry_is_400_and_makes_nothing(self, here: Place, seconds: Any) -> None:
        answer = here.client.post("/_mock/sandboxes", json={"idleExpirySeconds": seconds})

        assert answer.status_code == 400
        assert "idleExpirySeconds" in answer.json()["reason"]
        assert here.ids() == ["default"]


class TestRoom:
    def test_past_the_greatest_number_one_more_is_409_with_a_hint_and_makes_nothing(self, here: Place) -> None:
        made = [here.make() for _ in range(MOST - 1)]

        answer = here.client.post("/_mock/sandboxes", json={})

        assert answer.status_code == 409
        assert f"there are {MOST} sandboxes already" in answer.json()["reason"]
        assert "--max-sandboxes" in answer.json()["hint"]
        assert len(here.ids()) == MOST
        here.client.delete(f"/_mock/sandboxes/{made[0].sandbox}")
        assert here.make().sandbox in here.ids()

    def test_expired_ones_make_room(self, here: Place) -> None:
        for _ in range(MOST - 1):
            here.make(idleExpirySeconds=1)
        here.clock.advance(2_000)

        world = here.make()

        assert here.ids() == ["default", world.sandbox]


class TestSeed:
    def test_it_may_be_yaml(self, here: Place) -> None:
        world = here.make(
            seed="keys: [{key: sk_test_of_yaml, expiresAt: 2090-01-01T00:00:00Z}]\naccountGroups: [{name: A}]"
        )

        (key,) = world.control("GET", "/keys")["keys"]
        assert (key["key"], key["expiresAt"]) == ("sk_test_of_yaml", "2090-01-01T00:00:00.000Z")

    @pytest.mark.parametrize(
        "seed",
        [
            "{",
            "[" * 100_000,
            "keys: &k [*k]",
            "keys: [{key: sk_test_of_time, expiresAt: tomorrow}]",
            "keys: [{key: sk_test_of_time, expiresAt: 2030-01-01T00:00:00}]",
            "keys: [{key: sk_test_of_time, expiresAt: 9000-01-01T00:00:00Z}]",
            {"keys": [{"key": "sk_test_of_time", "expiresAt": 5}]},
            {"accountGroups": [{"name": "A", "audiences": [{"name": "B", "job": {"share": 1}}]}]},
            {"accountGroups": [{"name": "A", "audiences": [{"name": "B", "job": {"stage": "export"}}]}]},
            5,
        ],
    )
    def test_a_wrong_one_is_400_with_a_reason_and_makes_nothing(self, here: Place, seed: Any) -> None:
        answer = here.client.post("/_mock/sandboxes", json={"seed": seed})

        assert answer.status_code == 400
        assert answer.json()["reason"]
        assert here.ids() == ["default"]


class TestTime:
    def test_one_advance_moves_everything_and_tells_it_in_order(self, frozen: World) -> None:
        frozen.control("PUT", "/job-pace", {"pace": "time", "durationMs": 20_000})
        begun = frozen.control("GET", "/clock")["now"]
        job = frozen.call("POST", "/prospecting", BODY | {"maxResults": 10}, headers={"Idempotency-Key": "k"}).json()
        frozen.control("POST", "/keys", {"expiresAt": "2090-01-01T00:00:00Z", "accountGroupIds": [frozen.group]})
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/m"})
        assert [frozen.call("GET", "/audiences").status_code for _ in range(2)] == [200, 429]

        moved = advance(frozen, 24 * 3_600)

        told = [(one["event"], one["at"]) for one in moved["events"]]
        assert [name for name, _ in told] == [
            "job-started",
            "job-ended",
            "limit-lifted",
            "limit-refilled",
            "idempotency-key-forgotten",
        ]
        assert [at for _, at in told] == sorted(at for _, at in told)
        assert told[-1][1] == moved["now"]
        assert begun < told[0][1]
        assert moved["events"][1] == {
            "at": told[1][1],
            "event": "job-ended",
            "jobId": job["data"]["jobId"],
            "accountGroupId": frozen.group,
            "audienceId": moved["events"][0]["audienceId"],
            "outcome": "completed",
            "imported": 10,
        }
        assert moved["changes"] == [{"jobId": job["data"]["jobId"], "from": "queued", "to": "completed"}]
        assert frozen.call("GET", "/audiences").json()["data"]["items"][0]["prospectCount"] == 10

    def test_a_second_advance_tells_nothing_twice(self, frozen: World) -> None:
        frozen.started()
        advance(frozen, 60)

        assert advance(frozen, 60)["events"] == []


class TestKeys:
    def test_an_expired_key_is_401_and_says_so_and_can_be_given_more_time(self, frozen: World) -> None:
        now = frozen.control("GET", "/clock")["now"]
        changed = frozen.control("PATCH", f"/keys/{frozen.key}", {"expiresAt": "2090-01-01T00:00:00+01:00"})
        assert changed["expiresAt"] == "2089-12-31T23:00:00.000Z"
        assert frozen.call("GET", "/audiences").status_code == 200

        frozen.control("PATCH", f"/keys/{frozen.key}", {"expiresAt": now})
        refused = frozen.call("GET", "/audiences")
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "UNAUTHORIZED")
        assert f"the key expired at {now}" in refused.json()["error"]["message"]

        assert frozen.control("PATCH", f"/keys/{frozen.key}", {"expiresAt": None})["expiresAt"] is None
        assert frozen.call("GET", "/audiences").status_code == 200

    def test_a_key_expires_on_the_way_and_the_advance_tells_it(self, frozen: World, here: Place) -> None:
        at = iso(here.clock.now() + 5_000)
        body = {"accountGroupIds": [frozen.group], "expiresAt": at}
        key = frozen.control("POST", "/keys", body)["key"]
        assert frozen.call("GET", "/audiences", key=key).status_code == 200

        moved = advance(frozen, 5)

        assert moved["events"] == [{"at": at, "event": "key-expired", "key": key}]
        assert frozen.call("GET", "/audiences", key=key).status_code == 401

    @pytest.mark.parametrize(
        "instant", ["tomorrow", "2030-01-01", "2030-01-01T00:00:00", "9000-01-01T00:00:00Z", 5, ""]
    )
    def test_a_wrong_instant_is_400_and_changes_nothing(self, frozen: World, instant: Any) -> None:
        before = frozen.control("GET", "/keys")

        for method, path in (("POST", "/keys"), ("PATCH", f"/keys/{frozen.key}")):
            url = f"/_mock/sandboxes/{frozen.sandbox}{path}"
            answer = frozen.client.request(method, url, json={"expiresAt": instant})
            assert answer.status_code == 400
            assert "expiresAt" in answer.json()["reason"]

        assert frozen.control("GET", "/keys") == before


class TestJobs:
    @pytest.mark.parametrize(
        ("stage", "share", "kept", "stages"),
        [
            ("import", 0.5, 10, [("failed", 0.5), ("queued", 0)]),
            ("enrichment", 0.25, 20, [("completed", 1), ("failed", 0.25)]),
        ],
    )
    def test_one_fails_where_it_was_told_and_leaves_what_it_had_brought(
        self, frozen: World, stage: str, share: float, kept: int, stages: list[Any]
    ) -> None:
        frozen.control("PUT", "/job-pace", {"outcome": "failed", "stage": stage, "share": share})
        job = frozen.started(maxResults=20)
        credits_before = frozen.control("GET", "")["accountGroups"][0]["credits"]

        advance(frozen, 30)

        data = frozen.call("GET", f"/prospecting/{job}").json()["data"]
        assert [(one["status"], one["progress"]) for one in data["stages"].values()] == stages
        assert (data["status"], data["error"]["code"]) == ("failed", "PROSPECTING_FAILED")
        (audience,) = frozen.call("GET", "/audiences").json()["data"]["items"]
        assert audience["prospectCount"] == kept
        frozen.started(maxResults=1)
        assert frozen.control("GET", "")["accountGroups"][0]["credits"] == credits_before - kept

    def test_prospects_come_as_the_import_goes_and_only_the_control_plane_sees_it(self, frozen: World) -> None:
        frozen.control("PUT", "/job-pace", {"durationMs": 100_000})
        frozen.started(maxResults=100)
        counts = []
        for _ in range(10):
            advance(frozen, 10)
            (audience,) = frozen.control("GET", "/audiences")["audiences"]
            counts.append((audience["prospectCount"], audience["ready"]))
            hidden = frozen.call("GET", f"/audiences/{audience['id']}")
            assert (hidden.status_code == 409) is not audience["ready"]

        assert counts == [
            *[(0, False), (0, False), (15, False), (31, False), (46, False), (62, False)],
            *[(78, False), (93, False), (100, False), (100, True)],
        ]

    @pytest.mark.parametrize(
        ("body", "imported"),
        [
            ({"outcome": "failed", "stage": "import", "share": 0.2}, 4),
            ({"outcome": "failed", "stage": "enrichment"}, 20),
            ({"outcome": "cancelled", "share": 0.75}, 15),
            ({"outcome": "failed"}, 12),
        ],
    )
    def test_a_hand_may_say_where_one_ends(self, frozen: World, body: dict[str, Any], imported: int) -> None:
        frozen.control("PUT", "/job-pace", {"pace": "manual", "status": "running"})
        job = frozen.started(maxResults=20)

        ended = frozen.control("POST", f"/jobs/{job}/end", body)

        assert (ended["status"], ended["imported"]) == (body["outcome"], imported)
        assert frozen.call("GET", "/audiences").json()["data"]["items"][0]["prospectCount"] == imported

    @pytest.mark.parametrize("body", [{"stage": "import"}, {"outcome": "completed", "share": 0.5}])
    def test_one_that_completes_ends_in_no_stage(self, frozen: World, body: dict[str, Any]) -> None:
        frozen.control("PUT", "/job-pace", {"pace": "manual"})
        job = frozen.started()

        answer = frozen.client.post(f"/_mock/sandboxes/{frozen.sandbox}/jobs/{job}/end", json=body)

        assert answer.status_code == 400
        assert frozen.control("GET", f"/jobs/{job}")["status"] == "queued"

    def test_a_seed_may_say_it_too(self, here: Place) -> None:
        job = {"pace": "immediate", "outcome": "failed", "share": 0.5, "requested": 8}
        seed = {
            "keys": [{"key": "sk_test_of_failure"}],
            "accountGroups": [{"name": "A", "audiences": [{"name": "B", "job": job}]}],
        }
        world = here.make(seed=seed)

        assert world.call("GET", "/audiences").json()["data"]["items"][0]["prospectCount"] == 4


class TestLimits:
    def test_off_at_first_on_with_one_call_and_off_again(self, frozen: World) -> None:
        other = frozen.another_key("audiences:read")
        assert [frozen.call("GET", "/audiences").status_code for _ in range(5)] == [200] * 5

        limits = frozen.control("PUT", "/limits", {"rate": "2/m"})
        assert (limits["rate"], [(one["left"], one["own"]) for one in limits["keys"]]) == ("2/m", [(2, False)] * 2)
        for key in (frozen.key, other):
            assert [frozen.call("GET", "/audiences", key=key).status_code for _ in range(3)] == [200, 200, 429]
        assert [one["left"] for one in frozen.control("GET", "/limits")["keys"]] == [0, 0]

        frozen.control("DELETE", "/limits")
        assert [frozen.call("GET", "/audiences").status_code for _ in range(5)] == [200] * 5
        assert frozen.control("GET", "")["rateLimit"] is None

    def test_a_refusal_is_in_the_envelope_and_its_retry_after_is_the_truth(self, frozen: World) -> None:
        frozen.control("PUT", "/limits", {"rate": "7/m"})
        for _ in range(7):
            frozen.call("GET", "/audiences")

        refused = frozen.call("GET", "/audiences")

        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")
        assert refused.json()["data"] is None
        assert refused.headers["retry-after"] == "9"
        assert not [name for name in refused.headers if name.startswith("x-ratelimit")]
        advance(frozen, 8)
        assert frozen.call("GET", "/audiences").headers["retry-after"] == "1"
        advance(frozen, 1)
        assert frozen.call("GET", "/audiences").status_code == 200

    def test_a_refused_request_takes_no_effect(self, frozen: World) -> None:
        audience = frozen.ready()
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/h"})
        frozen.call("GET", "/audiences")

        statuses = [
            frozen.call("DELETE", f"/audiences/{audience}").status_code,
            frozen.call("POST", "/audiences", {"name": "New", "type": "on_demand"}).status_code,
            frozen.call("POST", "/prospecting", BODY).status_code,
        ]

        assert statuses == [429] * 3
        frozen.control("DELETE", "/limits")
        assert frozen.listed() == [audience]

    def test_it_comes_after_the_key_and_before_the_permission_and_the_rest(self, frozen: World) -> None:
        reader = frozen.another_key("audiences:read")
        frozen.control("PUT", "/limits", {"rate": "1/h"})
        first = frozen.call("POST", "/audiences", {}, key=reader)

        assert (first.status_code, first.json()["error"]["details"]["rule"]) == (403, "permission")
        assert frozen.call("POST", "/audiences", {}, key=reader).status_code == 429
        frozen.state("the API key is revoked", apiKey=reader)
        assert frozen.call("POST", "/audiences", {}, key=reader).status_code == 401

    def test_of_many_requests_at_once_as_many_pass_as_may(self, frozen: World) -> None:
        frozen.control("PUT", "/limits", {"rate": "10/h"})

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda _: frozen.call("GET", "/audiences").status_code, range(40)))

        assert sorted(statuses) == [200] * 10 + [429] * 30

    def test_a_key_may_have_one_of_its_own(self, frozen: World) -> None:
        other = frozen.another_key("audiences:read")
        path = f"/keys/{other}/limit"
        frozen.control("PUT", "/limits", {"rate": "1/h"})

        assert frozen.control("PUT", path, {"rate": "3/s"}) | {"fullAt": None} == {
            "key": other,
            "rate": "3/s",
            "own": True,
            "left": 3,
            "fullAt": None,
        }
        assert [frozen.call("GET", "/audiences", key=other).status_code for _ in range(4)] == [200] * 3 + [429]
        assert [frozen.call("GET", "/audiences").status_code for _ in range(2)] == [200, 429]
        assert frozen.control("GET", path)["left"] == 0
        frozen.control("DELETE", path)
        (back,) = [one for one in frozen.control("GET", "/limits")["keys"] if one["key"] == other]
        assert (back["rate"], back["own"], back["left"]) == ("1/h", False, 1)

    def test_a_reset_takes_it_away(self, frozen: World) -> None:
        frozen.control("PUT", "/limits", {"rate": "1/h"})
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/h"})

        frozen.control("POST", "/reset")

        assert [frozen.call("GET", "/audiences").status_code for _ in range(3)] == [200] * 3

    @pytest.mark.parametrize("rate", ["", "60", "0/m", "60/d", " 60/m", "60/m ", "1000000/s", 60, None])
    def test_a_wrong_rate_is_400_and_changes_nothing(self, frozen: World, rate: Any) -> None:
        frozen.control("PUT", "/limits", {"rate": "5/s"})
        before = frozen.control("GET", "/limits")

        for path in ("/limits", f"/keys/{frozen.key}/limit"):
            answer = frozen.client.put(f"/_mock/sandboxes/{frozen.sandbox}{path}", json={"rate": rate})
            assert answer.status_code == 400
            assert "rate" in answer.json()["reason"]

        assert frozen.control("GET", "/limits") == before

    def test_where_there_is_none_it_is_404_with_a_hint(self, frozen: World) -> None:
        paths = [f"/_mock/sandboxes/{frozen.sandbox}{path}" for path in ("/limits", f"/keys/{frozen.key}/limit")]

        before = [frozen.client.get(path) for path in paths]
        deleted = [frozen.client.delete(path).status_code for path in paths]
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/s"})

        assert [answer.status_code for answer in before] == [404, 404]
        assert all("/limits" in answer.json()["hint"] for answer in before)
        assert deleted == [204, 204]
        assert [frozen.client.get(path).status_code for path in paths] == [200, 200]

    def test_a_key_that_is_not_there_has_none(self, frozen: World) -> None:
        path = f"/_mock/sandboxes/{frozen.sandbox}/keys/sk_test_nobody/limit"

        answers = [
            frozen.client.get(path),
            frozen.client.put(path, json={"rate": "1/s"}),
            frozen.client.delete(path),
        ]

        assert [answer.status_code for answer in answers] == [404] * 3

    def test_the_provider_state_lasts_and_promises_nothing(self, frozen: World) -> None:
        frozen.state("the rate limit is exhausted")

        refused = frozen.call("GET", "/audiences")

        assert refused.status_code == 429
        assert "retry-after" not in refused.headers
        advance(frozen, 1_000_000)
        assert frozen.call("GET", "/audiences").status_code == 429
        frozen.state("the rate limit is exhausted", "teardown")
        assert frozen.call("GET", "/audiences").status_code == 200


def test_a_server_may_begin_with_a_limit_and_a_reset_brings_it_back() -> None:
    with place(Settings(rate_limit=RateLimit(2, 60_000), sandbox_expiry=None)) as here:
        default = World(here.client, "default", "sk_test_all_permissions", "a00000000000000000000001")

        for one in (here.make(), default):
            assert [one.call("GET", "/audiences").status_code for _ in range(3)] == [200, 200, 429]
            one.control("DELETE", "/limits")
            assert one.call("GET", "/audiences").status_code == 200
            one.control("POST", "/reset")
            assert [one.call("GET", "/audiences").status_code for _ in range(3)] == [200, 200, 429]

        listed = here.client.get("/_mock/sandboxes").json()["sandboxes"]
        assert [one["idleExpirySeconds"] for one in listed] == [None, None]
