"""The expiry of idle sandboxes."""

from typing import Any

import pytest

from tests.harness.clocked_server import HOUR, ClockedServer, advance
from tests.harness.sandbox_client import World


class TestExpiry:
    def test_an_unused_sandbox_expires_after_an_hour_and_the_default_sandbox_stays(self, server: ClockedServer) -> None:
        world = server.make()

        server.clock.advance(2 * HOUR)

        assert server.ids() == ["default"]
        assert server.client.get(f"/_mock/sandboxes/{world.sandbox}").status_code == 404
        assert server.client.get("/_mock/health").json()["sandboxes"] == 1

    @pytest.mark.parametrize("way", ["vendor", "control"])
    def test_a_sandbox_used_through_either_plane_stays(self, server: ClockedServer, way: str) -> None:
        world = server.make(idleExpirySeconds=60)

        for _ in range(5):
            server.clock.advance(59_000)
            if way == "vendor":
                assert world.call("GET", "/audiences").status_code == 200
            else:
                world.control("GET", "/jobs")

        assert world.sandbox in server.ids()

    def test_listing_sandboxes_or_a_refused_request_does_not_keep_a_sandbox(self, server: ClockedServer) -> None:
        world = server.make(idleExpirySeconds=60)
        for _ in range(3):
            server.clock.advance(30_000)
            server.ids()
            world.call("GET", "/audiences", key="unknown")

        assert server.ids() == ["default"]

    def test_a_search_for_a_job_of_another_sandbox_does_not_keep_a_sandbox(self, server: ClockedServer) -> None:
        server.make(idleExpirySeconds=60)
        other = server.make()
        _, job = other.populated()
        ended = {"state": "the prospecting has ended", "params": {"jobId": job, "outcome": "completed"}}

        for _ in range(3):
            server.clock.advance(30_000)
            server.client.post("/_mock/provider-states", json=ended).raise_for_status()

        assert server.ids() == ["default", other.sandbox]

    @pytest.mark.parametrize("path", ["", "/clock", "/jobs", "/keys", "/job-pace", "/audiences"])
    def test_an_expired_sandbox_is_gone_at_its_next_use(self, server: ClockedServer, path: str) -> None:
        world = server.make(idleExpirySeconds=1)
        server.clock.advance(2_000)

        assert server.client.get(f"/_mock/sandboxes/{world.sandbox}{path}").status_code == 404
        assert world.call("GET", "/audiences").status_code == 401

    def test_an_expired_sandbox_can_be_neither_deleted_nor_reset(self, server: ClockedServer) -> None:
        first, second = server.make(idleExpirySeconds=1), server.make(idleExpirySeconds=1)
        server.clock.advance(2_000)

        assert server.client.delete(f"/_mock/sandboxes/{first.sandbox}").status_code == 404
        assert server.client.post(f"/_mock/sandboxes/{second.sandbox}/reset").status_code == 404

    def test_the_key_of_an_expired_sandbox_is_free_again(self, server: ClockedServer) -> None:
        seed = {"keys": [{"key": "sk_test_of_a_suite"}], "accountGroups": [{"name": "A"}]}
        first = server.make(seed=seed, idleExpirySeconds=1)
        server.clock.advance(2_000)

        second = server.make(seed=seed)

        assert first.call("GET", "/audiences").status_code == 403
        assert second.call("GET", "/audiences").status_code == 200

    def test_a_sandbox_can_have_no_expiry(self, server: ClockedServer) -> None:
        world = server.make(idleExpirySeconds=None)

        server.clock.advance(10_000 * HOUR)

        assert server.ids() == ["default", world.sandbox]

    def test_a_sandbox_expires_by_real_time_and_not_by_its_own_clock(
        self, frozen: World, server: ClockedServer
    ) -> None:
        advance(frozen, 100 * 3_600)

        assert frozen.sandbox in server.ids()
        server.clock.advance(2 * HOUR)
        assert frozen.sandbox not in server.ids()

    @pytest.mark.parametrize("seconds", [0, 0.5, -1, 31_536_001, "60", True])
    def test_an_invalid_expiry_is_400_and_creates_nothing(self, server: ClockedServer, seconds: Any) -> None:
        answer = server.client.post("/_mock/sandboxes", json={"idleExpirySeconds": seconds})

        assert answer.status_code == 400
        assert "idleExpirySeconds" in answer.json()["reason"]
        assert server.ids() == ["default"]
