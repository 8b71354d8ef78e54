"""The number of sandboxes, and seeds that make them."""

from typing import Any

import pytest

from tests.harness.clocked_server import MAX_SANDBOXES, ClockedServer


class TestNumberOfSandboxes:
    def test_a_sandbox_above_the_limit_is_409_with_a_hint_and_is_not_created(self, server: ClockedServer) -> None:
        sandboxes = [server.make() for _ in range(MAX_SANDBOXES - 1)]

        answer = server.client.post("/_mock/sandboxes", json={})

        assert answer.status_code == 409
        assert f"there are {MAX_SANDBOXES} sandboxes already" in answer.json()["reason"]
        assert "--max-sandboxes" in answer.json()["hint"]
        assert len(server.ids()) == MAX_SANDBOXES
        server.client.delete(f"/_mock/sandboxes/{sandboxes[0].sandbox}")
        assert server.make().sandbox in server.ids()

    def test_expired_sandboxes_make_room(self, server: ClockedServer) -> None:
        for _ in range(MAX_SANDBOXES - 1):
            server.make(idleExpirySeconds=1)
        server.clock.advance(2_000)

        world = server.make()

        assert server.ids() == ["default", world.sandbox]


class TestSeeds:
    def test_a_seed_may_be_yaml(self, server: ClockedServer) -> None:
        world = server.make(
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
    def test_an_invalid_seed_is_400_with_a_reason_and_creates_nothing(self, server: ClockedServer, seed: Any) -> None:
        answer = server.client.post("/_mock/sandboxes", json={"seed": seed})

        assert answer.status_code == 400
        assert answer.json()["reason"]
        assert server.ids() == ["default"]
