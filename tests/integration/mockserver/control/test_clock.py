"""The clock of a sandbox on the control plane."""

from typing import Any

import pytest

from tests.harness.control_plane import DEFAULT, Control, start


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
