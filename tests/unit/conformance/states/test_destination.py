"""The destinations of requests, as a lenient target may read them."""

import pytest

from conformance.states.destination import destination_of
from tests.harness.account_guard import request


@pytest.mark.parametrize(
    ("path", "collection", "identifier"),
    [
        ("/g1/audiences", "audiences", ""),
        ("/g1/audiences/", "audiences", ""),
        ("/g1/audiences/a1", "audiences", "a1"),
        ("//g1/./audiences//a1/", "audiences", "a1"),
        ("/g1/audiences/%2561%31", "audiences", "a1"),
        ("/g1/audiences/x%2Fa1", "audiences", "x"),
        ("/g1/audiences/a1/move-to-folder", "audiences", "a1"),
        ("/g1/audiences/folders", "audiences/folders", ""),
        ("/g1/audiences/folders/f1", "audiences/folders", "f1"),
        ("/g1/prospecting/j1/cancel", "prospecting", "j1"),
        ("/g1/other/x", "", ""),
        ("/g1/audiences/../../x", "", ""),
        ("/g1/audiences/%2e%2e/folders", "", ""),
        ("/g1/audiences/x/../a1", "audiences", "a1"),
    ],
)
def test_a_path_names_a_resource_of_a_collection(path: str, collection: str, identifier: str) -> None:
    destination = destination_of(request("DELETE", path))

    assert (destination.collection, destination.resource_id) == (collection, identifier)


@pytest.mark.parametrize(
    ("path", "headers", "method"),
    [
        ("/g1/audiences/a1", {}, "GET"),
        ("/g1/audiences/a1", {"X_HTTP_Method_Override": "delete"}, "DELETE"),
        ("/g1/audiences/a1?_method=DELETE", {}, "DELETE"),
        ("/g1/audiences/a1?method=DELETE", {}, "GET"),
    ],
)
def test_a_read_with_another_method_beside_it_is_a_write(path: str, headers: dict[str, str], method: str) -> None:
    destination = destination_of(request("GET", path, **headers))

    assert (destination.method, destination.only_reads) == (method, method == "GET")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", "/g1/audiences", "audiences:read"),
        ("GET", "/g1/audiences/a1/prospects", "prospects:read"),
        ("PATCH", "/g1/audiences/folders/f1", "audiences:write"),
        ("GET", "/g1/prospecting", "prospecting:read"),
        ("POST", "/g1/prospecting/j1/cancel", "prospecting:write"),
        ("GET", "", ""),
    ],
)
def test_an_operation_asks_for_a_permission(method: str, path: str, permission: str) -> None:
    assert destination_of(request(method, path)).permission == permission


def test_a_query_and_a_body_name_further_resources() -> None:
    raw = request("POST", "/g1/audiences/a1/move-to-folder?audienceId=a2", b'{"folderId": 7, "name": "xyz"}')

    destination = destination_of(raw)

    assert destination.named == (("audiences", "a2"), ("audiences/folders", "7"))
    assert destination.longest_text == len("folderId")


@pytest.mark.parametrize("content", [b"\xff" * 400, b'{"name": ["' + b"a" * 400, b'[{"a": "' + b"b" * 400 + b'"}]'])
def test_a_long_text_is_found_wherever_it_stands(content: bytes) -> None:
    assert destination_of(request("POST", "/g1/audiences", content)).longest_text >= 400
