"""Faults on a real socket: what a client meets, and what has become of the audience."""

import asyncio
import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.types import Message

from mockserver.bootstrap import components, seed, vendor_app
from mockserver.config import Settings
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.seeds import schema
from mockserver.service import faults
from openapi import control_contract
from tests.harness.sandbox_client import World

LONG = 60_000
AFTER = ["late-answer", "reset-after", "truncated-body", "malformed-json", "wrong-content-type"]


def add(world: World, **fault: Any) -> list[dict[str, Any]]:
    """Add a fault; those that it came to."""
    made: list[dict[str, Any]] = world.control("POST", "/faults", fault)["faults"]
    return made


def counts(world: World) -> list[tuple[int, int, int | None]]:
    """What each fault of the sandbox has matched, acted, and has left."""
    return [(one["matched"], one["acted"], one["remaining"]) for one in world.control("GET", "/faults")["faults"]]


def delete(world: World, audience: str, **request: Any) -> httpx.Response:
    return world.call("DELETE", f"/audiences/{audience}", **request)


def refusal(world: World, **fault: Any) -> tuple[int, str]:
    """Status and reason of a fault that is refused."""
    answer = world.client.post(f"/_mock/sandboxes/{world.sandbox}/faults", json=fault)
    return answer.status_code, answer.json()["reason"]


def raw(world: World, method: str, path: str) -> socket.socket:
    """A connection on which a request was sent."""
    url = world.client.base_url
    connection = socket.create_connection((url.host, url.port or 0), 20)
    head = f"{method} /v1/accounts/{world.group}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def until(condition: Callable[[], bool]) -> None:
    """Ask again until it is so; a thousand times are many more than it takes."""
    assert any(condition() for _ in range(1_000))


class TestResets:
    @pytest.mark.parametrize(("kind", "left"), [("reset-before", True), ("reset-after", False)])
    def test_a_reset_is_one_and_the_effect_is_there_or_not(self, world: World, kind: str, left: bool) -> None:  # noqa: FBT001  (a table)
        audience = world.ready()
        add(world, kind=kind, operation="deleteAudience")

        with raw(world, "DELETE", f"/audiences/{audience}") as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)

        assert (audience in world.listed()) is left

    def test_a_lost_reply_is_lost_once_and_the_next_request_tells(self, world: World) -> None:
        audience = world.ready()
        add(world, preset="lost-reply", operation="deleteAudience")

        with pytest.raises(httpx.ReadError):
            delete(world, audience)

        assert delete(world, audience).status_code == 404
        assert counts(world) == [(2, 1, 0)]

    def test_a_reset_takes_nothing_from_another_connection(self, world: World) -> None:
        add(world, kind="reset-before", operation="deleteAudience")

        with raw(world, "GET", "/audiences/navigation") as other:
            assert other.recv(12) == b"HTTP/1.1 200"
            with pytest.raises(httpx.ReadError):
                delete(world, world.ready())
            other.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"404 Not Found" in other.recv(1 << 16) + other.recv(1 << 16)


class TestSpoiledAnswers:
    def test_a_truncated_body_is_announced_whole_and_ends_early(self, world: World) -> None:
        audience = world.ready()
        add(world, kind="truncated-body", operation="deleteAudience")

        with raw(world, "DELETE", f"/audiences/{audience}") as connection:
            head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")

        (length,) = [int(line.split()[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")]
        assert head.startswith(b"HTTP/1.1 200 ")
        assert 0 < len(body) < length
        assert audience not in world.listed()

    def test_malformed_json_is_whole_and_broken(self, world: World) -> None:
        audience = world.ready()
        add(world, kind="malformed-json", operation="deleteAudience")

        answer = delete(world, audience)

        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        with pytest.raises(json.JSONDecodeError):
            answer.json()
        assert delete(world, audience).status_code == 404

    def test_a_wrong_content_type_is_all_that_is_wrong(self, world: World) -> None:
        audience = world.ready()
        add(world, kind="wrong-content-type", operation="deleteAudience")

        answer = delete(world, audience)

        assert answer.headers.get_list("content-type") == ["text/html; charset=utf-8"]
        assert answer.json()["data"] == {"deleted": True}

    @pytest.mark.parametrize("kind", AFTER)
    def test_a_refusal_is_answered_as_ever_and_uses_nothing_up(self, world: World, kind: str) -> None:
        audience, _ = world.populated()
        add(world, kind=kind, delayMs=1, times=1, operation="deleteAudience")

        answers = [delete(world, audience), delete(world, "x"), delete(world, "b" * 24)]

        assert [answer.json()["error"]["code"] for answer in answers] == [
            "AUDIENCE_NOT_READY",
            "VALIDATION_ERROR",
            "NOT_FOUND",
        ]
        assert counts(world) == [(3, 0, 1)]

    def test_one_with_a_status_spoils_an_error_and_nothing_takes_effect(self, world: World) -> None:
        audience = world.ready()
        add(world, kind="wrong-content-type", status=500, operation="deleteAudience")

        answer = delete(world, audience)

        assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
        assert audience in world.listed()


class TestErrors:
    @pytest.mark.parametrize(
        ("operation", "status", "code"),
        [
            ("deleteAudience", 409, "AUDIENCE_NOT_READY"),
            ("deleteAudience", 500, "INTERNAL_ERROR"),
            ("deleteAudience", 401, "UNAUTHORIZED"),
            ("deleteAudience", 404, "NOT_FOUND"),
            (None, 429, "RATE_LIMITED"),
        ],
    )
    def test_an_error_comes_in_the_documented_envelope_and_changes_nothing(
        self, world: World, operation: str | None, status: int, code: str
    ) -> None:
        audience = world.ready()
        (fault,) = add(world, kind="response", status=status, **({"operation": operation} if operation else {}))

        first, second = delete(world, audience), delete(world, audience)
        world.control("DELETE", f"/faults/{fault['id']}")

        body = first.json()
        assert first.status_code == status
        assert (body["success"], body["data"], body["error"]["code"]) == (False, None, code)
        assert (body["error"]["details"]["rule"], body["error"]["details"]["faultId"]) == ("fault", fault["id"])
        assert body["traceId"] != second.json()["traceId"]
        assert audience in world.listed()

    def test_a_429_says_when_to_come_back_if_asked(self, world: World) -> None:
        add(world, kind="response", status=429, retryAfter=7, times=1)
        add(world, kind="response", status=429)

        assert [world.call("GET", "/audiences").headers.get("retry-after") for _ in range(2)] == ["7", None]

    @pytest.mark.parametrize("operation", [None, "deleteAudience"])
    def test_an_undocumented_status_is_400_with_those_that_are_documented(
        self, world: World, operation: str | None
    ) -> None:
        named = {"operation": operation} if operation else {}

        status, reason = refusal(world, kind="response", status=418, **named)

        documented = "400, 401, 403, 404, 409, 429, 500" if operation else "401, 429, 500"
        assert status == 400
        assert reason.endswith(f"those that are: {documented}")
        assert world.control("GET", "/faults") == {"faults": []}


class TestDelays:
    def test_a_request_waits_and_takes_no_effect_when_its_client_goes_meanwhile(self, world: World) -> None:
        audience = world.ready()
        add(world, kind="delay", delayMs=LONG, operation="deleteAudience")

        with raw(world, "DELETE", f"/audiences/{audience}"):
            until(lambda: counts(world) == [(1, 1, None)])
            assert audience in world.listed()
        world.control("DELETE", "/faults")

        assert delete(world, audience).status_code == 200

    def test_a_late_answer_comes_late_and_the_effect_is_there_at_once(self, world: World) -> None:
        audience = world.ready()
        add(world, kind="late-answer", delayMs=LONG, operation="deleteAudience")

        with raw(world, "DELETE", f"/audiences/{audience}") as connection:
            until(lambda: audience not in world.listed())
            connection.settimeout(0.05)
            with pytest.raises(TimeoutError):
                connection.recv(1)

    def test_delays_go_with_another_fault_and_the_body_is_still_read(self, world: World) -> None:
        add(world, kind="delay", delayMs=1)
        add(world, kind="delay", delayMs=2)
        add(world, kind="malformed-json", delayMs=1)

        answer = world.call("POST", "/audiences", {"name": "x", "type": "on_demand"})

        assert (answer.status_code, answer.content[-1:]) == (201, b",")
        assert counts(world) == [(1, 1, None)] * 3


class TestMatching:
    def test_only_what_it_is_for_is_matched(self, world: World) -> None:
        first, second = world.ready(), world.ready()
        other = world.another_key("audiences:write", "audiences:read")
        add(world, kind="response", status=500, operation="deleteAudience", key=other, resource=first)

        answers = [
            delete(world, first, key=other),
            delete(world, second, key=other),
            delete(world, first),
            world.call("GET", f"/audiences/{second}", key=other),
        ]

        assert [answer.status_code for answer in answers] == [500, 200, 200, 404]
        assert counts(world) == [(1, 1, None)]

    def test_it_acts_from_the_nth_match_on_for_so_many_times(self, world: World) -> None:
        add(world, kind="response", status=500, **{"from": 2, "times": 2})

        statuses = [world.call("GET", "/audiences").status_code for _ in range(5)]

        assert statuses == [200, 500, 500, 200, 200]
        assert counts(world) == [(5, 2, 0)]

    def test_a_key_may_be_named(self, world: World) -> None:
        add(world, kind="response", status=500, key="all permissions")

        assert world.call("GET", "/audiences").status_code == 500
        assert world.call("GET", "/audiences", key=world.another_key("audiences:read")).status_code == 200

    @pytest.mark.parametrize("kind", ["response", "reset-after"])
    def test_no_two_requests_at_once_take_the_same_turn(self, world: World, kind: str) -> None:
        status = {"status": 500} if kind == "response" else {}
        add(world, kind=kind, times=5, operation="createAudience", **status)

        def create(_: int) -> bool:
            with httpx.Client(base_url=world.client.base_url, timeout=20) as client:
                own = World(client, world.sandbox, world.key, world.group)
                try:
                    return own.call("POST", "/audiences", {"name": "x", "type": "on_demand"}).status_code == 201
                except httpx.ReadError:
                    return False

        with ThreadPoolExecutor(8) as pool:
            fine = list(pool.map(create, range(40)))

        assert (fine.count(False), counts(world)) == (5, [(40, 5, 0)])
        assert len(world.listed()) == (35 if kind == "response" else 40)

    @pytest.mark.parametrize("status", [401, 403, 404, 405])
    def test_what_is_not_admitted_is_subject_to_none(self, world: World, status: int) -> None:
        add(world, kind="response", status=500)
        refused = {
            401: lambda: world.call("GET", "/audiences", key="sk_test_unknown"),
            403: lambda: world.call("GET", "/audiences", key=world.another_key("audiences:write")),
            404: lambda: world.call("GET", "/nothing"),
            405: lambda: world.call("PUT", "/audiences"),
        }

        assert refused[status]().status_code == status
        assert counts(world) == [(0, 0, None)]

    def test_another_sandbox_is_not_touched(self, client: httpx.Client, world: World) -> None:
        add(world, kind="response", status=500)

        assert World.make(client).call("GET", "/audiences").status_code == 200

    def test_chance_is_the_same_for_the_same_sandbox_again(self, world: World) -> None:
        def statuses() -> list[int]:
            add(world, kind="response", status=500, probability=0.5)
            return [world.call("GET", "/audiences").status_code for _ in range(30)]

        first = statuses()
        world.control("POST", "/reset")

        assert statuses() == first
        assert set(first) == {200, 500}


class TestControl:
    @pytest.mark.parametrize(
        ("preset", "kinds"),
        [
            ("lost-reply", ["reset-after"]),
            ("flaky", ["response", "reset-before", "reset-after"]),
            ("slow", ["delay"]),
            ("maintenance", ["response"]),
        ],
    )
    def test_a_preset_is_spelled_out(self, world: World, preset: str, kinds: list[str]) -> None:
        made = add(world, preset=preset, operation="getAudience", times=3)

        assert [(one["kind"], one["preset"], one["operation"], one["times"]) for one in made] == [
            (kind, preset, "getAudience", 3) for kind in kinds
        ]
        assert world.control("GET", "/faults")["faults"] == made

    def test_the_presets_and_kinds_of_the_contract_are_those_of_seeds(self) -> None:
        described = control_contract()["components"]["schemas"]
        in_seeds = schema()["$defs"]["fault"]["properties"]

        assert described["NewFault"]["properties"].keys() == in_seeds.keys()
        assert described["Preset"]["enum"] == in_seeds["preset"]["enum"]
        assert described["FaultKind"]["enum"] == in_seeds["kind"]["enum"]

    def test_one_is_removed_and_then_all(self, world: World) -> None:
        first, second, third = (add(world, kind="reset-before", resource=digit * 24)[0] for digit in "123")

        world.control("DELETE", f"/faults/{second['id']}")
        left = world.control("GET", "/faults")["faults"]
        world.control("DELETE", "/faults")

        assert left == [first, third]
        assert world.control("GET", "/faults") == {"faults": []}
        path = f"/_mock/sandboxes/{world.sandbox}/faults/{first['id']}"
        assert [world.client.request(method, path).status_code for method in ("GET", "DELETE")] == [404, 404]

    def test_a_reset_removes_them(self, world: World) -> None:
        add(world, kind="response", status=500)

        world.control("POST", "/reset")

        assert world.control("GET", "/faults") == {"faults": []}
        assert world.call("GET", "/audiences").status_code == 200

    def test_a_seed_may_have_some_which_a_reset_gives_back(self, client: httpx.Client) -> None:
        document = {
            "keys": [{"key": "sk_test_of_faults", "name": "mine"}],
            "accountGroups": [{"name": "One"}],
            "faults": [{"preset": "slow", "key": "mine"}, {"kind": "response", "status": 429, "key": "mine"}],
        }
        made = client.post("/_mock/sandboxes", json={"seed": document}).raise_for_status().json()
        world = World(client, made["id"], made["keys"][0]["key"], made["accountGroups"][0]["id"])
        before = world.control("GET", "/faults")

        world.control("DELETE", "/faults")
        world.control("POST", "/reset")

        assert [one["kind"] for one in before["faults"]] == ["delay", "response"]
        assert world.control("GET", "/faults") == before
        client.delete(f"/_mock/sandboxes/{world.sandbox}").raise_for_status()

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            ({"kind": "response", "status": 418}, "faults.0: no error response 418"),
            ({"kind": "delay"}, "faults.0: a fault of kind delay needs delayMs"),
            ({"preset": "slow", "key": "nobody"}, "faults.0: this sandbox has no API key"),
            ({"kind": "odd"}, "faults.0.kind"),
        ],
    )
    def test_a_fault_that_does_not_do_makes_no_sandbox(
        self, client: httpx.Client, fault: dict[str, Any], told: str
    ) -> None:
        before = client.get("/_mock/sandboxes").json()

        answer = client.post("/_mock/sandboxes", json={"seed": {"faults": [fault]}})

        assert (answer.status_code, told in answer.json()["reason"]) == (400, True), answer.text
        assert client.get("/_mock/sandboxes").json() == before

    @pytest.mark.parametrize(
        ("fault", "told"),
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
    def test_one_that_cannot_be_is_400_and_adds_nothing(self, world: World, fault: dict[str, Any], told: str) -> None:
        status, reason = refusal(world, **fault)

        assert (status, told in reason) == (400, True), reason
        assert world.control("GET", "/faults") == {"faults": []}

    def test_there_may_be_a_hundred(self, world: World) -> None:
        for _ in range(100):
            add(world, kind="reset-before", operation="deleteAudience")

        assert refusal(world, preset="slow") == (409, "a sandbox may have 100 faults, and this one has 100")

    def test_no_key_is_shown_in_full(self, world: World) -> None:
        add(world, kind="reset-before", key=world.key)
        add(world, kind="reset-before", key="all permissions")

        shown = world.control("GET", "/faults")
        refused = world.client.post(f"/_mock/sandboxes/{world.sandbox}/faults", json={"preset": "slow", "key": "sk_x"})

        assert [one["key"] for one in shown["faults"]] == [f"...{world.key[-4:]}", "all permissions"]
        assert world.key not in json.dumps(shown)
        assert "sk_x" not in refused.text


AUDIENCE = "/v1/accounts/a00000000000000000000001/audiences/b00000000000000000000001"


def in_process(*documents: dict[str, Any], notes: RequestRecord | None = None) -> tuple[list[Message], int]:
    """What is sent for a deletion where the transport can do nothing but ASGI; and how many audiences are left."""
    sent: list[Message] = []
    received = [{"type": "http.request", "body": b"", "more_body": False}]
    scope = {
        "type": "http",
        "method": "DELETE",
        "path": AUDIENCE,
        "raw_path": AUDIENCE.encode(),
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer sk_test_all_permissions")],
        RECORD: notes,
    }

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return received.pop() if received else await asyncio.Event().wait()  # type: ignore[return-value]  # for ever

    async def run() -> int:
        made = components(Settings())
        await seed(Settings(), made)
        for document in documents:
            await made.sandboxes.work("default", lambda work, document=document: faults.add(work, document))
        await vendor_app(Settings(), made)(scope, receive, send)
        async with made.store.transaction("default") as transaction:
            return len(await transaction.audiences("a00000000000000000000001", before=None, limit=None))

    left = asyncio.run(run())
    return sent, left


class TestInProcess:
    def test_a_reset_that_is_not_to_be_had_is_a_500_that_says_so(self) -> None:
        _, untouched = in_process({"kind": "reset-before"})
        sent, left = in_process({"kind": "reset-after"})

        assert (sent[0]["status"], left) == (500, untouched - 1)
        assert "would have reset the connection" in json.loads(sent[1]["body"])["error"]["message"]

    def test_a_truncated_body_is_short(self) -> None:
        sent, _ = in_process({"kind": "truncated-body"})

        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        assert len(sent[1]["body"]) < int(dict(sent[0]["headers"])[b"content-length"])
        assert sent[1]["more_body"] is False

    def test_each_that_acts_is_noted_and_no_other(self) -> None:
        delay, after = {"kind": "delay", "delayMs": 1}, {"kind": "malformed-json"}
        elsewhere = {"kind": "reset-before", "operation": "getAudience"}
        notes, refused = RequestRecord(), RequestRecord()

        in_process(delay, elsewhere, after, notes=notes)
        in_process({"kind": "response", "status": 429}, notes=refused)

        assert len(set(notes.faults)) == 2
        assert (notes.rule, len(refused.faults), refused.rule) == (None, 1, "fault")

    def test_one_that_waited_in_vain_is_not_noted(self) -> None:
        notes = RequestRecord()

        in_process({"kind": "reset-after", "from": 2}, {"kind": "reset-after", "probability": 0}, notes=notes)

        assert list(notes.faults) == []
