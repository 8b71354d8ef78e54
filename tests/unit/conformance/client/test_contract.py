import json
from typing import Any

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import Contract, json_at, schema_violations
from conformance.results.exchange import Exchange
from openapi import contract

CONTRACT = Contract(contract())
AUDIENCE = {"id": "a", "name": "n", "type": "t", "description": None, "folderId": None, "prospectCount": 1} | {
    "createdAt": "x"
}
REFUSED = {"success": False, "data": None, "error": {"code": "x", "message": "m"}, "traceId": "t"}


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
    assert violations_of(operations.GET_AUDIENCE, response_of(success(AUDIENCE))) == ([], [])


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


@pytest.mark.parametrize("member", ["name", "createdAt"])
def test_a_member_that_the_example_shows_is_expected_though_not_required(member: str) -> None:
    shown = {name: value for name, value in AUDIENCE.items() if name != member}

    documented, inferred = violations_of(operations.LIST_AUDIENCES, response_of(page_of(AUDIENCE, shown)))

    assert (documented, inferred) == ([], [f"body.data.items.1: '{member}' is missing, which the example shows"])


def page_of(*items: Any) -> dict[str, Any]:
    return success({"items": [*items], "nextCursor": None, "hasMore": False})


@pytest.mark.parametrize(
    ("created_at", "count"),
    [("2026-11-30T13:15:00Z", 0), ("2026-11-30T13:15:00.123+01:00", 0), (None, 0), ("30.11.2026 13:15 Uhr", 1)],
)
def test_an_instant_is_one_where_the_example_shows_one(created_at: str | None, count: int) -> None:
    started = success({"jobId": "j", "status": "queued", "createdAt": created_at})

    documented, inferred = violations_of(operations.START_JOB, response_of(started, status=202))

    assert (documented, len(inferred)) == ([], count)


def test_the_details_of_an_error_may_be_absent() -> None:
    assert violations_of(operations.GET_AUDIENCE, response_of(REFUSED, status=404)) == ([], [])


def test_a_mark_on_a_response_or_its_content_makes_the_row_inferred() -> None:
    rows = [
        (operation, status, CONTRACT.row(operation, status))
        for operation in operations.OPERATIONS
        for status in CONTRACT.statuses(operation)
    ]

    assert {(operation, status) for operation, status, row in rows if row is not None and row.is_inferred} == {
        (operations.CANCEL_JOB, 404),
        (operations.CANCEL_JOB, 422),
        (operations.CREATE_AUDIENCE, 422),
        (operations.RENAME_FOLDER, 404),
        (operations.START_JOB, 402),
    }


def test_a_list_of_accounts_without_a_trace_id_breaks_only_an_inference() -> None:
    body = {name: value for name, value in success({"items": []}).items() if name != "traceId"}

    documented, inferred = violations_of(operations.LIST_ACCOUNTS, response_of(body))

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
