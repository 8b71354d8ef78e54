"""The journal as the control plane shows it, of a server on a socket."""

import json
import socket
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from mockserver.bootstrap import Components, server
from mockserver.cli import cli
from mockserver.config import Settings
from mockserver.recording.trace import trace
from openapi import contract
from tests.harness.in_thread import served
from tests.harness.sandbox_client import BODY, World

ADMIN = "an-admin-token-that-nobody-may-see"
NOBODY = "sk_test_of_nobody_at_all"
OTHER = "9" * 24


def exchanges(world: World, query: str = "order=oldest") -> list[dict[str, Any]]:
    return list(world.control("GET", f"/journal?{query}")["exchanges"])


def last(world: World) -> dict[str, Any]:
    number = exchanges(world, "limit=1")[0]["number"]
    return dict(world.control("GET", f"/journal/{number}"))


@pytest.fixture(scope="module")
def alone() -> Iterator[httpx.Client]:
    """A server with an admin token, and a client that has it."""
    with served(Settings(admin_token=ADMIN)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {ADMIN}"
        yield client


class TestExchanges:
    def test_an_exchange_is_shown_whole(self, world: World) -> None:
        body = {"name": "Heads of sales", "type": "on_demand"}
        answer = world.call("POST", "/audiences?debug=1", body, headers={"User-Agent": "checkout/1"})

        shown = last(world)

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

    def test_a_refusal_shows_its_rule_and_what_was_asked_before(self, world: World) -> None:
        audience, _ = world.populated()
        world.call("DELETE", f"/audiences/{audience}")

        shown = last(world)

        assert (shown["status"], shown["rule"]) == (409, "guard")
        assert [one["rule"] for one in shown["trace"]] == list(trace("deleteAudience", "guard"))
        assert [one["verdict"] for one in shown["trace"]] == ["passed"] * (len(shown["trace"]) - 1) + ["refused"]

    def test_it_has_the_time_of_the_sandbox_and_the_real_one(self, world: World) -> None:
        world.control("PUT", "/clock", {"mode": "manual", "at": "2040-01-01T00:00:00Z"})
        world.call("GET", "/audiences")

        (shown,) = exchanges(world)

        assert shown["at"] == "2040-01-01T00:00:00.000Z"
        assert shown["realAt"] < "2040"

    def test_a_body_that_nobody_has_read_is_not_shown(self, world: World) -> None:
        world.call("POST", "/audiences", {"name": "x"}, key=world.another_key("audiences:read"))

        assert last(world)["request"] == {"headers": [*last(world)["request"]["headers"]], "body": None, "bodyBytes": 0}

    def test_of_a_long_body_the_beginning_is_kept(self, world: World) -> None:
        world.call("POST", "/audiences", {"name": "n" * 100_000, "type": "on_demand"})

        shown = last(world)

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
    def test_the_rule_that_decided_is_noted_wherever_it_is_asked(
        self, world: World, method: str, path: str, content: bytes | None, rule: str
    ) -> None:
        headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
        answer = world.client.request(method, f"/v1/accounts/{world.group}{path}", content=content, headers=headers)

        shown = last(world)

        assert (shown["status"], shown["rule"]) == (answer.status_code, rule)

    def test_a_wrong_media_type_is_noted(self, world: World) -> None:
        world.call("POST", "/audiences", headers={"Content-Type": "text/plain", "Content-Length": "0"})
        headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "text/plain"}
        world.client.post(f"/v1/accounts/{world.group}/audiences", content=b"x", headers=headers)

        assert last(world)["rule"] == "media-type"

    def test_a_refusal_by_way_of_connexions_own_code_is_noted(self, world: World) -> None:
        audience, _ = world.populated()
        headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
        path = f"/v1/accounts/{world.group}/audiences/{audience}"
        world.client.patch(path, content=b'{"name": "\\u0041"}', headers=headers)

        assert last(world)["rule"] == "guard"

    def test_a_client_that_goes_away_is_seen_to_have_gone(self, world: World) -> None:
        host, port = world.client.base_url.host, world.client.base_url.port
        head = (
            f"POST /v1/accounts/{world.group}/audiences HTTP/1.1\r\nhost: {host}\r\n"
            f"authorization: Bearer {world.key}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{{"
        )
        with socket.create_connection((host, port or 80)) as connection:
            connection.sendall(head.encode())

        (shown,) = next(found for _ in range(2_000) if (found := exchanges(world)))

        assert (shown["outcome"], shown["status"]) == ("abandoned", None)


class TestOrder:
    """A request with two faults is refused for the one that the trace has first."""

    @pytest.mark.parametrize("operation", ["deleteAudience", "updateAudience", "startProspectingJob", "listAudiences"])
    def test_each_rule_comes_before_the_next(self, world: World, operation: str) -> None:
        wrongs = Wrongs(world, operation)
        order = [rule for rule in trace(operation, None) if rule in wrongs.known()]

        decided = [wrongs.sent(first, second) for first, second in pairwise(order)]

        assert decided == order[:-1]


class Wrongs:
    """Requests of one operation with chosen things wrong with them."""

    def __init__(self, world: World, operation: str) -> None:
        self.world = world
        self.operation = operation
        self.path, self.method = next(
            (path, method)
            for path, item in contract()["paths"].items()
            for method, one in item.items()
            if method != "parameters" and one["operationId"] == operation
        )
        self.takes_body = operation in {"updateAudience", "startProspectingJob"}
        self.reader = world.another_key("signals:read")
        self.foreign = World.make(world.client).group
        self.populated = world.populated()[0]

    def known(self) -> frozenset[str]:
        rules = {"api-key", "rate-limit", "permission", "account-group", "parameters"}
        rules |= {"resource", "guard"} if "audienceId" in self.path else set()
        rules |= {"name"} if self.operation == "updateAudience" else set()
        rules |= {"size", "media-type", "body"} if self.takes_body else set()
        rules -= {"parameters"} if self.operation == "startProspectingJob" else set()
        rules |= {"cursor"} if self.operation == "listAudiences" else set()
        rules |= {"credits"} if self.operation == "startProspectingJob" else set()
        return frozenset(rules)

    def sent(self, *wrong: str) -> str:
        """Send it, and answer what has decided."""
        limited = "rate-limit" in wrong
        key = self.reader if "permission" in wrong else self.world.key
        if limited:
            self.world.state("the rate limit is exhausted", apiKey=key)
        if "credits" in wrong:
            self.world.state("the credits are exhausted")
        token = NOBODY if "api-key" in wrong else key
        answer = self.world.client.request(
            self.method.upper(), self._target(wrong), content=self._content(wrong), headers=self._headers(wrong, token)
        )
        if limited:
            self.world.state("the rate limit is exhausted", "teardown", apiKey=key)
        details = answer.json()["error"]["details"]
        return trace(self.operation, details["rule"], details.get("in"))[-1]

    def _target(self, wrong: tuple[str, ...]) -> str:
        group = self.foreign if "account-group" in wrong else self.world.group
        audience = self.populated if "guard" in wrong else self.world.ready()
        audience = OTHER if "resource" in wrong else audience
        audience = "x" if "parameters" in wrong else audience
        path = self.path.replace("{accountGroupId}", group).replace("{audienceId}", audience)
        if self.operation == "listAudiences":
            path += "?limit=0" if "parameters" in wrong else "?limit=5"
            path += "&cursor=x" if "cursor" in wrong else ""
        return path

    def _content(self, wrong: tuple[str, ...]) -> bytes | None:
        if not self.takes_body:
            return None
        body: dict[str, Any] = {"name": " " if "name" in wrong else "New"}
        body = {**BODY} if self.operation == "startProspectingJob" else body
        body = {"name": 5} if "body" in wrong else body
        return json.dumps(body | {"filling": "x" * ((1 << 20) if "size" in wrong else 1)}).encode()

    def _headers(self, wrong: tuple[str, ...], token: str) -> dict[str, str]:
        kind = {"Content-Type": "text/plain" if "media-type" in wrong else "application/json"}
        return {"Authorization": f"Bearer {token}", **(kind if self.takes_body else {})}


class TestQueries:
    @pytest.fixture
    def several(self, world: World) -> World:
        self.reader = world.another_key("audiences:read")
        self.audience = world.ready()
        world.call("GET", f"/audiences/{self.audience}")
        world.call("DELETE", f"/audiences/{self.audience}", key=self.reader)
        world.control("POST", "/clock/advance", {"seconds": 3600})
        world.call("DELETE", f"/audiences/{self.audience}")
        world.call("GET", "/audiences")
        return world

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("", [4, 3, 2, 1]),
            ("order=oldest", [1, 2, 3, 4]),
            ("limit=2", [4, 3]),
            ("limit=2&order=oldest", [1, 2]),
            ("operation=deleteAudience", [3, 2]),
            ("operation=none", []),
            ("status=403", [2]),
            ("status=none", []),
            ("since=2&until=3", [3, 2]),
            ("operation=deleteAudience&status=200", [3]),
        ],
    )
    def test_all_that_is_asked_for_has_to_hold(self, several: World, query: str, numbers: list[int]) -> None:
        assert [one["number"] for one in exchanges(several, query)] == numbers

    def test_a_resource_is_any_identifier_of_the_path(self, several: World) -> None:
        assert len(exchanges(several, f"resource={self.audience}")) == 3
        assert len(exchanges(several, f"resource={several.group}")) == 4

    def test_a_key_is_asked_for_by_name_or_in_full(self, several: World) -> None:
        (shown,) = exchanges(several, f"key={self.reader}")

        assert exchanges(several, "key=" + shown["key"]["name"]) == [shown]
        assert len(exchanges(several, "key=all permissions")) == 3

    def test_time_is_that_of_the_sandbox(self, several: World) -> None:
        third = exchanges(several, "since=3&until=3")[0]["at"]

        assert [one["number"] for one in exchanges(several, f"since={third}&order=oldest")] == [3, 4]
        assert exchanges(several, "until=2000-01-01T00:00:00Z") == []

    @pytest.mark.parametrize(
        "query",
        ["since=yesterday", "until=2026-01-01", "status=many", "limit=0", "limit=1001", "order=random", "since=-1"],
    )
    def test_a_bad_query_is_400(self, world: World, query: str) -> None:
        answer = world.client.get(f"/_mock/sandboxes/{world.sandbox}/journal?{query}")

        assert answer.status_code == 400
        assert answer.json()["reason"]

    @pytest.mark.parametrize("number", ["0", "5", "x", "-1", "1.0", "9" * 30, "٣"])
    def test_an_exchange_that_is_not_there_is_404(self, several: World, number: str) -> None:
        answer = several.client.get(f"/_mock/sandboxes/{several.sandbox}/journal/{number}")

        assert answer.status_code == 404
        assert "holds 4" in answer.json()["reason"]


class TestWhose:
    def test_each_sandbox_has_its_own(self, world: World) -> None:
        other = World.make(world.client)
        world.call("GET", "/audiences")

        assert len(exchanges(world)) == 1
        assert exchanges(other) == []

    def test_an_unknown_route_belongs_to_the_sandbox_of_the_key(self, world: World) -> None:
        world.call("GET", "/nothing")

        (shown,) = exchanges(world)

        assert (shown["rule"], shown["operation"], shown["key"]["name"]) == ("route", None, "all permissions")

    @pytest.mark.parametrize("kind", ["revoked", "limited", "lacking"])
    def test_a_refused_key_is_still_a_key_of_its_sandbox(self, world: World, kind: str) -> None:
        if kind == "revoked":
            world.state("the API key is revoked")
        elif kind == "limited":
            world.state("the rate limit is exhausted")
        key = world.another_key("signals:read") if kind == "lacking" else world.key
        world.call("GET", "/audiences", key=key)

        (shown,) = exchanges(world)

        assert shown["rule"] == {"revoked": "api-key", "limited": "rate-limit", "lacking": "permission"}[kind]

    def test_what_has_no_valid_key_is_in_the_default_one(self, world: World) -> None:
        default = World(world.client, "default", "", "")
        before = world.control("GET", "/journal")["held"]
        world.call("GET", "/audiences", key=NOBODY)
        world.client.get("/v1/accounts")

        none, unknown = exchanges(default, "limit=2")

        assert (none["key"], none["rule"]) == (None, "api-key")
        assert unknown["key"] == {"name": None, "hint": "sk_…_all"}
        assert world.control("GET", "/journal")["held"] == before

    def test_what_is_no_request_is_in_the_default_one(self, world: World) -> None:
        with socket.create_connection((world.client.base_url.host, world.client.base_url.port or 80)) as connection:
            connection.sendall(b"NONSENSE\r\n\r\n")
            answer = connection.recv(65_536)

        shown = last(World(world.client, "default", "", ""))

        assert (shown["method"], shown["path"], shown["status"], shown["rule"]) == ("", "", 400, "http")
        assert shown["response"]["body"].encode() in answer
        assert [one["rule"] for one in shown["trace"]] == ["http"]

    def test_the_control_plane_is_not_in_it(self, world: World) -> None:
        world.control("GET", "/journal")

        assert exchanges(world) == []

    def test_a_reset_empties_it_and_a_deletion_frees_it(self, world: World) -> None:
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

    def test_it_can_be_cleared(self, world: World) -> None:
        world.call("GET", "/audiences")
        world.control("DELETE", "/journal")
        world.call("GET", "/audiences")

        shown = world.control("GET", "/journal")

        assert ([one["number"] for one in shown["exchanges"]], shown["held"], shown["dropped"]) == ([2], 1, 1)


class TestBounds:
    def test_what_does_not_fit_is_dropped_and_counted(self) -> None:
        with served(Settings(journal_limit=2)) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            for _ in range(5):
                world.call("GET", "/audiences")

            shown = world.control("GET", "/journal")

        assert [one["number"] for one in shown["exchanges"]] == [5, 4]
        assert (shown["held"], shown["dropped"], shown["limit"]) == (2, 3, 2)

    def test_bytes_are_a_bound_as_well(self) -> None:
        with served(Settings(journal_bytes=100_000)) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            for _ in range(20):
                world.call("POST", "/audiences", {"name": "n" * 16_000, "type": "on_demand"})

            shown = world.control("GET", "/journal")

        assert 0 < shown["held"] < 6
        assert shown["held"] + shown["dropped"] == 20
        assert shown["heldBytes"] <= 100_000

    def test_there_may_be_none(self) -> None:
        with served(Settings(journal_limit=0)) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            assert world.call("GET", "/audiences").status_code == 200

            paths = ["/journal", "/journal/1", "/findings"]
            answers = [client.get(f"/_mock/sandboxes/{world.sandbox}{path}") for path in paths]
            answers.append(client.post(f"/_mock/sandboxes/{world.sandbox}/verify"))

        assert [answer.status_code for answer in answers] == [409] * 4
        assert answers[0].json() == {
            "reason": "the server keeps no journal",
            "hint": "Start the server without --journal-limit 0.",
        }


class TestSecrets:
    def test_no_key_and_no_token_is_in_what_is_read(self, alone: httpx.Client) -> None:
        odd = "an-odd/key%with everything".replace(" ", '"')
        made = alone.post("/_mock/sandboxes", json={"seed": {"keys": [{"key": odd}], "accountGroups": [{"name": "G"}]}})
        sandbox, group = made.json()["id"], made.json()["accountGroups"][0]["id"]
        for secret in (odd, ADMIN, "sk_test_all_permissions"):
            bearer = {"Authorization": f"Bearer {odd}"}
            path = f"/v1/accounts/{group}/audiences"
            alone.get(f"{path}?cursor={secret}", headers=bearer)
            alone.get(path, params={"cursor": secret}, headers=bearer)
            alone.get(f"{path}/{secret.replace('/', '')}", headers=bearer)
            alone.get(f"/v1/{secret}", headers=bearer)
            alone.post(path, json={"name": secret, "type": "on_demand", secret: 1}, headers=bearer)
            alone.post(path, content=f'{{"name": "{secret}', headers={**bearer, "Content-Type": "application/json"})
            keyed = {**bearer, "Idempotency-Key": secret, "User-Agent": secret, "Prefer": secret}
            alone.post(f"/v1/accounts/{group}/prospecting", json=BODY, headers=keyed)
            alone.get(path, headers={"Authorization": f"Bearer {secret}"})
            alone.get(path, headers={"Authorization": f"Basic {secret}"})
            alone.get(path, headers={"Authorization": secret})

        shown = []
        for one in (sandbox, "default"):
            root = f"/_mock/sandboxes/{one}"
            page = alone.get(f"{root}/journal?limit=1000").json()
            shown += [page, alone.get(f"{root}/findings").json(), alone.post(f"{root}/verify").json()]
            shown += [alone.get(f"{root}/journal/{each['number']}").json() for each in page["exchanges"]]
        texts = json.dumps(shown, ensure_ascii=False) + json.dumps(shown)

        assert len(shown) > 30
        assert not [secret for secret in (odd, odd.replace('"', '\\"'), odd.replace("/", ""), ADMIN) if secret in texts]
        assert "sk_test_all_permissions" not in texts

    def test_the_key_of_a_sandbox_that_is_gone_is_not_shown_either(self, world: World) -> None:
        gone = World.make(world.client)
        gone.control("DELETE", "")
        gone.call("GET", f"/audiences?key={gone.key}")

        default = World(world.client, "default", "", "")

        assert gone.key not in json.dumps(last(default))


def test_what_is_passed_on_is_what_would_be_without_a_journal() -> None:
    def build(settings: Settings, made: Components, write: Any) -> Any:
        return server(settings, made, write)

    answers = []
    for limit in (0, 1_000):
        settings = Settings(journal_limit=limit)
        with served(settings, build=build) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            calls = [("GET", "/audiences", None), ("POST", "/audiences", {"name": 1}), ("GET", "/nothing", None)]
            answers.append([world.call(*call).content for call in calls])

    assert answers[0] == answers[1]


def test_the_limit_is_an_option_of_the_command_line() -> None:
    refused = CliRunner().invoke(cli, ["serve", "--journal-limit", "-1"])
    told = CliRunner().invoke(cli, ["serve", "--help"])

    assert (refused.exit_code, "--journal-limit" in refused.output) == (2, True)
    assert "0 for no journal" in " ".join(told.output.split())
