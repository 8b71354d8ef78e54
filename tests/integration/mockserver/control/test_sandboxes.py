"""Sandboxes on the control plane."""

from typing import Any

import pytest

from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.refusal import Reason
from mockserver.service import audiences
from tests.harness.control_plane import DEFAULT, GROUP, KEY, SEED, ControlPlane, reason


class TestSandboxes:
    def test_a_sandbox_without_a_seed_is_usable_at_once(self, control: ControlPlane) -> None:
        sandbox = control.call("POST", "/_mock/sandboxes")
        (key,), (group,) = sandbox["keys"], sandbox["accountGroups"]

        assert set(key["permissions"]) == ALL_PERMISSIONS
        assert key["accountGroupIds"] == [group["id"]]
        assert group["credits"] > 0
        assert reason(control.vendor(key["key"], group["id"], audiences.page, None, 5)) is None

    def test_two_sandboxes_share_nothing(self, control: ControlPlane) -> None:
        first, second = (control.call("POST", "/_mock/sandboxes", {"name": "same"}) for _ in range(2))

        assert first["id"] != second["id"]
        assert first["keys"][0]["key"] != second["keys"][0]["key"]
        foreign = control.vendor(first["keys"][0]["key"], second["accountGroups"][0]["id"], audiences.page, None, 5)
        assert reason(foreign) is Reason.FOREIGN_ACCOUNT_GROUP

    def test_a_sandbox_is_created_from_a_seed(self, control: ControlPlane) -> None:
        sandbox = control.call("POST", "/_mock/sandboxes", {"name": "mine", "seed": SEED})

        assert (sandbox["name"], sandbox["keys"][0]["key"]) == ("mine", "sk_test_of_a_seed")
        assert [group["name"] for group in sandbox["accountGroups"]] == ["Seeded"]

    @pytest.mark.parametrize(
        ("seed", "expected"),
        [
            ({"keys": 1}, "keys: 1 is not of type"),
            ({"accountGroups": [{"name": " "}]}, "accountGroups.0.name"),
            ({"accountGroups": [{"name": "x", "id": GROUP}, {"name": "y", "id": GROUP}]}, "appears twice"),
            ({"keys": [{"key": "sk_test_twice"}, {"key": "sk_test_twice"}]}, "appears twice"),
            ({"keys": [{"key": "sk_test_lonely", "accountGroupIds": [GROUP]}]}, "names account groups"),
        ],
    )
    def test_an_invalid_seed_is_400_and_leaves_nothing(self, control: ControlPlane, seed: Any, expected: str) -> None:
        before = control.snapshot()

        assert expected in control.refused(400, "POST", "/_mock/sandboxes", {"seed": seed})
        assert control.snapshot() == before
        assert control.caller("sk_test_twice") is None

    def test_a_seed_with_a_key_of_another_sandbox_is_409_and_leaves_nothing(self, control: ControlPlane) -> None:
        before = control.snapshot()

        refused = control.refused(409, "POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": KEY}]}})
        assert "another sandbox" in refused
        assert control.snapshot() == before

    def test_sandboxes_are_listed_oldest_first_and_shown_one_by_one(self, control: ControlPlane) -> None:
        created = control.call("POST", "/_mock/sandboxes", {"name": "second"})

        listed = control.call("GET", "/_mock/sandboxes")["sandboxes"]

        assert [sandbox["id"] for sandbox in listed] == ["default", created["id"]]
        assert control.call("GET", f"/_mock/sandboxes/{created['id']}") == created

    def test_a_deleted_sandbox_is_gone_with_its_keys(self, control: ControlPlane) -> None:
        sandbox = control.call("POST", "/_mock/sandboxes")
        path = f"/_mock/sandboxes/{sandbox['id']}"

        assert control.send("DELETE", path).status_code == 204
        assert control.refused(404, "GET", path)
        assert control.refused(404, "DELETE", path)
        assert control.caller(sandbox["keys"][0]["key"]) is None

    def test_the_default_sandbox_cannot_be_deleted(self, control: ControlPlane) -> None:
        before = control.snapshot()

        assert "cannot be deleted" in control.refused(409, "DELETE", DEFAULT)
        assert control.snapshot() == before

    @pytest.mark.parametrize("body", [{}, {"seed": SEED}])
    def test_a_reset_restores_keys_identifiers_time_and_pace(self, control: ControlPlane, body: Any) -> None:
        sandbox = control.call("POST", "/_mock/sandboxes", body)
        path, key, group = (
            f"/_mock/sandboxes/{sandbox['id']}",
            sandbox["keys"][0]["key"],
            sandbox["accountGroups"][0]["id"],
        )
        before = control.snapshot()
        listed = control.vendor(key, group, audiences.page, None, 9)
        prepared = control.state("an audience being populated", apiKey=key)
        added = control.call("POST", f"{path}/keys")["key"]
        control.call("DELETE", f"{path}/keys/{key}")
        control.call("PUT", f"{path}/clock", {"mode": "manual", "at": "2030-01-01T00:00:00Z"})
        control.call("PUT", f"{path}/job-pace", {"pace": "immediate"})

        assert control.call("POST", f"{path}/reset") == sandbox
        assert control.snapshot() == before
        assert control.vendor(key, group, audiences.page, None, 9) == listed
        assert reason(control.vendor(key, group, audiences.get, prepared["audienceId"])) is Reason.NOT_FOUND
        assert control.caller(added) is None

    def test_a_reset_whose_key_is_taken_changes_nothing(self, control: ControlPlane) -> None:
        first = control.call("POST", "/_mock/sandboxes", {"seed": SEED})
        path = f"/_mock/sandboxes/{first['id']}"
        control.call("POST", f"{path}/keys")
        control.call("DELETE", f"{path}/keys/sk_test_of_a_seed")
        control.call("POST", "/_mock/sandboxes", {"seed": {"keys": [{"key": "sk_test_of_a_seed"}]}})
        before = control.snapshot()

        assert "another sandbox" in control.refused(409, "POST", f"{path}/reset")
        assert control.snapshot() == before
