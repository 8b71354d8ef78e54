"""API keys on the control plane."""

from typing import Any

import pytest

from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.refusal import Reason
from mockserver.service import audiences
from tests.harness.control_plane import DEFAULT, GROUP, JOB, KEY, Control, reason


class TestKeys:
    def test_they_are_listed(self, control: Control) -> None:
        shown = {key["key"]: key for key in control.call("GET", f"{DEFAULT}/keys")["keys"]}

        assert set(shown) == {KEY, "sk_test_read_only", "sk_test_revoked"}
        assert shown["sk_test_revoked"]["revoked"] is True
        assert shown["sk_test_read_only"]["permissions"] == ["audiences:read", "prospecting:read", "prospects:read"]

    def test_one_is_made_with_an_account_group_of_its_own(self, control: Control) -> None:
        first, second = (control.call("POST", f"{DEFAULT}/keys") for _ in range(2))

        assert set(first["permissions"]) == ALL_PERMISSIONS
        assert set(first["accountGroupIds"]).isdisjoint(second["accountGroupIds"])
        assert reason(control.vendor(first["key"], first["accountGroupIds"][0], audiences.page, None, 5)) is None

    def test_one_is_made_as_it_is_asked_for(self, control: Control) -> None:
        body = {"name": "n", "permissions": ["signals:read"], "accountGroupIds": [GROUP], "revoked": True}

        made = control.call("POST", f"{DEFAULT}/keys", body)

        assert made == body | {"key": made["key"], "expiresAt": None}
        assert made in control.call("GET", f"{DEFAULT}/keys")["keys"]

    def test_none_is_made_for_an_account_group_that_is_not_there(self, control: Control) -> None:
        before = control.snapshot()

        assert "no account group" in control.refused(404, "POST", f"{DEFAULT}/keys", {"accountGroupIds": [GROUP, JOB]})
        assert control.snapshot() == before

    @pytest.mark.parametrize(
        "body", [{"permissions": ["all"]}, {"accountGroupIds": []}, {"revoked": "no"}, {"key": "sk_test_mine"}, []]
    )
    def test_a_wrong_key_is_400(self, control: Control, body: Any) -> None:
        before = control.snapshot()

        assert control.refused(400, "POST", f"{DEFAULT}/keys", body)
        assert control.snapshot() == before

    def test_it_is_revoked_restricted_and_given_back(self, control: Control) -> None:
        revoked = control.call("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": True})
        refused = control.vendor(KEY, GROUP, audiences.page, None, 5)
        restricted = control.call("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": False, "permissions": []})

        assert revoked["revoked"] is True
        assert set(revoked["permissions"]) == ALL_PERMISSIONS
        assert reason(refused) is Reason.INVALID_KEY
        assert (restricted["revoked"], restricted["permissions"]) == (False, [])
        assert reason(control.vendor(KEY, GROUP, audiences.page, None, 5)) is None

    def test_with_the_last_one_its_account_group_goes_and_not_before(self, control: Control) -> None:
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
    def test_an_unknown_one_is_404_and_so_is_a_foreign_one(self, control: Control, method: str, body: Any) -> None:
        elsewhere = control.call("POST", "/_mock/sandboxes")["id"]

        assert "no such API key" in control.refused(404, method, f"{DEFAULT}/keys/unknown", body)
        assert "no such API key" in control.refused(404, method, f"/_mock/sandboxes/{elsewhere}/keys/{KEY}", body)
        assert control.caller(KEY) is not None
