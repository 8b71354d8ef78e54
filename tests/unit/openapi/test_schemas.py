"""The schemas of the contract: no stricter and no wider than the documentation."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.documented_contract import (
    CONTRACT,
    DELETE_EXAMPLES,
    Row,
    each_refusal,
    each_row,
    each_success,
    nodes,
    row_of,
    validator,
)


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, node in nodes({**CONTRACT, "components": {**CONTRACT["components"], "examples": {}}}):
        if isinstance(node, dict) and isinstance(node.get("type"), str) and "/example" not in path:
            yield path, node


@each_row
@pytest.mark.parametrize("member", ["success", "data", "error", "traceId"])
def test_an_envelope_with_a_missing_member_is_invalid(row: Row, member: str) -> None:
    body = row.example("realistic")
    may_lack = (row.schema, member) == ("AccountListSuccessResponse", "traceId")

    del body[member]

    assert validator(row.schema).is_valid(body) is may_lack


@each_success
@pytest.mark.parametrize(
    "change", [{"success": False}, {"data": None}, {"error": {}}, {"error": {"code": "x", "message": "y"}}]
)
def test_a_success_with_members_of_a_failure_is_invalid(row: Row, change: dict[str, Any]) -> None:
    body = {**row.example("realistic"), **change}

    assert not validator(row.schema).is_valid(body)


@each_refusal
@pytest.mark.parametrize("change", [{"success": True}, {"error": None}, {"data": {}}, {"data": {"deleted": True}}])
def test_a_failure_with_members_of_a_success_is_invalid(row: Row, change: dict[str, Any]) -> None:
    body = {**row.example("realistic"), **change}

    assert not validator(row.schema).is_valid(body)


@pytest.mark.parametrize("data", [{"deleted": False}, {"deleted": None}, {"deleted": 1}, {}])
def test_a_deletion_response_without_deleted_true_is_invalid(data: dict[str, Any]) -> None:
    body = {**DELETE_EXAMPLES["DeletedSuccessResponse"], "data": data}

    assert not validator("DeletedSuccessResponse").is_valid(body)


@each_row
def test_an_envelope_may_have_undocumented_members(row: Row) -> None:
    body = {**row.example("realistic"), "more": 1}

    assert validator(row.schema).is_valid(body)


@pytest.mark.parametrize("details", [None, "string", {"rule": "guard"}, ["a"], 1])
@pytest.mark.parametrize("schema", ["ErrorResponse", "ValidationErrorResponse"])
def test_the_details_of_an_error_may_be_anything(schema: str, details: Any) -> None:
    example = DELETE_EXAMPLES[schema]
    body = {**example, "error": {"code": "VALIDATION_ERROR", "message": "m", "details": details}}

    assert validator(schema).is_valid(body)


def test_only_a_validation_error_has_a_constant_code() -> None:
    body = {**DELETE_EXAMPLES["ErrorResponse"], "error": {"code": "OTHER", "message": "m"}}

    assert validator("ErrorResponse").is_valid(body)
    assert not validator("ValidationErrorResponse").is_valid(body)


def test_an_audience_requires_only_its_identifier() -> None:
    bare = {"success": True, "data": {"id": "x"}, "error": None, "traceId": "t"}
    nameless = {**bare, "data": {"name": "n"}}

    assert validator("AudienceSuccessResponse").is_valid(bare)
    assert not validator("AudienceSuccessResponse").is_valid(nameless)


def test_every_member_of_an_audience_except_its_identifier_may_be_null() -> None:
    members = row_of("getAudience", 200).example("documented")
    nulls = {**members, "data": {**dict.fromkeys(members["data"]), "id": "x"}}
    no_identifier = {**members, "data": {**members["data"], "id": None}}

    assert validator("AudienceSuccessResponse").is_valid(nulls)
    assert not validator("AudienceSuccessResponse").is_valid(no_identifier)


def test_the_prospect_count_is_a_number_except_inside_folders_of_the_navigation() -> None:
    audience = {"id": "x", "prospectCount": "string"}
    alone = {"success": True, "data": audience, "error": None, "traceId": "t"}
    nested = {**alone, "data": {"folders": [{"id": "f", "audiences": [audience]}]}}
    ungrouped = {**alone, "data": {"ungroupedAudiences": [audience]}}

    assert not validator("AudienceSuccessResponse").is_valid(alone)
    assert validator("AudienceNavigationSuccessResponse").is_valid(nested)
    assert not validator("AudienceNavigationSuccessResponse").is_valid(ungrouped)


@pytest.mark.parametrize("operation_id", ["listAudiences", "listAudienceProspects", "listProspectingJobs"])
@pytest.mark.parametrize("member", ["items", "nextCursor", "hasMore"])
def test_a_page_with_a_missing_member_is_invalid(operation_id: str, member: str) -> None:
    row = row_of(operation_id, 200)
    body = row.example("realistic")
    data = {name: value for name, value in body["data"].items() if name != member}

    assert not validator(row.schema).is_valid({**body, "data": data})


@pytest.mark.parametrize("operation_id", ["listAudiences", "listAudienceProspects", "listProspectingJobs"])
def test_the_last_page_has_no_cursor(operation_id: str) -> None:
    row = row_of(operation_id, 200)
    body = row.example("documented")
    last = {**body, "data": {**body["data"], "nextCursor": None, "hasMore": False}}

    assert validator(row.schema).is_valid(last)


def test_the_list_of_accounts_is_not_paginated() -> None:
    body = {"success": True, "data": {"items": []}, "error": None, "traceId": "t"}

    assert validator("AccountListSuccessResponse").is_valid(body)


def test_no_schema_has_an_undocumented_bound() -> None:
    bounds = {
        "pattern",
        "format",
        "additionalProperties",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "maxProperties",
    }

    bounded = {path: sorted(bounds & set(node)) for path, node in schemas() if bounds & set(node)}
    counted = {path for path, node in schemas() if {"minItems", "maxItems"} & set(node)}

    assert bounded == {}
    assert counted == {"/components/schemas/ProspectingJobStart/properties/urls"}


def test_only_documented_enumerations_are_closed() -> None:
    closed = {tuple(node["enum"]) for _, node in schemas() if "enum" in node}

    assert closed == {
        (True,),
        (False,),
        (None,),
        ("VALIDATION_ERROR",),
        ("on_demand", "monitoring"),
        ("linkedin_search", "sales_navigator", "post_commenters", "url_upload"),
    }


def test_null_is_allowed_only_beside_a_type() -> None:
    untyped = [
        path
        for path, node in nodes(CONTRACT)
        if isinstance(node, dict) and node.get("nullable") is True and not isinstance(node.get("type"), str)
    ]

    assert untyped == []
