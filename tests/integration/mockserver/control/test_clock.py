"""The clock of a sandbox on the control plane."""

from typing import Any

import pytest

from tests.harness.control_plane import DEFAULT, ControlPlane, start_job


class TestClock:
    def test_a_new_clock_shows_real_time(self, control: ControlPlane) -> None:
        control.clock.instant += 1_500

        assert control.call("GET", f"{DEFAULT}/clock") == {"now": "2026-04-28T15:30:01.500Z", "mode": "real"}

    def test_a_stopped_clock_stands_still_until_advanced_or_released(self, control: ControlPlane) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual"})
        control.clock.instant += 60_000
        stopped = control.call("GET", f"{DEFAULT}/clock")

        moved = control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 1.5, "milliseconds": 2})
        running = control.call("PUT", f"{DEFAULT}/clock", {"mode": "real"})

        assert stopped == {"now": "2026-04-28T15:30:00.000Z", "mode": "manual"}
        assert moved == {"now": "2026-04-28T15:30:01.502Z", "mode": "manual", "changes": [], "events": []}
        assert running == {"now": "2026-04-28T15:31:00.000Z", "mode": "real"}

    def test_a_running_clock_can_be_advanced_and_is_not_set_back(self, control: ControlPlane) -> None:
        control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 3600})
        control.clock.instant += 1_000

        assert control.call("PUT", f"{DEFAULT}/clock", {"mode": "real"})["now"] == "2026-04-28T16:30:01.000Z"

    def test_a_clock_can_be_set_to_a_later_instant_only(self, control: ControlPlane) -> None:
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
    def test_an_invalid_clock_setting_is_400_and_changes_nothing(self, control: ControlPlane, body: Any) -> None:
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
    def test_a_clock_advances_only_by_a_positive_time(self, control: ControlPlane, body: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", f"{DEFAULT}/clock/advance", body)
        assert control.snapshot() == before

    def test_a_clock_does_not_advance_past_its_last_instant(self, control: ControlPlane) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual", "at": "8999-12-31T23:59:59.998Z"})
        control.call("POST", f"{DEFAULT}/clock/advance", {"milliseconds": 1})
        before = control.snapshot()

        refused = control.refused(409, "POST", f"{DEFAULT}/clock/advance", {"milliseconds": 1})
        assert "goes up to 8999-12-31T23:59:59.999Z" in refused
        assert control.snapshot() == before

    def test_advancing_a_clock_moves_only_the_jobs_of_its_sandbox_and_lists_them(self, control: ControlPlane) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual"})
        job = start_job(control, pace="time", durationMs=10_000)
        started = control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 2})
        elsewhere = control.call("POST", "/_mock/sandboxes")

        ended = control.call("POST", f"{DEFAULT}/clock/advance", {"milliseconds": 8_000})

        assert started["changes"] == [{"jobId": job["id"], "from": "queued", "to": "running"}]
        assert ended["changes"] == [{"jobId": job["id"], "from": "running", "to": "completed"}]
        assert control.call("GET", f"/_mock/sandboxes/{elsewhere['id']}/clock") == elsewhere["clock"]
