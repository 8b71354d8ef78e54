"""Rate limits of a sandbox and of single keys."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver.config import Settings
from mockserver.domain.limit import RateLimit
from tests.harness.clocked_server import advance, clocked_server
from tests.harness.sandbox_client import BODY, World


class TestLimits:
    def test_a_rate_limit_is_off_by_default_and_can_be_set_and_removed(self, frozen: World) -> None:
        other = frozen.another_key("audiences:read")
        assert [frozen.call("GET", "/audiences").status_code for _ in range(5)] == [200] * 5

        limits = frozen.control("PUT", "/limits", {"rate": "2/m"})
        assert (limits["rate"], [(key["left"], key["own"]) for key in limits["keys"]]) == ("2/m", [(2, False)] * 2)
        for key in (frozen.key, other):
            assert [frozen.call("GET", "/audiences", key=key).status_code for _ in range(3)] == [200, 200, 429]
        assert [key["left"] for key in frozen.control("GET", "/limits")["keys"]] == [0, 0]

        frozen.control("DELETE", "/limits")
        assert [frozen.call("GET", "/audiences").status_code for _ in range(5)] == [200] * 5
        assert frozen.control("GET", "")["rateLimit"] is None

    def test_a_rate_limit_refusal_has_the_envelope_and_a_true_retry_after(self, frozen: World) -> None:
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

    def test_a_rate_limited_request_has_no_effect(self, frozen: World) -> None:
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

    def test_the_rate_limit_is_checked_after_the_key_and_before_the_permission(self, frozen: World) -> None:
        reader = frozen.another_key("audiences:read")
        frozen.control("PUT", "/limits", {"rate": "1/h"})
        first = frozen.call("POST", "/audiences", {}, key=reader)

        assert (first.status_code, first.json()["error"]["details"]["rule"]) == (403, "permission")
        assert frozen.call("POST", "/audiences", {}, key=reader).status_code == 429
        frozen.state("the API key is revoked", apiKey=reader)
        assert frozen.call("POST", "/audiences", {}, key=reader).status_code == 401

    def test_exactly_the_permitted_number_of_concurrent_requests_passes(self, frozen: World) -> None:
        frozen.control("PUT", "/limits", {"rate": "10/h"})

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda _: frozen.call("GET", "/audiences").status_code, range(40)))

        assert sorted(statuses) == [200] * 10 + [429] * 30

    def test_a_key_may_have_its_own_rate_limit(self, frozen: World) -> None:
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
        assert {one["key"]: one["rateLimit"] for one in frozen.control("GET", "/keys")["keys"]} == {
            frozen.key: None,
            other: "3/s",
        }
        assert [frozen.call("GET", "/audiences", key=other).status_code for _ in range(4)] == [200] * 3 + [429]
        assert [frozen.call("GET", "/audiences").status_code for _ in range(2)] == [200, 429]
        assert frozen.control("GET", path)["left"] == 0
        frozen.control("DELETE", path)
        (back,) = [key for key in frozen.control("GET", "/limits")["keys"] if key["key"] == other]
        assert (back["rate"], back["own"], back["left"]) == ("1/h", False, 1)

    def test_a_reset_removes_the_rate_limits(self, frozen: World) -> None:
        frozen.control("PUT", "/limits", {"rate": "1/h"})
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/h"})

        frozen.control("POST", "/reset")

        assert [frozen.call("GET", "/audiences").status_code for _ in range(3)] == [200] * 3

    @pytest.mark.parametrize("rate", ["", "60", "0/m", "60/d", " 60/m", "60/m ", "1000000/s", 60, None])
    def test_an_invalid_rate_is_400_and_changes_nothing(self, frozen: World, rate: Any) -> None:
        frozen.control("PUT", "/limits", {"rate": "5/s"})
        before = frozen.control("GET", "/limits")

        for path in ("/limits", f"/keys/{frozen.key}/limit"):
            answer = frozen.client.put(f"/_mock/sandboxes/{frozen.sandbox}{path}", json={"rate": rate})
            assert answer.status_code == 400
            assert "rate" in answer.json()["reason"]

        assert frozen.control("GET", "/limits") == before

    def test_a_missing_rate_limit_is_404_with_a_hint(self, frozen: World) -> None:
        paths = [f"/_mock/sandboxes/{frozen.sandbox}{path}" for path in ("/limits", f"/keys/{frozen.key}/limit")]

        before = [frozen.client.get(path) for path in paths]
        deleted = [frozen.client.delete(path).status_code for path in paths]
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/s"})

        assert [answer.status_code for answer in before] == [404, 404]
        assert all("/limits" in answer.json()["hint"] for answer in before)
        assert deleted == [204, 204]
        assert [frozen.client.get(path).status_code for path in paths] == [200, 200]

    def test_an_unknown_key_has_no_rate_limit(self, frozen: World) -> None:
        path = f"/_mock/sandboxes/{frozen.sandbox}/keys/sk_test_nobody/limit"

        answers = [
            frozen.client.get(path),
            frozen.client.put(path, json={"rate": "1/s"}),
            frozen.client.delete(path),
        ]

        assert [answer.status_code for answer in answers] == [404] * 3

    def test_the_exhausted_rate_limit_state_lasts_and_has_no_retry_after(self, frozen: World) -> None:
        frozen.state("the rate limit is exhausted")

        refused = frozen.call("GET", "/audiences")

        assert refused.status_code == 429
        assert "retry-after" not in refused.headers
        advance(frozen, 1_000_000)
        assert frozen.call("GET", "/audiences").status_code == 429
        frozen.state("the rate limit is exhausted", "teardown")
        assert frozen.call("GET", "/audiences").status_code == 200


def test_the_rate_limit_of_a_server_is_restored_by_a_reset() -> None:
    with clocked_server(Settings(rate_limit=RateLimit(2, 60_000), sandbox_expiry=None)) as server:
        default = World(server.client, "default", "sk_test_all_permissions", "a00000000000000000000001")

        for world in (server.make(), default):
            assert [world.call("GET", "/audiences").status_code for _ in range(3)] == [200, 200, 429]
            world.control("DELETE", "/limits")
            assert world.call("GET", "/audiences").status_code == 200
            world.control("POST", "/reset")
            assert [world.call("GET", "/audiences").status_code for _ in range(3)] == [200, 200, 429]

        listed = server.client.get("/_mock/sandboxes").json()["sandboxes"]
        assert [sandbox["idleExpirySeconds"] for sandbox in listed] == [None, None]
