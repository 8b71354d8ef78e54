"""API keys on the control plane."""

from typing import Any

import pytest

from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.refusal import Reason
from mockserver.service import audiences
from tests.harness.control_plane import DEFAULT, GROUP, JOB, KEY, ControlPlane, reason


class TestKeys:
    def test_the_keys_of_a_sandbox_are_listed(self, control: ControlPlane) -> None:
        shown = {key["key"]: key for key in control.call("GET", f"{DEFAULT}/keys")["keys"]}

        assert set(shown) == {KEY, "sk_test_read_only", "sk_test_revoked"}
        assert shown["sk_test_revoked"]["revoked"] is True
        assert shown["sk_test_read_only"]["permissions"] == ["audiences:read", "prospecting:read", "prospects:read"]

    def test_a_new_key_has_its_own_account_group(self, control: ControlPlane) -> None:
        first, second = (control.call("POST", f"{DEFAULT}/keys") for _ in range(2))

        assert set(first["permissions"]) == ALL_PERMISSIONS
        assert set(first["accountGroupIds"]).isdisjoint(second["accountGroupIds"])
        assert reason(control.vendor(first["key"], first["accountGroupIds"][0], audiences.page, None, 5)) is None

    def test_a_key_is_created_as_requested(self, control: ControlPlane) -> None:
        body = {"name": "n", "permissions": ["signals:read"], "accountGroupIds": [GROUP], "revoked": True}

        created = control.call("POST", f"{DEFAULT}/keys", body)

        assert created == body | {"key": created["key"], "expiresAt": None, "rateLimit": None}
        assert created in control.call("GET", f"{DEFAULT}/keys")["keys"]

    def test_a_key_cannot_be_created_for_an_unknown_account_group(self, control: ControlPlane) -> None:
        before = control.snapshot()

        assert "no account group" in control.refused(404, "POST", f"{DEFAULT}/keys", {"accountGroupIds": [GROUP, JOB]})
        assert control.snapshot() == before

    @pytest.mark.parametrize(
        "body", [{"permissions": ["all"]}, {"accountGroupIds": []}, {"revoked": "no"}, {"key": "sk_test_mine"}, []]
    )
    def test_an_invalid_key_is_400(self, control: ControlPlane, body: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", f"{DEFAULT}/keys", body)
        assert control.snapshot() == before

    def test_a_key_is_revoked_restricted_and_restored(self, control: ControlPlane) -> None:
        revoked = control.call("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": True})
        refused = control.vendor(KEY, GROUP, audiences.page, None, 5)
        restricted = control.call("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": False, "permissions": []})

        assert revoked["revoked"] is True
        assert set(revoked["permissions"]) == ALL_PERMISSIONS
        assert reason(refused) is Reason.INVALID_KEY
        assert (restricted["revoked"], restricted["permissions"]) == (False, [])
        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    def test_an_account_group_is_deleted_with_its_last_key(self, control: ControlPlane) -> None:
        first = control.call("POST", f"{DEFAULT}/keys")
        second = control.call("POST", f"{DEFAULT}/keys", {"accountGroupIds": first["accountGroupIds"]})

        def groups() -> list[str]:
            return [group["id"] for group in control.call("GET", DEFAULT)["accountGroups"]]

        assert control.send("DELETE", f"{DEFAULT}/keys/{first['key']}").status_code == 204
        assert first["accountGroupIds"][0] in groups()
        assert control.send("DELETE", f"{DEFAULT}/keys/{second['key']}").status_code == 204
        assert first["accountGroupIds"][0] not in groups()
        assert control.caller(first["key"]) is None

    @pytest.mark.parametrize(("method", "body"), [("PATCH", {"revoked": True}), ("DELETE", None)])
    def test_an_unknown_or_foreign_key_is_404(self, control: ControlPlane, method: str, body: Any) -> None:
        elsewhere = control.call("POST", "/_mock/sandboxes")["id"]

        assert "no such API key" in control.refused(404, method, f"{DEFAULT}/keys/unknown", body)
        assert "no such API key" in control.refused(404, method, f"/_mock/sandboxes/{elsewhere}/keys/{KEY}", body)
        assert control.caller(KEY) is not None
