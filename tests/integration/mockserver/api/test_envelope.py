"""The documented envelope of every response outside the control plane."""

import re

import httpx
import pytest

from tests.harness.sandbox_client import World

JSON = {"Content-Type": "application/json"}
AUDIENCES = "/v1/accounts/{group}/audiences"


def assert_is_envelope(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == (status, code)
    assert list(body) == ["success", "data", "error", "traceId"]
    assert body["success"] is False
    assert body["data"] is None
    assert list(body["error"]) == ["code", "message", "details"]
    assert body["error"]["message"]
    assert body["error"]["details"]["rule"]
    assert re.fullmatch("[0-9a-f]{24}", body["traceId"])
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v2/accounts", "/v1/accounts/", "/favicon.ico", "/_mockery", "/%00", "//"]
)
def test_an_unknown_route_is_404(world: World, path: str) -> None:
    assert_is_envelope(world.client.get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/accounts/{group}/audiences/{audience}", "DELETE, GET, HEAD, PATCH"),
        ("POST", "/v1/accounts/{group}/audiences/{audience}", "DELETE, GET, HEAD, PATCH"),
        ("OPTIONS", "/v1/accounts/{group}/audiences", "GET, HEAD, POST"),
        ("DELETE", "/v1/accounts/{group}/audiences/navigation", "GET, HEAD"),
        ("GET", "/v1/accounts/{group}/audiences/folders", "POST"),
        ("TRACE", "/v1/accounts", "GET, HEAD"),
        ("PURGE", "/v1/accounts", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_405_with_a_complete_allow_header(world: World, method: str, path: str, allow: str) -> None:
    answer = world.client.request(method, path.format(group=world.group, audience="b" * 24))

    assert_is_envelope(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nul",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"name":"\xe9","type":"on_demand"}',
        b'{"name":NaN,"type":"on_demand"}',
        b'{"name":"\\u0000","type":"on_demand"}',
        b'{"name":"\\ud800","type":"on_demand"}',
        b'{"name":"x","type":"on_demand","\\udfff":1}',
        b'{"name":"a\nb","type":"on_demand"}',
        b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name":5,"type":"on_demand"}',
        b'{"name":"x","type":"on_demand"}{}',
    ],
)
def test_an_invalid_body_is_400_and_creates_nothing(world: World, content: bytes) -> None:
    headers = JSON | {"Authorization": f"Bearer {world.key}"}

    answer = world.client.post(AUDIENCES.format(group=world.group), content=content, headers=headers)

    assert_is_envelope(answer, 400, "VALIDATION_ERROR")
    assert world.listed() == []


@pytest.mark.parametrize(
    "charset", ["no-such", "utf-16", "utf-32le", "latin-1", "rot13", "base64", "idna", "punycode", "undefined"]
)
def test_a_body_that_does_not_match_its_charset_is_400(world: World, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}", "Authorization": f"Bearer {world.key}"}

    content = b"xn--a" if charset == "idna" else b'{"name":"xy"}'
    answer = world.client.post(AUDIENCES.format(group=world.group), content=content, headers=headers)

    assert_is_envelope(answer, 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("charset", ["UTF-8", "utf-16", "utf-16be", "utf-32"])
def test_a_body_in_another_charset_is_decoded_with_it(world: World, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}", "Authorization": f"Bearer {world.key}"}
    content = '{"name":"Café","type":"on_demand"}'.encode(charset)

    answer = world.client.post(AUDIENCES.format(group=world.group), content=content, headers=headers)

    assert answer.json()["data"]["name"] == "Café"


def test_a_body_with_escapes_and_without_a_content_type_is_read(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    content = b'{"name":"\\ud83d\\ude00 \\u00e9","type":"on_demand"}'

    answer = world.client.post(AUDIENCES.format(group=world.group), content=content, headers=headers)

    assert answer.json()["data"]["name"] == "😀 é"


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/merge-patch+json", "x", ";"])
def test_another_media_type_is_415(world: World, kind: str) -> None:
    headers = {"Content-Type": kind, "Authorization": f"Bearer {world.key}"}

    answer = world.client.post(AUDIENCES.format(group=world.group), content=b'{"name":"x"}', headers=headers)

    assert_is_envelope(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_past_the_limit_is_413(world: World, *, announced: bool) -> None:
    headers = JSON | {"Authorization": f"Bearer {world.key}"}
    content = b" " * ((1 << 20) + 1)

    answer = world.client.post(
        AUDIENCES.format(group=world.group), content=content if announced else iter([content]), headers=headers
    )

    assert_is_envelope(answer, 413, "PAYLOAD_TOO_LARGE")


def test_a_chunked_body_within_the_limit_is_read(world: World) -> None:
    headers = JSON | {"Authorization": f"Bearer {world.key}"}
    pieces = iter([b'{"name":"x",', b'"type":"on_demand"}'])

    answer = world.client.post(AUDIENCES.format(group=world.group), content=pieces, headers=headers)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "identifier",
    ["x", "B" * 24, "b" * 23, "b" * 25, "%00", "%C3%28", "a%2Fb", "..%2F", "é", "%252F", " ", "b" * 4000],
)
def test_an_invalid_identifier_is_400(world: World, identifier: str) -> None:
    answer = world.call("GET", f"/audiences/{identifier}")

    assert_is_envelope(answer, 400, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"]["name"] == "audienceId"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=1.5", "limit=x", "limit=", "limit=-1", "limit=nan", "limit=inf", "cursor=x"],
)
def test_an_invalid_page_parameter_is_400(world: World, query: str) -> None:
    assert_is_envelope(world.call("GET", f"/audiences?{query}"), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_an_unusable_idempotency_key_is_400(world: World, key: str) -> None:
    body = {"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search"}
    headers = {b"Idempotency-Key": key.encode()}

    answer = world.call("POST", "/prospecting", body, headers=headers)  # type: ignore[arg-type]

    assert_is_envelope(answer, 400, "VALIDATION_ERROR")


def test_every_response_has_its_own_trace_id(world: World) -> None:
    traces = {world.client.get("/v1/accounts").json()["traceId"] for _ in range(50)}

    assert len(traces) == 50


def test_a_head_request_is_answered_like_get_without_a_body(world: World) -> None:
    answer = world.call("HEAD", "/audiences")

    assert (answer.status_code, answer.content) == (200, b"")
