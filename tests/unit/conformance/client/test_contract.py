import json
from typing import Any

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import Contract, json_at, schema_violations
from conformance.results.exchange import Exchange
from openapi import contract

CONTRACT = Contract(contract())
AUDIENCE = {"id": "a", "name": "n", "type": "t", "description": None, "folderId": None, "prospectCount": 1}


def response_of(body: Any, media_type: str = "application/json", status: int = 200) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("Content-Type", media_type),)
    return Exchange(1, "GET", "http://t/", (), None, status, None, headers, content, 1.0)


def violations_of(operation: OperationSpec, exchange: Exchange) -> tuple[list[str], list[str]]:
    row = CONTRACT.row(operation, exchange.status or 0)
    assert row is not None
    return schema_violations(exchange, row)


def success(data: Any, **more: Any) -> dict[str, Any]:
    return {"success": True, "data": data, "error": None, "traceId": "t", **more}


def test_a_documented_response_has_no_violation() -> None:
    assert violations_of(operations.GET_AUDIENCE, response_of(success({**AUDIENCE, "createdAt": "x"}))) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        success(AUDIENCE, success=False),
        success(AUDIENCE, error={"code": "x", "message": "y"}),
        success(AUDIENCE, traceId=1),
        {name: value for name, value in success(AUDIENCE).items() if name != "error"},
        {name: value for name, value in success(AUDIENCE).items() if name != "traceId"},
        success(None),
        success({**AUDIENCE, "id": 1}),
        [],
        b"<html>",
        b"\xff",
        b"[" * 100_000,
        b"",
    ],
)
def test_a_breach_of_the_page_is_a_documented_violation(body: Any) -> None:
    documented, _ = violations_of(operations.GET_AUDIENCE, response_of(body))

    assert documented


@pytest.mark.parametrize("body", [success({**AUDIENCE, "name": 1}), success({**AUDIENCE, "prospectCount": "many"})])
def test_a_breach_of_the_examples_alone_is_an_inferred_violation(body: Any) -> None:
    documented, inferred = violations_of(operations.GET_AUDIENCE, response_of(body))

    assert (documented, len(inferred)) == ([], 1)


@pytest.mark.parametrize(
    ("media_type", "count"),
    [("text/html", 1), ("", 1), ("application/json; charset=UTF-8", 0), ("Application/JSON", 0)],
)
def test_the_media_type_must_be_json_with_any_parameters(media_type: str, count: int) -> None:
    documented, _ = violations_of(operations.GET_AUDIENCE, response_of(success(AUDIENCE), media_type))

    assert len(documented) == count


@pytest.mark.parametrize("code", ["VALIDATION_ERROR", "OTHER"])
def test_a_400_has_the_documented_code(code: str) -> None:
    error = {"code": code, "message": "m", "details": "d"}
    body = {"success": False, "data": None, "error": error, "traceId": "t"}

    documented, _ = violations_of(operations.GET_AUDIENCE, response_of(body, status=400))

    assert bool(documented) is (code == "OTHER")


def test_an_undocumented_status_has_no_row() -> None:
    assert CONTRACT.row(operations.GET_AUDIENCE, 418) is None


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        (operations.LIST_ACCOUNTS, "/v1/accounts"),
        (operations.GET_NAVIGATION, "/v1/accounts/g/audiences/navigation"),
        (operations.MOVE_TO_FOLDER, "/v1/accounts/g/audiences/%252e/move-to-folder"),
    ],
)
def test_an_identifier_is_a_segment_of_the_path(operation: OperationSpec, path: str) -> None:
    assert CONTRACT.path(operation, "g", "%2e") == path


@pytest.mark.parametrize(
    ("body", "member"), [({"data": {"id": "x"}}, "x"), ({"data": None}, None), ([], None), (b"{", None)]
)
def test_a_member_is_read_by_its_path(body: Any, member: str | None) -> None:
    assert json_at(response_of(body), "data", "id") == member
