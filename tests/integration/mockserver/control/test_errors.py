"""Requests that the control plane refuses, and its own failures."""

import logging
import re

import pytest

from mockserver.adapters.memory.store import MemoryStore
from mockserver.control.application import MAX_BODY
from tests.harness.control_plane import DEFAULT, KEY, OPERATIONS, ControlPlane, request_target

TAKING_BODY = sorted(name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation)
SANDBOXED = sorted(name for name, (_, path, _) in OPERATIONS.items() if "{sandboxId}" in path)
CHANGING = sorted(name for name, (method, _, _) in OPERATIONS.items() if method != "GET")


class TestRefusals:
    @pytest.mark.parametrize("operation", SANDBOXED)
    def test_an_unknown_sandbox_is_404_in_every_operation(self, control: ControlPlane, operation: str) -> None:
        method, path, described = OPERATIONS[operation]
        examples = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        body = next((example["value"] for example in examples.values()), None)

        reason = control.refused(404, method, re.sub(r"{\w+}", "none", path), body)

        assert reason == "there is no sandbox none"

    @pytest.mark.parametrize("operation", TAKING_BODY)
    @pytest.mark.parametrize(
        "content", [b"{", b"[]", b'"x"', b"null", b"\xff", b'{"unknown": 1}', b'{"a": NaN}', b"[" * 100_000, b" "]
    )
    def test_a_bad_body_is_400_and_changes_nothing(self, control: ControlPlane, operation: str, content: bytes) -> None:
        method, path = request_target(operation)
        before = control.snapshot()

        answer = control.send(method, path, content=content, headers={"Content-Type": "application/json"})

        assert answer.status_code == 400
        assert len(answer.json()["reason"]) < 500
        assert control.snapshot() == before

    @pytest.mark.parametrize("operation", sorted({"createSandbox", "updateKey", "moveJob", "changeProviderState"}))
    def test_the_reason_names_an_unknown_member_and_the_known_members(
        self, control: ControlPlane, operation: str
    ) -> None:
        method, path = request_target(operation)

        reason = control.refused(400, method, path, {"colour": "red"})

        assert reason.startswith("the body has colour, which is unknown; it may have ")

    def test_the_reason_for_a_refusal_does_not_repeat_a_long_body(self, control: ControlPlane) -> None:
        reason = control.refused(400, "POST", "/_mock/sandboxes", {"seed": {"keys": "x" * 100_000}})

        assert len(reason) < 5_000

    @pytest.mark.parametrize("operation", CHANGING)
    @pytest.mark.parametrize(
        "headers",
        [
            [("Content-Type", "text/plain")],
            [("Content-Type", "application/x-www-form-urlencoded")],
            [("Content-Type", "multipart/form-data; boundary=x")],
            [("Content-Type", "text/plain; application/json")],
            [("Content-Type", "application/json; charset=utf-16")],
            [("Content-Type", "application/json"), ("Content-Type", "text/plain")],
            [("Content-Type", "")],
            [],
        ],
    )
    def test_a_change_without_a_json_content_type_is_415(
        self, control: ControlPlane, operation: str, headers: list[tuple[str, str]]
    ) -> None:
        method, path = request_target(operation)
        before = control.snapshot()

        answer = control.send(method, path, content=b"{}", headers=headers)

        assert answer.status_code == 415
        assert "application/json" in answer.json()["hint"]
        assert control.snapshot() == before

    def test_a_content_type_other_than_json_is_415_even_without_a_body(self, control: ControlPlane) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}

        assert control.send("POST", f"{DEFAULT}/reset", headers=headers).status_code == 415

    @pytest.mark.parametrize(
        "written", ["APPLICATION/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"']
    )
    def test_every_spelling_of_the_json_content_type_is_accepted(self, control: ControlPlane, written: str) -> None:
        headers = {"Content-Type": written}
        path = f"{DEFAULT}/job-pace"

        assert control.send("PUT", path, content=b'{"polls": 9}', headers=headers).json()["polls"] == 9
        assert control.send("PUT", path, content=b'{"polls": 0}', headers=headers).status_code == 400

    @pytest.mark.parametrize("operation", TAKING_BODY)
    def test_a_body_that_is_too_large_is_413(self, control: ControlPlane, operation: str) -> None:
        method, path = request_target(operation)
        content = b'{"name": "' + b"x" * MAX_BODY + b'"}'

        answer = control.send(method, path, content=content, headers={"Content-Type": "application/json"})

        assert answer.status_code == 413

    @pytest.mark.parametrize("operation", TAKING_BODY)
    def test_a_body_is_required_where_the_contract_says_so(self, control: ControlPlane, operation: str) -> None:
        method, path, described = OPERATIONS[operation]
        answer = control.send(*request_target(operation))

        assert (answer.status_code == 400) is described["requestBody"]["required"], (method, path, answer.text)

    @pytest.mark.parametrize(
        "path",
        [
            "/_mock",
            "/_mock/console",
            "/_mock/console/",
            "/_mock/none",
            "/_mock/sandboxes/",
            f"{DEFAULT}/none",
            "/_mock/docs/",
        ],
    )
    def test_an_unknown_route_is_404(self, control: ControlPlane, path: str) -> None:
        answer = control.send("GET", path)

        assert (answer.status_code, set(answer.json())) == (404, {"reason", "hint"})

    def test_a_wrong_method_is_405_with_all_allowed_methods(self, control: ControlPlane) -> None:
        answer = control.send("POST", f"{DEFAULT}/keys/{KEY}")

        assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, PATCH")
        assert "DELETE, PATCH" in answer.json()["reason"]

    def test_an_internal_error_is_500_with_details_only_in_the_log(
        self, control: ControlPlane, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def broken(_store: MemoryStore) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(MemoryStore, "sandboxes", broken)
        with caplog.at_level(logging.ERROR, "mockserver"):
            answer = control.send("GET", "/_mock/sandboxes")

        assert (answer.status_code, set(answer.json())) == (500, {"reason"})
        assert "disk" not in answer.text
        assert "the disk is full" in caplog.text
