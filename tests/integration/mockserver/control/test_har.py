"""The journal as an HTTP Archive, held against HAR 1.2."""

from typing import Any

import jsonschema
import pytest

from tests.harness.sandbox_client import World

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
NUMBER = {"type": "number", "minimum": 0}


def closed_object(**members: Any) -> dict[str, Any]:
    """Return the schema of an object with these members; others must begin with an underscore."""
    return {
        "type": "object",
        "required": list(members),
        "properties": {**members, "postData": {"type": "object", "required": ["mimeType", "text"]}},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


PAIRS = {"type": "array", "items": closed_object(name=TEXT, value=TEXT)}
COMMON = {"httpVersion": TEXT, "cookies": {"type": "array"}, "headers": PAIRS, "headersSize": WHOLE, "bodySize": WHOLE}
REQUEST = closed_object(method=TEXT, url={"type": "string", "pattern": "^http://"}, queryString=PAIRS, **COMMON)
CONTENT = closed_object(size=WHOLE, mimeType=TEXT, text=TEXT)
RESPONSE = closed_object(status=WHOLE, statusText=TEXT, content=CONTENT, redirectURL=TEXT, **COMMON)
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
ENTRY = closed_object(
    startedDateTime=MOMENT,
    time=NUMBER,
    request=REQUEST,
    response=RESPONSE,
    cache={"type": "object"},
    timings=closed_object(send=NUMBER, wait=NUMBER, receive=NUMBER),
)
LOG = closed_object(
    version={"enum": ["1.2"]}, creator=closed_object(name=TEXT, version=TEXT), entries={"type": "array", "items": ENTRY}
)


@pytest.fixture
def archive(world: World) -> Any:
    world.call("GET", "/audiences?limit=5&cursor=")
    world.call("POST", "/audiences", {"name": "Künstler", "type": "on_demand"})
    world.call("GET", "/audiences/100%25 %C3%A4")
    return world.control("GET", "/journal.har")


def test_the_journal_exports_a_valid_http_archive(archive: Any) -> None:
    jsonschema.validate(archive, closed_object(log=LOG))

    assert [entry["_number"] for entry in archive["log"]["entries"]] == [1, 2, 3]


def test_an_entry_of_the_archive_has_request_and_response(world: World, archive: Any) -> None:
    listed, created, odd = archive["log"]["entries"]

    assert listed["request"]["queryString"] == [{"name": "limit", "value": "5"}, {"name": "cursor", "value": ""}]
    origin = str(world.client.base_url).rstrip("/")
    assert listed["request"]["url"] == f"{origin}/v1/accounts/{world.group}/audiences?limit=5&cursor="
    assert created["request"]["postData"]["text"] == '{"name":"Künstler","type":"on_demand"}'
    assert (created["response"]["status"], created["response"]["statusText"]) == (201, "Created")
    assert odd["request"]["url"].endswith("/audiences/100%25%20%C3%A4")


def test_the_archive_has_no_key(world: World, archive: Any) -> None:
    assert world.key not in str(archive)
