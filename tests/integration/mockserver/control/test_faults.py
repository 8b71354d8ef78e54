"""Faults on the control plane."""

import json
from typing import Any

import httpx
import pytest

from mockserver.seeds import schema
from openapi import control_contract
from tests.harness.fault_client import add_fault, fault_refusal
from tests.harness.sandbox_client import World


class TestFaults:
    @pytest.mark.parametrize(
        ("preset", "kinds"),
        [
            ("lost-reply", ["reset-after"]),
            ("flaky", ["response", "reset-before", "reset-after"]),
            ("slow", ["delay"]),
            ("maintenance", ["response"]),
        ],
    )
    def test_a_preset_is_expanded_into_its_faults(self, world: World, preset: str, kinds: list[str]) -> None:
        faults = add_fault(world, preset=preset, operation="getAudience", times=3)

        assert [(fault["kind"], fault["preset"], fault["operation"], fault["times"]) for fault in faults] == [
            (kind, preset, "getAudience", 3) for kind in kinds
        ]
        assert world.control("GET", "/faults")["faults"] == faults

    def test_presets_and_kinds_of_contract_and_seeds_are_equal(self) -> None:
        described = control_contract()["components"]["schemas"]
        in_seeds = schema()["$defs"]["fault"]["properties"]

        exported = {"id", "partOf", "matched", "acted"}
        assert described["NewFault"]["properties"].keys() == in_seeds.keys() - exported
        assert described["Preset"]["enum"] == in_seeds["preset"]["enum"]
        assert described["FaultKind"]["enum"] == in_seeds["kind"]["enum"]

    def test_single_faults_and_all_faults_are_removed(self, world: World) -> None:
        first, second, third = (add_fault(world, kind="reset-before", resource=digit * 24)[0] for digit in "123")

        world.control("DELETE", f"/faults/{second['id']}")
        left = world.control("GET", "/faults")["faults"]
        world.control("DELETE", "/faults")

        assert left == [first, third]
        assert world.control("GET", "/faults") == {"faults": []}
        path = f"/_mock/sandboxes/{world.sandbox}/faults/{first['id']}"
        assert [world.client.request(method, path).status_code for method in ("GET", "DELETE")] == [404, 404]

    def test_a_reset_removes_all_faults(self, world: World) -> None:
        add_fault(world, kind="response", status=500)

        world.control("POST", "/reset")

        assert world.control("GET", "/faults") == {"faults": []}
        assert world.call("GET", "/audiences").status_code == 200

    def test_faults_of_a_seed_are_restored_by_a_reset(self, client: httpx.Client) -> None:
        document = {
            "keys": [{"key": "sk_test_of_faults", "name": "mine"}],
            "accountGroups": [{"name": "One"}],
            "faults": [{"preset": "slow", "key": "mine"}, {"kind": "response", "status": 429, "key": "mine"}],
        }
        sandbox = client.post("/_mock/sandboxes", json={"seed": document}).raise_for_status().json()
        world = World(client, sandbox["id"], sandbox["keys"][0]["key"], sandbox["accountGroups"][0]["id"])
        before = world.control("GET", "/faults")

        world.control("DELETE", "/faults")
        world.control("POST", "/reset")

        assert [fault["kind"] for fault in before["faults"]] == ["delay", "response"]
        assert world.control("GET", "/faults") == before
        client.delete(f"/_mock/sandboxes/{world.sandbox}").raise_for_status()

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            ({"kind": "response", "status": 418}, "faults.0: no error response 418"),
            ({"kind": "delay"}, "faults.0: a fault of kind delay needs delayMs"),
            ({"preset": "slow", "key": "nobody"}, "faults.0: this sandbox has no API key"),
            ({"kind": "odd"}, "faults.0.kind"),
        ],
    )
    def test_an_invalid_fault_in_a_seed_creates_no_sandbox(
        self, client: httpx.Client, fault: dict[str, Any], expected: str
    ) -> None:
        before = client.get("/_mock/sandboxes").json()

        answer = client.post("/_mock/sandboxes", json={"seed": {"faults": [fault]}})

        assert (answer.status_code, expected in answer.json()["reason"]) == (400, True), answer.text
        assert client.get("/_mock/sandboxes").json() == before

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            ({}, "needs at least one of"),
            ({"operation": "deleteAudience"}, "either a kind or a preset"),
            ({"kind": "delay", "preset": "slow"}, "either a kind or a preset"),
            ({"preset": "slow", "delayMs": 5}, "has its own delayMs"),
            ({"kind": "response"}, "needs a status"),
            ({"kind": "reset-after", "status": 500}, "leave the status out"),
            ({"kind": "late-answer"}, "needs delayMs"),
            ({"kind": "response", "status": 500, "retryAfter": 5}, "goes with the status 429"),
            ({"kind": "response", "status": 502, "operation": "deleteAudience"}, "no error response 502"),
            ({"kind": "response", "status": 200, "operation": "deleteAudience"}, "no error response 200"),
            ({"kind": "delay", "delayMs": 60_001}, "60000"),
            ({"kind": "delay", "delayMs": 1, "operation": "dropAudience"}, "there is no operation dropAudience"),
            ({"kind": "delay", "delayMs": 1, "probability": 1.5}, "probability"),
            ({"kind": "delay", "delayMs": 1, "resource": "x"}, "resource"),
            ({"kind": "delay", "delayMs": 1, "times": 0}, "times"),
            ({"kind": "delay", "delayMs": 1, "key": "sk_test_read_only"}, "no API key"),
            ({"kind": "delay", "delayMs": 1, "odd": 1}, "odd"),
        ],
    )
    def test_an_invalid_fault_is_400_and_adds_nothing(self, world: World, fault: dict[str, Any], expected: str) -> None:
        status, reason = fault_refusal(world, **fault)

        assert (status, expected in reason) == (400, True), reason
        assert world.control("GET", "/faults") == {"faults": []}

    def test_a_sandbox_has_at_most_100_faults(self, world: World) -> None:
        for _ in range(100):
            add_fault(world, kind="reset-before", operation="deleteAudience")

        assert fault_refusal(world, preset="slow") == (409, "a sandbox may have 100 faults, and this one has 100")

    def test_no_key_of_a_fault_is_shown_in_full(self, world: World) -> None:
        add_fault(world, kind="reset-before", key=world.key)
        add_fault(world, kind="reset-before", key="all permissions")

        shown = world.control("GET", "/faults")
        refused = world.client.post(f"/_mock/sandboxes/{world.sandbox}/faults", json={"preset": "slow", "key": "sk_x"})

        assert [fault["key"] for fault in shown["faults"]] == [f"...{world.key[-4:]}", "all permissions"]
        assert world.key not in json.dumps(shown)
        assert "sk_x" not in refused.text
