"""The Starlette peer responds as our server does, with the same state, to what the benchmark sends and beyond it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.bench.server import Server
from tests.bench.targets import OURS, STARLETTE

GROUP, FOREIGN = "a00000000000000000000001", "a00000000000000000000002"
READY, POPULATED, UNKNOWN = "d00000000000000000000001", "b00000000000000000000002", "e00000000000000000000009"
COLLECTION = f"/v1/accounts/{GROUP}/audiences"
WRITER, READER, REVOKED, EXPIRED, SMALL = "sk_writer", "sk_reader", "sk_revoked", "sk_expired", "sk_small"
RESET = "/_mock/sandboxes/default/reset"
KEYS = [
    {"key": WRITER, "accountGroupIds": [GROUP]},
    {"key": READER, "permissions": ["audiences:read", "prospects:read"], "accountGroupIds": [GROUP]},
    {"key": REVOKED, "revoked": True},
    {"key": EXPIRED, "expiresAt": "2020-01-01T00:00:00.000Z"},
    {"key": SMALL, "accountGroupIds": [FOREIGN]},
]
SEED = {
    "keys": KEYS,
    "accountGroups": [
        {
            "id": GROUP,
            "name": "Acme Growth",
            "audiences": [
                {"id": POPULATED, "name": "Founders", "job": {"pace": "manual", "status": "running"}},
                {"id": READY, "name": "Heads of sales", "description": "Ready."},
            ],
        },
        {"id": FOREIGN, "name": "Elsewhere", "plan": "tester", "audiences": []},
    ],
}
NEW = {"name": "Heads of sales", "type": "on_demand"}


@dataclass(frozen=True)
class Sent:
    """A request; `body` is JSON unless it is bytes."""

    method: str
    path: str
    key: str | None = WRITER
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def one(audience: str, group: str = GROUP) -> str:
    return f"/v1/accounts/{group}/audiences/{audience}"


def create(body: Any, key: str = WRITER, **headers: str) -> Sent:
    return Sent("POST", COLLECTION, key, body, {"Content-Type": "application/json", **headers})


MEASURED = {
    "200": Sent("DELETE", one(READY)),
    "404": Sent("DELETE", one(UNKNOWN)),
    "409": Sent("DELETE", one(POPULATED)),
    "401": Sent("DELETE", one(UNKNOWN), "sk_test_of_nobody"),
    "403": Sent("DELETE", one(UNKNOWN), READER),
    "create": create(NEW),
    "get": Sent("GET", one(READY)),
}
OTHERS = {
    "a reading of a populated audience": Sent("GET", one(POPULATED)),
    "a reading of an unknown audience": Sent("GET", one(UNKNOWN)),
    "no key": Sent("DELETE", one(READY), None),
    "another scheme": Sent("DELETE", one(READY), None, headers={"Authorization": f"Basic {WRITER}"}),
    "a scheme in capitals": Sent("GET", one(READY), None, headers={"Authorization": f"BEARER {WRITER}"}),
    "a revoked key": Sent("DELETE", one(READY), REVOKED),
    "a foreign account group": Sent("DELETE", one(READY, FOREIGN)),
    "an unknown account group": Sent("DELETE", one(READY, UNKNOWN)),
    "an identifier in capitals": Sent("DELETE", one(READY.upper())),
    "a short account group": Sent("GET", one(READY, "a1")),
    "a description": create({**NEW, "description": "Ready for use."}),
    "a monitoring audience": create({**NEW, "type": "monitoring"}),
    "a further member": create({**NEW, "colour": "red"}),
    "a creation by a reader": create(NEW, READER),
    "no name": create({"type": "on_demand"}),
    "no type": create({"name": "x"}),
    "an unknown type": create({**NEW, "type": "daily"}),
    "a name of another type": create({**NEW, "name": 3}),
    "a description of another type": create({**NEW, "description": None}),
    "a blank name": create({**NEW, "name": " \t"}),
    "a NUL": create({**NEW, "name": "a\0"}),
    "an array": create([1]),
    "no body": create(b""),
    "no audience on the plan": Sent(
        "POST",
        f"/v1/accounts/{FOREIGN}/audiences",
        SMALL,
        {**NEW, "type": "monitoring"},
        {"Content-Type": "application/json"},
    ),
    "another media type": create(NEW, **{"Content-Type": "text/plain"}),
    "a media type with a parameter": create(NEW, **{"Content-Type": "application/json; charset=utf-8"}),
    "a route that is not there": Sent("GET", "/v1/nowhere"),
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    seed: Path = tmp_path_factory.mktemp("bench") / "seed.json"
    seed.write_text(json.dumps(SEED))
    with Server(OURS, (), seed) as ours, Server(STARLETTE, (), seed) as peer:
        yield ours, peer


@pytest.fixture(autouse=True)
def fresh(servers: tuple[Server, Server]) -> None:
    for server in servers:
        server.reset()


def responses(server: Server, requests: list[Sent]) -> list[tuple[int, dict[str, str], Any]]:
    """Return status, headers and body of each request; a path with `NEW` gets the identifier created last."""
    connection, created, found = HTTPConnection("127.0.0.1", server.port, timeout=20), "", []
    for sent in requests:
        authorization = {} if sent.key is None else {"Authorization": f"Bearer {sent.key}"}
        content = sent.body if sent.body is None or isinstance(sent.body, bytes) else json.dumps(sent.body)
        path = sent.path.replace("NEW", created)
        connection.request(sent.method, path, content, {**sent.headers, **authorization})
        response = connection.getresponse()
        body = json.loads(response.read())
        if response.status == 201:
            created = body["data"]["id"]
        found.append((response.status, {name.lower(): value for name, value in response.getheaders()}, body))
    connection.close()
    return found


def comparable(status: int, body: dict[str, Any]) -> tuple[int, str]:
    """Return what two servers must have in common: all but trace id, instants and generated identifiers."""
    text = json.dumps({**body, "traceId": re.sub("[0-9a-f]", "x", body["traceId"])})
    for known in (GROUP, FOREIGN, READY, POPULATED, UNKNOWN):
        text = text.replace(known, f"<{known[:1]}{known[-1]}>")
    text = re.sub(r"\b[0-9a-f]{24}\b", "<generated>", text)
    return status, re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<instant>", text)


@pytest.mark.parametrize("sent", [*MEASURED.values(), *OTHERS.values()], ids=[*MEASURED, *OTHERS])
def test_the_peer_responds_as_our_server_does(servers: tuple[Server, Server], sent: Sent) -> None:
    ((status, headers, body),), ((other_status, other_headers, other_body),) = [
        responses(server, [sent]) for server in servers
    ]

    assert comparable(other_status, other_body) == comparable(status, body)
    assert other_headers.keys() == headers.keys()
    assert other_headers["content-type"] == headers["content-type"]


@pytest.mark.parametrize(("name", "status"), [("200", 200), ("404", 404), ("409", 409), ("401", 401), ("403", 403)])
def test_a_measured_path_has_the_status_that_names_it(servers: tuple[Server, Server], name: str, status: int) -> None:
    assert [responses(server, [MEASURED[name]])[0][0] for server in servers] == [status, status]


def test_the_flow_has_the_same_responses_on_both_servers(servers: tuple[Server, Server]) -> None:
    flow = [create(NEW), *[Sent(method, one("NEW")) for method in ("GET", "DELETE", "GET", "DELETE")]]

    ours, peer = [[comparable(status, body) for status, _, body in responses(server, flow)] for server in servers]

    assert peer == ours
    assert [status for status, _ in peer] == [201, 200, 200, 404, 404]


def test_an_expired_key_is_refused_with_the_instant_of_its_end(servers: tuple[Server, Server]) -> None:
    (ours,), (peer,) = [responses(server, [Sent("GET", one(READY), EXPIRED)]) for server in servers]

    assert comparable(peer[0], peer[2]) == comparable(ours[0], ours[2])
    assert peer[2]["error"]["details"]["expiredAt"] == "2020-01-01T00:00:00.000Z"


def test_a_body_that_is_not_json_is_refused_under_the_same_rule(servers: tuple[Server, Server]) -> None:
    (ours,), (peer,) = [responses(server, [create(b'{"name')]) for server in servers]

    assert (peer[0], peer[2]["error"]["code"], peer[2]["error"]["details"]) == (
        ours[0],
        ours[2]["error"]["code"],
        ours[2]["error"]["details"],
    )


def test_a_method_that_the_route_does_not_take_is_refused_with_the_same_members(
    servers: tuple[Server, Server],
) -> None:
    (ours,), (peer,) = [responses(server, [Sent("PUT", COLLECTION)]) for server in servers]

    assert (peer[0], peer[2]["error"].keys(), peer[1].keys()) == (405, ours[2]["error"].keys(), ours[1].keys())


def test_every_response_has_a_trace_id_of_its_own(servers: tuple[Server, Server]) -> None:
    found = responses(servers[1], [*MEASURED.values()])

    assert len({body["traceId"] for _, _, body in found}) == len(MEASURED)


def test_a_reset_brings_a_deleted_audience_back(servers: tuple[Server, Server]) -> None:
    peer = servers[1]
    responses(peer, [MEASURED["200"]])

    peer.reset()

    assert responses(peer, [MEASURED["get"]])[0][0] == 200
