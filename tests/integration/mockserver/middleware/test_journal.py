"""The exchanges that the journal records, and the sandbox that they belong to."""

import json
import socket
from typing import Any

import httpx
import pytest

from mockserver.bootstrap import Components, server
from mockserver.config import Settings
from mockserver.recording.trace import trace
from tests.harness.in_thread import served
from tests.harness.journal_reader import exchanges, last_exchange
from tests.harness.sandbox_client import World

NOBODY = "sk_test_of_nobody_at_all"
OTHER = "9" * 24


class TestExchanges:
    def test_an_exchange_is_shown_completely(self, world: World) -> None:
        body = {"name": "Heads of sales", "type": "on_demand"}
        answer = world.call("POST", "/audiences?debug=1", body, headers={"User-Agent": "checkout/1"})

        shown = last_exchange(world)

        assert {name: shown[name] for name in ("number", "operation", "method", "query", "status", "rule")} == {
            "number": 1,
            "operation": "createAudience",
            "method": "POST",
            "query": "debug=1",
            "status": 201,
            "rule": None,
        }
        assert shown["path"] == f"/v1/accounts/{world.group}/audiences"
        assert (shown["outcome"], shown["faults"]) == ("answered", [])
        assert shown["key"]["name"] == "all permissions"
        assert json.loads(shown["request"]["body"]) == body
        assert json.loads(shown["response"]["body"]) == answer.json()
        assert {"name": "user-agent", "value": "checkout/1"} in shown["request"]["headers"]
        assert shown["durationMs"] > 0

    def test_a_refusal_shows_its_rule_and_the_rules_passed_before(self, world: World) -> None:
        audience, _ = world.populated()
        world.call("DELETE", f"/audiences/{audience}")

        shown = last_exchange(world)

        assert (shown["status"], shown["rule"]) == (409, "guard")
        assert [entry["rule"] for entry in shown["trace"]] == list(trace("deleteAudience", "guard"))
        assert [entry["verdict"] for entry in shown["trace"]] == ["passed"] * (len(shown["trace"]) - 1) + ["refused"]

    def test_an_exchange_has_sandbox_time_and_real_time(self, world: World) -> None:
        world.control("PUT", "/clock", {"mode": "manual", "at": "2040-01-01T00:00:00Z"})
        world.call("GET", "/audiences")

        (shown,) = exchanges(world)

        assert shown["at"] == "2040-01-01T00:00:00.000Z"
        assert shown["realAt"] < "2040"

    def test_an_unread_request_body_is_not_shown(self, world: World) -> None:
        world.call("POST", "/audiences", {"name": "x"}, key=world.another_key("audiences:read"))

        assert last_exchange(world)["request"] == {
            "headers": [*last_exchange(world)["request"]["headers"]],
            "body": None,
            "bodyBytes": 0,
        }

    def test_the_beginning_of_a_long_body_is_kept(self, world: World) -> None:
        world.call("POST", "/audiences", {"name": "n" * 100_000, "type": "on_demand"})

        shown = last_exchange(world)

        assert shown["request"]["bodyBytes"] > 100_000
        assert 10_000 < len(shown["request"]["body"]) < 16_384
        assert shown["response"]["bodyBytes"] > 100_000

    @pytest.mark.parametrize(
        ("method", "path", "content", "rule"),
        [
            ("GET", "/nothing", None, "route"),
            ("PUT", "/audiences", b"{}", "method"),
            ("POST", "/audiences", b"{", "validation"),
            ("POST", "/audiences", b'{"name": " ", "type": "on_demand"}', "validation"),
            ("POST", "/audiences", b'{"name": "\\u0020", "type": "on_demand"}', "validation"),
            ("GET", "/audiences?cursor=x", None, "cursor"),
            ("GET", "/audiences?limit=0", None, "validation"),
            ("GET", f"/audiences/{OTHER}", None, "resource"),
            ("POST", "/audiences", b'{"name": "' + b"x" * (1 << 20) + b'"}', "size"),
        ],
    )
    def test_the_deciding_rule_is_recorded_at_every_layer(
        self, world: World, method: str, path: str, content: bytes | None, rule: str
    ) -> None:
        headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
        answer = world.client.request(method, f"/v1/accounts/{world.group}{path}", content=content, headers=headers)

        shown = last_exchange(world)

        assert (shown["status"], shown["rule"]) == (answer.status_code, rule)

    def test_a_refused_media_type_is_recorded(self, world: World) -> None:
        world.call("POST", "/audiences", headers={"Content-Type": "text/plain", "Content-Length": "0"})
        headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "text/plain"}
        world.client.post(f"/v1/accounts/{world.group}/audiences", content=b"x", headers=headers)

        assert last_exchange(world)["rule"] == "media-type"

    def test_a_refusal_on_the_slow_path_is_recorded(self, world: World) -> None:
        audience, _ = world.populated()
        headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
        path = f"/v1/accounts/{world.group}/audiences/{audience}"
        world.client.patch(path, content=b'{"name": "\\u0041"}', headers=headers)

        assert last_exchange(world)["rule"] == "guard"

    def test_an_exchange_with_a_disconnected_client_is_abandoned(self, world: World) -> None:
        host, port = world.client.base_url.host, world.client.base_url.port
        head = (
            f"POST /v1/accounts/{world.group}/audiences HTTP/1.1\r\nhost: {host}\r\n"
            f"authorization: Bearer {world.key}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{{"
        )
        with socket.create_connection((host, port or 80)) as connection:
            connection.sendall(head.encode())

        (shown,) = next(recorded for _ in range(2_000) if (recorded := exchanges(world)))

        assert (shown["outcome"], shown["status"]) == ("abandoned", None)


class TestOwningSandbox:
    def test_each_sandbox_has_its_own_journal(self, world: World) -> None:
        other = World.make(world.client)
        world.call("GET", "/audiences")

        assert len(exchanges(world)) == 1
        assert exchanges(other) == []

    def test_a_request_to_an_unknown_route_is_in_the_journal_of_its_key(self, world: World) -> None:
        world.call("GET", "/nothing")

        (shown,) = exchanges(world)

        assert (shown["rule"], shown["operation"], shown["key"]["name"]) == ("route", None, "all permissions")

    @pytest.mark.parametrize("kind", ["revoked", "limited", "lacking"])
    def test_a_request_with_a_refused_key_is_in_the_journal_of_its_sandbox(self, world: World, kind: str) -> None:
        if kind == "revoked":
            world.state("the API key is revoked")
        elif kind == "limited":
            world.state("the rate limit is exhausted")
        key = world.another_key("signals:read") if kind == "lacking" else world.key
        world.call("GET", "/audiences", key=key)

        (shown,) = exchanges(world)

        assert shown["rule"] == {"revoked": "api-key", "limited": "rate-limit", "lacking": "permission"}[kind]

    def test_a_request_without_a_valid_key_is_in_the_journal_of_the_default_sandbox(self, world: World) -> None:
        default = World(world.client, "default", "", "")
        default.control("DELETE", "/journal")  # strangers have only a share of a full one
        before = world.control("GET", "/journal")["held"]
        world.call("GET", "/audiences", key=NOBODY)
        world.client.get("/v1/accounts")

        none, unknown = exchanges(default, "limit=2")

        assert (none["key"], none["rule"]) == (None, "api-key")
        assert unknown["key"] == {"name": None, "hint": "sk_…_all"}
        assert world.control("GET", "/journal")["held"] == before

    def test_an_unparsable_request_is_in_the_journal_of_the_default_sandbox(self, world: World) -> None:
        with socket.create_connection((world.client.base_url.host, world.client.base_url.port or 80)) as connection:
            connection.sendall(b"NONSENSE\r\n\r\n")
            answer = connection.recv(65_536)

        shown = last_exchange(World(world.client, "default", "", ""))

        assert (shown["method"], shown["path"], shown["status"], shown["rule"]) == ("", "", 400, "http")
        assert shown["response"]["body"].encode() in answer
        assert [entry["rule"] for entry in shown["trace"]] == ["http"]

    def test_requests_to_the_control_plane_are_not_in_the_journal(self, world: World) -> None:
        world.control("GET", "/journal")

        assert exchanges(world) == []

    def test_a_reset_empties_the_journal_and_a_deletion_removes_it(self, world: World) -> None:
        world.call("GET", "/audiences")
        world.control("POST", "/reset")

        assert world.control("GET", "/journal") | {"limit": 0} == {
            "exchanges": [],
            "held": 0,
            "heldBytes": 0,
            "dropped": 0,
            "limit": 0,
        }
        world.control("DELETE", "")
        assert world.client.get(f"/_mock/sandboxes/{world.sandbox}/journal").status_code == 404

    def test_the_journal_can_be_cleared(self, world: World) -> None:
        world.call("GET", "/audiences")
        world.control("DELETE", "/journal")
        world.call("GET", "/audiences")

        shown = world.control("GET", "/journal")

        assert ([exchange["number"] for exchange in shown["exchanges"]], shown["held"], shown["dropped"]) == ([2], 1, 1)


def test_responses_are_the_same_with_and_without_a_journal() -> None:
    def build(settings: Settings, parts: Components, write: Any) -> Any:
        return server(settings, parts, write)

    answers = []
    for limit in (0, 1_000):
        settings = Settings(journal_limit=limit, seed=0)
        with served(settings, build=build) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            calls = [("GET", "/audiences", None), ("POST", "/audiences", {"name": 1}), ("GET", "/nothing", None)]
            answers.append([world.call(*call).content for call in calls])

    assert answers[0] == answers[1]
