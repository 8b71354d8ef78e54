"""Resets, errors and the requests that a fault matches, on a real socket."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.harness.fault_client import add_fault, delete_audience, fault_counts, fault_refusal, raw_request
from tests.harness.sandbox_client import World


class TestResets:
    @pytest.mark.parametrize(("kind", "left"), [("reset-before", True), ("reset-after", False)])
    def test_a_reset_acts_before_or_after_the_effect(self, world: World, kind: str, left: bool) -> None:  # noqa: FBT001  (a table)
        audience = world.ready()
        add_fault(world, kind=kind, operation="deleteAudience")

        with raw_request(world, "DELETE", f"/audiences/{audience}") as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)

        assert (audience in world.listed()) is left

    def test_a_lost_reply_happens_once_and_the_next_request_shows_the_effect(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, preset="lost-reply", operation="deleteAudience")

        with pytest.raises(httpx.ReadError):
            delete_audience(world, audience)

        assert delete_audience(world, audience).status_code == 404
        assert fault_counts(world) == [(2, 1, 0)]

    def test_a_reset_does_not_disturb_another_connection(self, world: World) -> None:
        add_fault(world, kind="reset-before", operation="deleteAudience")

        with raw_request(world, "GET", "/audiences/navigation") as other:
            assert other.recv(12) == b"HTTP/1.1 200"
            with pytest.raises(httpx.ReadError):
                delete_audience(world, world.ready())
            other.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            received = b""
            while b"404 Not Found" not in received:  # the responses may come in one part
                part = other.recv(1 << 16)
                assert part
                received += part


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
    def test_an_injected_error_has_the_documented_envelope_and_changes_nothing(
        self, world: World, operation: str | None, status: int, code: str
    ) -> None:
        audience = world.ready()
        (fault,) = add_fault(world, kind="response", status=status, **({"operation": operation} if operation else {}))

        first, second = delete_audience(world, audience), delete_audience(world, audience)
        world.control("DELETE", f"/faults/{fault['id']}")

        body = first.json()
        assert first.status_code == status
        assert (body["success"], body["data"], body["error"]["code"]) == (False, None, code)
        assert (body["error"]["details"]["rule"], body["error"]["details"]["faultId"]) == ("fault", fault["id"])
        assert body["traceId"] != second.json()["traceId"]
        assert audience in world.listed()

    def test_an_injected_429_has_the_requested_retry_after(self, world: World) -> None:
        add_fault(world, kind="response", status=429, retryAfter=7, times=1)
        add_fault(world, kind="response", status=429)

        assert [world.call("GET", "/audiences").headers.get("retry-after") for _ in range(2)] == ["7", None]

    @pytest.mark.parametrize("operation", [None, "deleteAudience"])
    def test_an_undocumented_status_is_400_with_the_documented_statuses(
        self, world: World, operation: str | None
    ) -> None:
        named = {"operation": operation} if operation else {}

        status, reason = fault_refusal(world, kind="response", status=418, **named)

        documented = "400, 401, 403, 404, 409, 429, 500" if operation else "401, 429, 500"
        assert status == 400
        assert reason.endswith(f"those that are: {documented}")
        assert world.control("GET", "/faults") == {"faults": []}


class TestMatching:
    def test_a_fault_matches_only_its_operation_key_and_resource(self, world: World) -> None:
        first, second = world.ready(), world.ready()
        other = world.another_key("audiences:write", "audiences:read")
        add_fault(world, kind="response", status=500, operation="deleteAudience", key=other, resource=first)

        answers = [
            delete_audience(world, first, key=other),
            delete_audience(world, second, key=other),
            delete_audience(world, first),
            world.call("GET", f"/audiences/{second}", key=other),
        ]

        assert [answer.status_code for answer in answers] == [500, 200, 200, 404]
        assert fault_counts(world) == [(1, 1, None)]

    def test_a_fault_acts_from_its_first_match_for_its_number_of_times(self, world: World) -> None:
        add_fault(world, kind="response", status=500, **{"from": 2, "times": 2})

        statuses = [world.call("GET", "/audiences").status_code for _ in range(5)]

        assert statuses == [200, 500, 500, 200, 200]
        assert fault_counts(world) == [(5, 2, 0)]

    def test_a_fault_can_name_a_key_by_its_name(self, world: World) -> None:
        add_fault(world, kind="response", status=500, key="all permissions")

        assert world.call("GET", "/audiences").status_code == 500
        assert world.call("GET", "/audiences", key=world.another_key("audiences:read")).status_code == 200

    @pytest.mark.parametrize("kind", ["response", "reset-after"])
    def test_concurrent_requests_never_use_the_same_turn_of_a_fault(self, world: World, kind: str) -> None:
        status = {"status": 500} if kind == "response" else {}
        add_fault(world, kind=kind, times=5, operation="createAudience", **status)

        def create(_: int) -> bool:
            with httpx.Client(base_url=world.client.base_url, timeout=20) as client:
                own = World(client, world.sandbox, world.key, world.group)
                try:
                    return own.call("POST", "/audiences", {"name": "x", "type": "on_demand"}).status_code == 201
                except httpx.ReadError:
                    return False

        with ThreadPoolExecutor(8) as pool:
            fine = list(pool.map(create, range(40)))

        assert (fine.count(False), fault_counts(world)) == (5, [(40, 5, 0)])
        assert len(world.listed()) == (35 if kind == "response" else 40)

    @pytest.mark.parametrize("status", [401, 403, 404, 405])
    def test_requests_that_are_not_admitted_match_no_fault(self, world: World, status: int) -> None:
        add_fault(world, kind="response", status=500)
        refused = {
            401: lambda: world.call("GET", "/audiences", key="sk_test_unknown"),
            403: lambda: world.call("GET", "/audiences", key=world.another_key("audiences:write")),
            404: lambda: world.call("GET", "/nothing"),
            405: lambda: world.call("PUT", "/audiences"),
        }

        assert refused[status]().status_code == status
        assert fault_counts(world) == [(0, 0, None)]

    def test_a_fault_does_not_affect_another_sandbox(self, client: httpx.Client, world: World) -> None:
        add_fault(world, kind="response", status=500)

        assert World.make(client).call("GET", "/audiences").status_code == 200

    def test_the_chance_of_a_fault_repeats_after_a_reset(self, world: World) -> None:
        def statuses() -> list[int]:
            add_fault(world, kind="response", status=500, probability=0.5)
            return [world.call("GET", "/audiences").status_code for _ in range(30)]

        first = statuses()
        world.control("POST", "/reset")

        assert statuses() == first
        assert set(first) == {200, 500}
