"""The other forms of a request, and what their responses show."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.catalogue import operations
from conformance.client.client import ApiRequest, RawRequest
from conformance.client.contract import Contract
from conformance.harness.bypasses import Bypass, bypasses, gains, plain
from conformance.results.exchange import Exchange
from openapi import contract

CONTRACT = Contract(contract())
DELETION = ApiRequest(operations.DELETE_AUDIENCE, "sk", "g", "a")
PATH = "/v1/accounts/g/audiences/a"


def forms(request: ApiRequest = DELETION, group: str | None = None) -> dict[str, Bypass]:
    return {bypass.name: bypass for bypass in bypasses(CONTRACT, request, group)}


def exchange(status: int | None, body: object = None) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(1, "DELETE", "http://target", (), None, status, None, (), content, 1.0)


def form_of(*, is_operation: bool) -> Bypass:
    return Bypass("another form", plain(CONTRACT, DELETION), is_operation=is_operation)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a slash behind the path", f"{PATH}/"),
        ("two slashes before the last segment", "/v1/accounts/g/audiences//a"),
        ("a segment of one dot", "/v1/accounts/g/audiences/./a"),
        ("a segment and one of two dots", "/v1/accounts/g/audiences/x/../a"),
        (".json behind the path", f"{PATH}.json"),
        ("a NUL behind the path", f"{PATH}%00"),
    ],
)
def test_a_path_has_another_form(name: str, path: str) -> None:
    assert forms()[name].request.path == path
    assert not forms()[name].is_operation


def test_every_form_is_named_once_and_carries_the_key() -> None:
    every = list(bypasses(CONTRACT, DELETION))

    assert len({bypass.name for bypass in every}) == len(every) > 30
    assert all(bypass.request.headers["Authorization"] == "Bearer sk" for bypass in every)


@pytest.mark.parametrize("carrier", ["GET", "POST"])
@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_header_overrides_the_method(carrier: str, header: str) -> None:
    request = forms()[f"{carrier} with {header}: DELETE"].request

    assert (request.method, request.path, request.headers[header]) == (carrier, PATH, "DELETE")


def test_a_form_and_a_query_override_the_method() -> None:
    assert forms()["POST with the form _method=DELETE"].request.content == b"_method=DELETE"
    assert forms()["GET with ?_method=DELETE"].request.path == f"{PATH}?_method=DELETE"


def test_identifiers_stand_beside_a_path_of_the_own_account_group() -> None:
    query = forms(group="own")["the identifiers in the query, in the key's own account group"].request.path

    assert urlsplit(query).path == "/v1/accounts/own/audiences/x"
    assert parse_qs(urlsplit(query).query) == {"audienceId": ["a"], "accountGroupId": ["g"]}


def test_a_counted_identifier_is_not_sent_to_another_account_group() -> None:
    request = ApiRequest(operations.DELETE_AUDIENCE, "sk", "1", "12")
    paths = [bypass.request.path for bypass in bypasses(CONTRACT, request, "2")]

    assert not [path for path in paths if path.startswith("/v1/accounts/2/audiences/12")]
    assert [path for path in paths if path.startswith("/v1/accounts/2/audiences/x")]


def test_a_body_keeps_its_members_beside_the_identifiers() -> None:
    update = ApiRequest(operations.UPDATE_AUDIENCE, "sk", "g", "a", {"name": "n"})
    content = forms(update)["the identifiers in a JSON body"].request.content

    assert json.loads(content or b"") == {"audienceId": "a", "accountGroupId": "g", "name": "n"}
    assert "the identifiers in a form" not in forms(update)


@pytest.mark.parametrize(("status", "is_denied"), [(401, True), (308, True), (None, True), (304, False), (200, False)])
def test_only_a_refusal_will_do_for_the_documented_method_and_path(status: int | None, *, is_denied: bool) -> None:
    assert (gains(form_of(is_operation=True), exchange(status), "secret") is None) == is_denied
    assert gains(form_of(is_operation=False), exchange(status), "secret") is None


@pytest.mark.parametrize(
    ("body", "secret", "gain"),
    [
        ({"success": True, "data": {"deleted": True}}, None, "data.deleted is true"),
        ({"success": True, "data": {"id": "a"}}, "secret", "success is true"),
        ({"success": True, "data": {"id": "a"}}, None, None),
        (b"<h1>secret</h1>", "secret", "the audience is shown"),
        (b"<h1>hello</h1>", "secret", None),
    ],
)
def test_a_response_shows_a_gain(body: object, secret: str | None, gain: str | None) -> None:
    assert gains(form_of(is_operation=False), exchange(200, body), secret) == gain


def test_a_plain_request_is_that_of_the_client() -> None:
    expected = RawRequest("DELETE", PATH, {"Authorization": "Bearer sk"}, None, operations.DELETE_AUDIENCE)

    assert plain(CONTRACT, DELETION) == expected
