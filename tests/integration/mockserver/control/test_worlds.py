"""The content of a sandbox, exported, imported and copied by the control plane."""

from typing import Any

import pytest

from mockserver.domain.instant import iso
from mockserver.domain.job import Job, Progression
from mockserver.domain.refusal import Reason
from mockserver.seeds import checked
from mockserver.service import audiences
from mockserver.service.seeding import MAX_RECORDS
from tests.harness.control_plane import DEFAULT, GROUP, JOB, KEY, START, ControlPlane, reason, start_job

HOUR = 3_600_000
PACE = Progression()
AUDIENCE = "b00000000000000000000009"


def seed_of(control: ControlPlane, query: str = "") -> dict[str, Any]:
    """Export `default`; the document fits the schema."""
    document = control.call("GET", f"{DEFAULT}/seed{query}")
    checked(document)
    return dict(document)


def group_with(**members: Any) -> dict[str, Any]:
    return {"accountGroups": [{"id": GROUP, "name": "One", **members}]}


class TestExport:
    def test_an_export_without_keys_holds_no_token(self, control: ControlPlane) -> None:
        tokens = [key["key"] for key in control.call("GET", f"{DEFAULT}/keys")["keys"]]
        control.call("POST", f"{DEFAULT}/faults", {"preset": "flaky", "key": KEY})

        document = seed_of(control)

        assert not [token for token in tokens if token in str(document)]
        assert {key["name"] for key in document["keys"]} == {"all permissions", "read only", "revoked"}
        assert {fault["key"] for fault in document["faults"]} == {"all permissions"}

    def test_an_export_with_keys_holds_their_tokens(self, control: ControlPlane) -> None:
        assert KEY in {key["key"] for key in seed_of(control, "?keys=true")["keys"]}

    def test_a_name_that_is_a_token_is_left_out(self, control: ControlPlane) -> None:
        seed = {"keys": [{"key": "sk_test_unnamed"}], "faults": [{"kind": "reset-before", "key": "sk_test_unnamed"}]}
        control.call("PUT", f"{DEFAULT}/seed", seed)

        document = seed_of(control)

        assert "sk_test_unnamed" not in str(document)
        assert document["faults"][0]["key"] == document["keys"][0]["name"]

    def test_a_fault_names_its_key_and_no_other_with_the_same_name(self, control: ControlPlane) -> None:
        keys = [{"key": f"sk_test_{number}", "name": "twin"} for number in (1, 2)]
        control.call("PUT", f"{DEFAULT}/seed", {"keys": keys, "faults": [{"kind": "reset-before", "key": "sk_test_2"}]})

        document = seed_of(control)

        assert [key["name"] for key in document["keys"]].count(document["faults"][0]["key"]) == 1

    def test_a_fault_for_a_removed_key_is_left_out(self, control: ControlPlane) -> None:
        added = control.call("POST", f"{DEFAULT}/keys", {"accountGroupIds": [GROUP]})["key"]
        control.call("POST", f"{DEFAULT}/faults", {"kind": "reset-before", "key": added})
        control.call("DELETE", f"{DEFAULT}/keys/{added}")

        assert seed_of(control, "?keys=true")["faults"] == []

    def test_a_forgotten_idempotency_key_is_left_out(self, control: ControlPlane) -> None:
        replay = {"idempotencyKey": "once", "jobId": JOB, "fingerprint": "f", "expiresAt": iso(START + HOUR)}
        control.call("PUT", f"{DEFAULT}/seed", group_with(jobs=[{"id": JOB, "audienceId": AUDIENCE}], replays=[replay]))
        before = seed_of(control)["accountGroups"][0]["replays"]
        control.clock.instant += HOUR

        assert (before, seed_of(control)["accountGroups"][0]["replays"]) == ([replay], [])

    def test_an_export_that_is_too_large_for_a_request_says_so(self, control: ControlPlane) -> None:
        small = control.send("GET", f"{DEFAULT}/seed")
        for number in range(MAX_RECORDS):
            control.store.records["default"].put_job(Job(f"{number:024x}", 99 + number, GROUP, AUDIENCE, 1, 1, 0, PACE))
        large = control.send("GET", f"{DEFAULT}/seed")

        assert "warning" not in small.headers
        assert f"it may have {MAX_RECORDS}" in large.headers["warning"]
        assert "is too large" in control.refused(400, "POST", "/_mock/sandboxes", {"from": "default"})

    def test_a_long_export_is_sent_in_pieces(self, control: ControlPlane) -> None:
        short = control.send("GET", f"{DEFAULT}/seed")
        world = group_with(audiences=[{"id": AUDIENCE, "name": "x" * 300_000}])
        control.call("PUT", f"{DEFAULT}/seed", world)
        long = control.send("GET", f"{DEFAULT}/seed")

        assert "content-length" in short.headers
        assert "content-length" not in long.headers
        assert long.json()["accountGroups"][0]["audiences"][0]["name"] == "x" * 300_000


class TestImport:
    def test_a_reset_returns_to_the_imported_document(self, control: ControlPlane) -> None:
        control.call("PUT", f"{DEFAULT}/seed", group_with(audiences=[{"id": AUDIENCE, "name": "Imported"}]))
        key = control.call("GET", f"{DEFAULT}/keys")
        control.call("POST", f"{DEFAULT}/keys")

        shown = control.call("POST", f"{DEFAULT}/reset")

        assert [group["name"] for group in shown["accountGroups"]] == ["One"]
        assert control.call("GET", f"{DEFAULT}/keys") == key

    @pytest.mark.parametrize(("mode", "later"), [("manual", 0), ("real", 500)])
    def test_the_clock_begins_at_the_instant_of_the_document(
        self, control: ControlPlane, mode: str, later: int
    ) -> None:
        at = START - HOUR
        control.call("PUT", f"{DEFAULT}/seed", {"clock": {"mode": mode, "at": iso(at)}, **group_with()})
        control.clock.instant += 500

        assert control.call("GET", f"{DEFAULT}/clock") == {"mode": mode, "now": iso(at + later)}

    def test_an_old_cursor_is_refused_after_an_import(self, control: ControlPlane) -> None:
        cursor = control.vendor(KEY, GROUP, audiences.page, None, 1).next_cursor
        control.call("PUT", f"{DEFAULT}/seed", seed_of(control, "?keys=true"))

        assert reason(control.vendor(KEY, GROUP, audiences.page, cursor, 1)) is Reason.INVALID_REQUEST

    def test_identifiers_continue_behind_those_of_the_document(self, control: ControlPlane) -> None:
        control.call("PUT", f"{DEFAULT}/seed", {"generatedIds": 700, **group_with()})

        assert seed_of(control)["generatedIds"] > 700

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({"createdAt": "yesterday"}, "createdAt is not an instant"),
            ({"createdAt": "9000-01-01T00:00:00Z"}, "after the year 8999"),
            ({"jobs": [{"pace": "time"}]}, "audienceId"),
            ({"audiences": [{"name": "x", "job": {"audienceId": AUDIENCE}}]}, "leave that out"),
            ({"jobs": [{"audienceId": AUDIENCE, "ending": {"outcome": "failed"}}]}, "at"),
            ({"jobs": [{"audienceId": AUDIENCE, "createdAt": "x"}]}, "job "),
            (
                {"replays": [{"idempotencyKey": "k", "jobId": JOB, "fingerprint": "f", "expiresAt": iso(START)}]},
                "which is no job there",
            ),
            (
                {
                    "jobs": [{"id": JOB, "audienceId": AUDIENCE}],
                    "replays": [{"idempotencyKey": "k", "jobId": JOB, "fingerprint": "f", "expiresAt": iso(START)}] * 2,
                },
                "appears twice",
            ),
        ],
    )
    def test_a_group_that_contradicts_itself_is_400_and_changes_nothing(
        self, control: ControlPlane, members: Any, expected: str
    ) -> None:
        before = seed_of(control, "?keys=true")

        assert expected in control.refused(400, "PUT", f"{DEFAULT}/seed", group_with(**members))
        assert seed_of(control, "?keys=true") == before

    @pytest.mark.parametrize(
        ("document", "expected"),
        [
            ({"clock": {"mode": "manual", "at": "soon"}}, "clock: its at is not an instant"),
            ({"clock": {"at": iso(START)}}, "mode"),
            ({"rateLimit": "often"}, "rateLimit"),
            ({"keys": [{"bucket": {"lacking": 1, "at": "x"}}]}, "its at is not an instant"),
            ({"faults": [{"preset": "flaky", "matched": 1}]}, "matched"),
            ({"faults": [{"kind": "reset-before", "id": JOB}] * 2}, "appears twice"),
            (group_with(audiences=[{"name": "x"}] * MAX_RECORDS), f"it may have {MAX_RECORDS}"),
        ],
    )
    def test_a_wrong_document_is_400_and_changes_nothing(
        self, control: ControlPlane, document: Any, expected: str
    ) -> None:
        before = seed_of(control, "?keys=true")

        assert expected in control.refused(400, "PUT", f"{DEFAULT}/seed", document)
        assert seed_of(control, "?keys=true") == before

    def test_a_job_on_an_audience_of_another_account_group_is_refused(self, control: ControlPlane) -> None:
        groups = [
            {"name": "One", "audiences": [{"id": AUDIENCE, "name": "x"}]},
            {"name": "Two", "jobs": [{"audienceId": AUDIENCE}]},
        ]

        assert "of another one" in control.refused(400, "PUT", f"{DEFAULT}/seed", {"accountGroups": groups})

    def test_a_key_of_another_sandbox_is_409_and_changes_nothing(self, control: ControlPlane) -> None:
        made = control.call("POST", "/_mock/sandboxes")
        before = control.snapshot()

        assert "another sandbox" in control.refused(
            409, "PUT", f"/_mock/sandboxes/{made['id']}/seed", {"keys": [{"key": KEY}]}
        )
        assert control.snapshot() == before


class TestCopies:
    def test_a_copy_has_the_records_of_the_other_sandbox_and_fresh_keys(self, control: ControlPlane) -> None:
        started = start_job(control, pace="manual")

        copy = control.call("POST", "/_mock/sandboxes", {"from": "default", "name": "copy", "idleExpirySeconds": 60})

        jobs = control.call("GET", f"/_mock/sandboxes/{copy['id']}/jobs")["jobs"]
        assert started["id"] in {job["id"] for job in jobs}
        assert (copy["name"], copy["idleExpirySeconds"]) == ("copy", 60)
        assert KEY not in {key["key"] for key in copy["keys"]}

    def test_a_reset_of_a_copy_returns_to_its_beginning(self, control: ControlPlane) -> None:
        copy = control.call("POST", "/_mock/sandboxes", {"from": "default"})
        control.call("POST", f"/_mock/sandboxes/{copy['id']}/keys")

        assert control.call("POST", f"/_mock/sandboxes/{copy['id']}/reset")["keys"] == copy["keys"]

    def test_a_copy_of_an_unknown_sandbox_is_404(self, control: ControlPlane) -> None:
        assert "no sandbox nowhere" in control.refused(404, "POST", "/_mock/sandboxes", {"from": "nowhere"})

    def test_a_sandbox_begins_with_a_copy_or_a_seed_but_not_with_both(self, control: ControlPlane) -> None:
        assert "both" in control.refused(400, "POST", "/_mock/sandboxes", {"from": "default", "seed": {}})
