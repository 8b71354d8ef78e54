"""Snapshots of a sandbox on the control plane."""

import pytest

from mockserver.domain.audience import Audience
from mockserver.domain.instant import iso
from mockserver.domain.job import Job, Progression
from mockserver.service import snapshots
from mockserver.service.seeding import MAX_RECORDS
from tests.harness.control_plane import AUDIENCE, DEFAULT, GROUP, KEY, START, ControlPlane, start_job

ONE = f"{DEFAULT}/snapshots/one"


def names(control: ControlPlane) -> list[str]:
    return [snapshot["name"] for snapshot in control.call("GET", f"{DEFAULT}/snapshots")["snapshots"]]


class TestSnapshots:
    def test_a_snapshot_is_listed_with_its_time_and_its_counts(self, control: ControlPlane) -> None:
        control.call("PUT", f"{DEFAULT}/clock", {"mode": "manual", "at": "2030-01-01T00:00:00.000Z"})
        taken = control.call("PUT", ONE)
        control.clock.instant += 1
        control.call("PUT", f"{DEFAULT}/snapshots/another")

        assert control.call("GET", f"{DEFAULT}/snapshots")["snapshots"][0] == taken
        assert (taken["takenAt"], taken["now"]) == (iso(START), "2030-01-01T00:00:00.000Z")
        assert taken["records"]["audiences"] == 3
        assert names(control) == ["one", "another"]

    def test_a_restored_sandbox_has_its_keys_jobs_faults_and_clock_again(self, control: ControlPlane) -> None:
        start_job(control, pace="manual")
        control.call("POST", f"{DEFAULT}/faults", {"preset": "lost-reply"})
        control.call("PUT", ONE)
        before, faults = control.snapshot(), control.call("GET", f"{DEFAULT}/faults")
        control.call("DELETE", f"{DEFAULT}/keys/{KEY}")
        control.call("DELETE", f"{DEFAULT}/faults")
        control.call("POST", f"{DEFAULT}/clock/advance", {"seconds": 90})

        control.call("POST", f"{ONE}/restore")

        assert control.snapshot() == before
        assert control.call("GET", f"{DEFAULT}/faults") == faults

    def test_a_snapshot_of_the_same_name_is_replaced(self, control: ControlPlane) -> None:
        control.call("PUT", ONE)
        control.call("POST", f"{DEFAULT}/keys")
        taken = control.call("PUT", ONE)

        assert control.call("GET", f"{DEFAULT}/snapshots")["snapshots"] == [taken]
        assert taken["records"]["keys"] == 4

    def test_a_reset_leaves_the_snapshots_and_a_restored_sandbox_keeps_its_seed(self, control: ControlPlane) -> None:
        first = control.call("GET", DEFAULT)
        control.call("POST", f"{DEFAULT}/keys")
        control.call("PUT", ONE)
        control.call("POST", f"{DEFAULT}/reset")

        assert len(control.call("POST", f"{ONE}/restore")["keys"]) == 4
        assert control.call("POST", f"{DEFAULT}/reset") == first

    def test_a_dropped_snapshot_is_gone(self, control: ControlPlane) -> None:
        control.call("PUT", ONE)

        assert control.send("DELETE", ONE).status_code == 204
        assert names(control) == []
        for method, path in (("DELETE", ONE), ("POST", f"{ONE}/restore")):
            assert "no snapshot one" in control.refused(404, method, path)

    @pytest.mark.parametrize("name", ["a%20b", "x" * 101, "%F0%9F%8E%88"])
    def test_a_name_that_is_no_plain_word_is_400(self, control: ControlPlane, name: str) -> None:
        assert "name" in control.refused(400, "PUT", f"{DEFAULT}/snapshots/{name}")

    def test_too_many_snapshots_are_409_and_a_known_name_is_not(self, control: ControlPlane) -> None:
        for number in range(snapshots.MAX_SNAPSHOTS):
            control.call("PUT", f"{DEFAULT}/snapshots/{number}")

        assert "may have 20 snapshots" in control.refused(409, "PUT", ONE)
        control.call("PUT", f"{DEFAULT}/snapshots/7")
        assert len(names(control)) == snapshots.MAX_SNAPSHOTS

    def test_a_snapshot_of_too_many_records_is_413(self, control: ControlPlane) -> None:
        for number in range(MAX_RECORDS):
            record = Job(f"{number:024x}", 99 + number, GROUP, AUDIENCE, 1, 1, 0, Progression())
            control.store.records["default"].put_job(record)

        assert f"it may have {MAX_RECORDS}" in control.refused(413, "PUT", ONE)

    def test_a_snapshot_that_is_too_long_is_413(self, control: ControlPlane) -> None:
        long = Audience(AUDIENCE, 99, GROUP, "x" * snapshots.MAX_BYTES, "on_demand", None, None, 0, 0)
        control.store.records["default"].audiences.put(long)

        assert "bytes" in control.refused(413, "PUT", ONE)

    def test_a_restoration_whose_key_is_taken_changes_nothing(self, control: ControlPlane) -> None:
        control.call("PUT", ONE)
        control.call("DELETE", f"{DEFAULT}/keys/{KEY}")
        control.call("POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": KEY}]}})
        before = control.snapshot()

        assert "another sandbox" in control.refused(409, "POST", f"{ONE}/restore")
        assert control.snapshot() == before
