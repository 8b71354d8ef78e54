"""Jobs whose end a test chooses."""

from typing import Any

import pytest

from tests.harness.clocked_server import ClockedServer, advance
from tests.harness.sandbox_client import World


class TestJobs:
    @pytest.mark.parametrize(
        ("stage", "share", "imported", "stages"),
        [
            ("import", 0.5, 10, [("failed", 0.5), ("queued", 0)]),
            ("enrichment", 0.25, 20, [("completed", 1), ("failed", 0.25)]),
        ],
    )
    def test_a_failing_job_fails_in_its_stage_and_keeps_its_imported_prospects(
        self, frozen: World, stage: str, share: float, imported: int, stages: list[Any]
    ) -> None:
        frozen.control("PUT", "/job-pace", {"outcome": "failed", "stage": stage, "share": share})
        job = frozen.started(maxResults=20)
        credits_before = frozen.control("GET", "")["accountGroups"][0]["credits"]

        advance(frozen, 30)

        data = frozen.call("GET", f"/prospecting/{job}").json()["data"]
        assert [(stage["status"], stage["progress"]) for stage in data["stages"].values()] == stages
        assert (data["status"], data["error"]["code"]) == ("failed", "PROSPECTING_FAILED")
        (audience,) = frozen.call("GET", "/audiences").json()["data"]["items"]
        assert audience["prospectCount"] == imported
        frozen.started(maxResults=1)
        assert frozen.control("GET", "")["accountGroups"][0]["credits"] == credits_before - imported

    def test_prospects_grow_during_the_import_and_only_the_control_plane_shows_them(self, frozen: World) -> None:
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
    def test_a_job_can_be_ended_by_hand_at_a_given_stage_and_share(
        self, frozen: World, body: dict[str, Any], imported: int
    ) -> None:
        frozen.control("PUT", "/job-pace", {"pace": "manual", "status": "running"})
        job = frozen.started(maxResults=20)

        ended = frozen.control("POST", f"/jobs/{job}/end", body)

        assert (ended["status"], ended["imported"]) == (body["outcome"], imported)
        assert frozen.call("GET", "/audiences").json()["data"]["items"][0]["prospectCount"] == imported

    @pytest.mark.parametrize("body", [{"stage": "import"}, {"outcome": "completed", "share": 0.5}])
    def test_a_completed_job_cannot_end_in_a_stage(self, frozen: World, body: dict[str, Any]) -> None:
        frozen.control("PUT", "/job-pace", {"pace": "manual"})
        job = frozen.started()

        answer = frozen.client.post(f"/_mock/sandboxes/{frozen.sandbox}/jobs/{job}/end", json=body)

        assert answer.status_code == 400
        assert frozen.control("GET", f"/jobs/{job}")["status"] == "queued"

    def test_a_seed_may_give_the_outcome_and_share_of_a_job(self, server: ClockedServer) -> None:
        job = {"pace": "immediate", "outcome": "failed", "share": 0.5, "requested": 8}
        seed = {
            "keys": [{"key": "sk_test_of_failure"}],
            "accountGroups": [{"name": "A", "audiences": [{"name": "B", "job": job}]}],
        }
        world = server.make(seed=seed)

        assert world.call("GET", "/audiences").json()["data"]["items"][0]["prospectCount"] == 4
