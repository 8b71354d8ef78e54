"""The response rows of the contract, held against the documentation."""

import pytest

from tests.harness.documented_contract import (
    DELETE_EXAMPLES,
    Row,
    each_refusal,
    each_row,
    operations,
    row_of,
    validator,
)

DELETE_PAGE = [
    (200, "Audience deleted", "DeletedSuccessResponse"),
    (400, "Request validation failed", "ValidationErrorResponse"),
    (401, "Invalid or missing API key", "ErrorResponse"),
    (403, "Missing required permission", "ErrorResponse"),
    (404, "Resource not found", "ErrorResponse"),
    (409, "Audience is still being populated by an active prospecting job (AUDIENCE_NOT_READY)", "ErrorResponse"),
    (429, "Rate limit exceeded", "ErrorResponse"),
    (500, "Internal server error", "ErrorResponse"),
]
SUCCESSES = [
    ("deleteAudience", 200, "Audience deleted", "DeletedSuccessResponse"),
    ("listAudiences", 200, "Paginated audiences", "AudienceListSuccessResponse"),
    ("createAudience", 201, "Audience created", "AudienceSuccessResponse"),
    ("getAudience", 200, "Audience details", "AudienceSuccessResponse"),
    ("updateAudience", 200, "Audience updated", "AudienceSuccessResponse"),
    ("getAudienceNavigation", 200, "Grouped audience navigation", "AudienceNavigationSuccessResponse"),
    ("listAudienceProspects", 200, "Paginated prospects", "AudienceProspectListSuccessResponse"),
    ("createAudienceFolder", 201, "Audience folder created", "AudienceFolderSuccessResponse"),
    ("renameAudienceFolder", 200, "Audience folder updated", "AudienceFolderSuccessResponse"),
    ("moveAudienceToFolder", 200, "Audience moved into folder", "AudienceSuccessResponse"),
    ("removeAudienceFromFolder", 200, "Audience removed from folder", "AudienceSuccessResponse"),
    (
        "startProspectingJob",
        200,
        "Existing completed prospecting job replayed for the same request",
        "ProspectingJobStartSuccessResponse",
    ),
    ("startProspectingJob", 202, "Job created", "ProspectingJobStartSuccessResponse"),
    ("getProspectingJob", 200, "Job status", "ProspectingJobStatusSuccessResponse"),
    ("listProspectingJobs", 200, "Paginated prospecting jobs", "ProspectingJobListSuccessResponse"),
    ("cancelProspectingJob", 200, "Job cancelled", "ProspectingJobCancelSuccessResponse"),
]
STANDARD_WORDING = {
    400: "Request validation failed",
    401: "Invalid or missing API key",
    403: "Missing required permission",
    404: "Resource not found",
    429: "Rate limit exceeded",
    500: "Internal server error",
    502: "Upstream service error",
}
OWN_WORDING = {
    ("startProspectingJob", 402): "Insufficient credits",
    ("startProspectingJob", 409): "Conflict — resource is in a state that prevents this operation",
    ("createAudience", 422): "Audience cannot be created with the requested configuration",
    ("updateAudience", 422): "Audience update failed validation",
    ("moveAudienceToFolder", 422): "Folder move failed validation",
    ("cancelProspectingJob", 422): "Job is not in a cancellable status",
}
REALISTIC_CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    402: "INSUFFICIENT_CREDITS",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "AUDIENCE_NOT_READY",
    422: "UNPROCESSABLE",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    502: "UPSTREAM_ERROR",
}
OWN_CODES = {("startProspectingJob", 409): "CONFLICT", ("cancelProspectingJob", 422): "VALIDATION_ERROR"}


@pytest.mark.parametrize(("status", "wording", "schema"), DELETE_PAGE)
def test_a_row_of_the_delete_page_is_in_the_contract_as_printed(status: int, wording: str, schema: str) -> None:
    row = row_of("deleteAudience", status)

    assert row.response["description"] == wording
    assert row.schema == schema
    assert row.example("documented") == DELETE_EXAMPLES[schema]


def test_the_delete_operation_has_exactly_the_rows_of_its_page() -> None:
    assert list(operations()["deleteAudience"]["responses"]) == [str(status) for status, _, _ in DELETE_PAGE]


@pytest.mark.parametrize(("operation_id", "status", "wording", "schema"), SUCCESSES)
def test_a_success_has_the_documented_wording_and_schema(
    operation_id: str, status: int, wording: str, schema: str
) -> None:
    row = row_of(operation_id, status)

    assert row.response["description"] == wording
    assert row.schema == schema


@each_refusal
def test_a_refusal_has_the_documented_wording_and_schema(row: Row) -> None:
    guard = DELETE_PAGE[5][1]

    wording = OWN_WORDING.get((row.operation_id, row.status)) or STANDARD_WORDING.get(row.status, guard)

    assert row.response["description"] == wording
    assert row.schema == ("ValidationErrorResponse" if row.status == 400 else "ErrorResponse")


@each_row
def test_a_row_has_two_examples(row: Row) -> None:
    assert list(row.media_type["examples"]) == ["documented", "realistic"]


@each_row
@pytest.mark.parametrize("name", ["documented", "realistic"])
def test_an_example_fits_its_schema(row: Row, name: str) -> None:
    errors = [error.message for error in validator(row.schema).iter_errors(row.example(name))]

    assert errors == []


@each_refusal
def test_a_realistic_refusal_names_the_deciding_rule_and_a_hint(row: Row) -> None:
    error = row.example("realistic")["error"]

    assert error["code"] == OWN_CODES.get((row.operation_id, row.status), REALISTIC_CODES[row.status])
    assert error["details"]["rule"]
    assert error["details"]["hint"]
