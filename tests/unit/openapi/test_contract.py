from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi import contract, contract_text

CONTRACT = contract()
GROUP = "/v1/accounts/{accountGroupId}"
PAGES = "https://app.sonarly.io/docs/api/"
PLACEHOLDER = "Thanks for the context. I can send over details this afternoon."
NOT_SUPPORTED = "not supported; check the current resource state before retrying this request."


class Documented(NamedTuple):
    method: str
    path: str
    operation_id: str
    page: str
    evidence: str
    permission: str | None
    printed: str
    guard: str
    idempotency: str
    statuses: list[int]


# fmt: off
OPERATIONS = [
    Documented("delete", f"{GROUP}/audiences/{{audienceId}}", "deleteAudience", "audiences/audiences-delete", "E+C",
               "audiences:write", "page", "refuse", "not-supported", [200, 400, 401, 403, 404, 409, 429, 500]),
    Documented("get", f"{GROUP}/audiences/{{audienceId}}", "getAudience", "audiences/audiences-get", "E+C",
               "audiences:read", "section", "refuse", "not-stated", [200, 400, 401, 403, 404, 409, 429, 500, 502]),
    Documented("patch", f"{GROUP}/audiences/{{audienceId}}", "updateAudience", "audiences/audiences-update", "E+C",
               "audiences:write", "page", "refuse", "not-supported", [200, 400, 401, 403, 404, 409, 422, 429, 500]),
    Documented("get", f"{GROUP}/audiences", "listAudiences", "audiences/audiences-list", "E+C",
               "audiences:read", "section", "hide", "not-stated", [200, 400, 401, 403, 429, 500, 502]),
    Documented("post", f"{GROUP}/audiences", "createAudience", "audiences/audiences-create", "C",
               "audiences:write", "page", "none", "not-supported", [201, 400, 401, 403, 422, 429, 500]),
    Documented("get", f"{GROUP}/audiences/navigation",
               "getAudienceNavigation", "audiences/audiences-navigation-get", "E+C",
               "audiences:read", "section", "hide", "not-stated", [200, 400, 401, 403, 429, 500]),
    Documented("get", f"{GROUP}/audiences/{{audienceId}}/prospects",
               "listAudienceProspects", "audiences/audiences-prospects-list", "E+C",
               "prospects:read", "section", "refuse", "not-stated", [200, 400, 401, 403, 404, 409, 429, 500, 502]),
    Documented("post", f"{GROUP}/audiences/folders", "createAudienceFolder", "audiences/audience-folders-create", "E",
               "audiences:write", "page", "none", "not-supported", [201, 400, 401, 403, 429, 500]),
    Documented("patch", f"{GROUP}/audiences/folders/{{folderId}}",
               "renameAudienceFolder", "audiences/audience-folders-rename", "C",
               "audiences:write", "page", "none", "not-supported", [200, 400, 401, 403, 404, 429, 500]),
    Documented("post", f"{GROUP}/audiences/{{audienceId}}/move-to-folder",
               "moveAudienceToFolder", "audiences/audiences-folder-move-to", "E",
               "audiences:write", "page", "refuse", "not-supported", [200, 400, 401, 403, 404, 409, 422, 429, 500]),
    Documented("post", f"{GROUP}/audiences/{{audienceId}}/remove-from-folder", "removeAudienceFromFolder",
               "audiences/audiences-folder-remove-from", "E+C",
               "audiences:write", "page", "refuse", "not-supported", [200, 400, 401, 403, 404, 409, 429, 500]),
    Documented("post", f"{GROUP}/prospecting", "startProspectingJob", "prospecting/prospecting-jobs-start", "E+C",
               "prospecting:write", "page", "none", "idempotency-key",
               [200, 202, 400, 401, 402, 403, 409, 429, 500, 502]),
    Documented("get", f"{GROUP}/prospecting", "listProspectingJobs", "prospecting/prospecting-jobs-list", "E+C",
               "prospecting:read", "page", "none", "not-stated", [200, 400, 401, 403, 429, 500]),
    Documented("get", f"{GROUP}/prospecting/{{jobId}}", "getProspectingJob", "prospecting/prospecting-jobs-get", "E+C",
               "prospecting:read", "page", "none", "not-stated", [200, 400, 401, 403, 404, 429, 500]),
    Documented("post", f"{GROUP}/prospecting/{{jobId}}/cancel",
               "cancelProspectingJob", "prospecting/prospecting-jobs-cancel", "C",
               "prospecting:write", "page", "none", "not-supported", [200, 400, 401, 403, 404, 422, 429, 500, 502]),
    Documented("get", "/v1/accounts", "listAccounts", "accounts/accounts-list", "E+C",
               None, "none", "none", "not-supported", [200, 401, 429, 500]),
]

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
DELETE_EXAMPLES: dict[str, dict[str, Any]] = {
    "DeletedSuccessResponse": {
        "success": True, "data": {"deleted": True}, "error": None, "traceId": "507f1f77bcf86cd799439011",
    },
    "ValidationErrorResponse": {
        "success": False, "data": None,
        "error": {"code": "VALIDATION_ERROR", "message": PLACEHOLDER, "details": "string"},
        "traceId": "507f1f77bcf86cd799439011",
    },
    "ErrorResponse": {
        "success": False, "data": None,
        "error": {"code": "string", "message": PLACEHOLDER, "details": "string"},
        "traceId": "507f1f77bcf86cd799439011",
    },
}
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
    ("startProspectingJob", 200, "Existing completed prospecting job replayed for the same request",
     "ProspectingJobStartSuccessResponse"),
    ("startProspectingJob", 202, "Job created", "ProspectingJobStartSuccessResponse"),
    ("getProspectingJob", 200, "Job status", "ProspectingJobStatusSuccessResponse"),
    ("listProspectingJobs", 200, "Paginated prospecting jobs", "ProspectingJobListSuccessResponse"),
    ("cancelProspectingJob", 200, "Job cancelled", "ProspectingJobCancelSuccessResponse"),
]
# fmt: on

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
INFERRED_ROWS = {
    ("createAudience", 422),
    ("renameAudienceFolder", 404),
    ("cancelProspectingJob", 404),
    ("cancelProspectingJob", 422),
}
INFERRED_METHODS = {"createAudience", "renameAudienceFolder"}
PERMISSIONS = {"audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write"}
BODIES = {
    "createAudience",
    "updateAudience",
    "createAudienceFolder",
    "renameAudienceFolder",
    "moveAudienceToFolder",
    "startProspectingJob",
}


class Row(NamedTuple):
    operation_id: str
    status: int
    response: dict[str, Any]

    @property
    def media_type(self) -> dict[str, Any]:
        content: dict[str, Any] = self.response["content"]
        assert list(content) == ["application/json"]
        return dict(content["application/json"])

    @property
    def schema(self) -> str:
        return str(self.media_type["schema"]["$ref"]).removeprefix("#/components/schemas/")

    def example(self, name: str) -> dict[str, Any]:
        return dict(resolved(self.media_type["examples"][name])["value"])


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target = CONTRACT
    for step in str(node["$ref"]).removeprefix("#/").split("/"):
        target = target[step]
    return target


def operations() -> dict[str, dict[str, Any]]:
    return {operation["operationId"]: operation for item in CONTRACT["paths"].values() for operation in item.values()}


def rows() -> list[Row]:
    return [
        Row(operation_id, int(status), resolved(response))
        for operation_id, operation in operations().items()
        for status, response in operation["responses"].items()
    ]


def row_of(operation_id: str, status: int) -> Row:
    return Row(operation_id, status, resolved(operations()[operation_id]["responses"][str(status)]))


def reader(schema: str) -> OAS30ReadValidator:
    return OAS30ReadValidator({"$ref": f"#/components/schemas/{schema}", "components": CONTRACT["components"]})


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield from nodes(child, f"{path}/{name}")


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, node in nodes({**CONTRACT, "components": {**CONTRACT["components"], "examples": {}}}):
        if isinstance(node, dict) and isinstance(node.get("type"), str) and "/example" not in path:
            yield path, node


def named(value: Row | Documented) -> str:
    return f"{value.operation_id}-{value.status}" if isinstance(value, Row) else value.operation_id


each_row = pytest.mark.parametrize("row", rows(), ids=named)
each_success = pytest.mark.parametrize("row", [row for row in rows() if row.status < 400], ids=named)
each_refusal = pytest.mark.parametrize("row", [row for row in rows() if row.status >= 400], ids=named)
each_operation = pytest.mark.parametrize("documented", OPERATIONS, ids=named)


def test_the_contract_is_valid_openapi() -> None:
    errors = list(OpenAPIV30SpecValidator(CONTRACT).iter_errors())

    assert errors == []


def test_the_contract_is_openapi_3_0_3_served_from_the_root() -> None:
    assert CONTRACT["openapi"] == "3.0.3"
    assert CONTRACT["servers"] == [{"url": "/"}]


def test_every_call_parses_a_fresh_contract() -> None:
    first = contract()
    first["paths"].clear()

    second = contract()

    assert second == CONTRACT
    assert second["paths"]


def test_the_text_is_the_contract_as_it_is_written() -> None:
    assert "\nopenapi: 3.0.3\n" in contract_text()


def test_no_operation_is_missing_and_none_is_added() -> None:
    found = [
        (method, path, operation["operationId"])
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
    ]

    assert found == [(one.method, one.path, one.operation_id) for one in OPERATIONS]


def test_the_delete_operation_comes_first() -> None:
    assert next(iter(operations())) == "deleteAudience"


@each_operation
def test_an_operation_has_the_documented_statuses_and_no_other(documented: Documented) -> None:
    responses = operations()[documented.operation_id]["responses"]

    assert list(responses) == [str(status) for status in documented.statuses]


@each_operation
def test_an_operation_names_its_permission_and_where_it_is_printed(documented: Documented) -> None:
    operation = operations()[documented.operation_id]

    assert operation["x-required-permission"] == documented.permission
    assert operation["x-required-permission-printed"] == documented.printed


@each_operation
def test_a_required_permission_is_one_that_the_documentation_names(documented: Documented) -> None:
    permission = operations()[documented.operation_id]["x-required-permission"]

    assert permission in PERMISSIONS or (permission is None and documented.operation_id == "listAccounts")


@each_operation
def test_an_operation_says_where_it_was_read(documented: Documented) -> None:
    operation = operations()[documented.operation_id]

    assert operation["x-source"] == {"page": PAGES + documented.page, "evidence": documented.evidence}


@each_operation
def test_an_operation_says_what_active_prospecting_does_to_it(documented: Documented) -> None:
    guard = operations()[documented.operation_id]["x-guard"]

    members = {
        "refuse": ["effect", "status", "code", "sentence"],
        "hide": ["effect", "sentence"],
        "none": ["effect"],
    }
    assert guard["effect"] == documented.guard
    assert list(guard) == members[documented.guard]
    assert guard.get("status", 409) == 409
    assert guard.get("code", "AUDIENCE_NOT_READY") == "AUDIENCE_NOT_READY"


def test_the_delete_guard_is_the_sentence_of_the_page() -> None:
    guard = operations()["deleteAudience"]["x-guard"]

    assert guard["sentence"] == (
        "Active prospecting must finish before an audience can be deleted. "
        "Protected audiences return 409 AUDIENCE_NOT_READY."
    )


@each_operation
def test_an_operation_says_what_is_known_about_repeating_it(documented: Documented) -> None:
    idempotency = operations()[documented.operation_id]["x-idempotency"]

    assert idempotency["support"] == documented.idempotency
    assert ("sentence" in idempotency) is (documented.idempotency != "not-stated")


@pytest.mark.parametrize(
    "documented",
    [one for one in OPERATIONS if one.method != "get" and one.operation_id != "startProspectingJob"],
    ids=named,
)
def test_a_mutation_without_idempotency_says_so_in_the_words_of_the_page(documented: Documented) -> None:
    assert operations()[documented.operation_id]["x-idempotency"]["sentence"] == NOT_SUPPORTED


@each_operation
def test_an_operation_asks_for_the_parameters_of_its_path(documented: Documented) -> None:
    parameters = [resolved(one) for one in operations()[documented.operation_id].get("parameters", [])]

    in_path = ["{" + one["name"] + "}" for one in parameters if one["in"] == "path"]

    assert in_path == [step for step in documented.path.split("/") if step.startswith("{")]


@pytest.mark.parametrize(
    ("operation_id", "optional"),
    [
        ("listAudiences", [("cursor", "query", "string"), ("limit", "query", "number")]),
        ("listAudienceProspects", [("cursor", "query", "string"), ("limit", "query", "number")]),
        (
            "listProspectingJobs",
            [("cursor", "query", "string"), ("limit", "query", "number"), ("status", "query", "string")],
        ),
        ("startProspectingJob", [("Idempotency-Key", "header", "string")]),
        ("deleteAudience", []),
    ],
)
def test_an_operation_takes_its_optional_parameters(operation_id: str, optional: list[tuple[str, str, str]]) -> None:
    parameters = [resolved(one) for one in operations()[operation_id]["parameters"]]

    found = [(one["name"], one["in"], one["schema"]["type"]) for one in parameters if not one.get("required", False)]

    assert found == optional


@pytest.mark.parametrize(("status", "wording", "schema"), DELETE_PAGE)
def test_a_row_of_the_delete_page_is_in_the_contract_as_printed(status: int, wording: str, schema: str) -> None:
    row = row_of("deleteAudience", status)

    assert row.response["description"] == wording
    assert row.schema == schema
    assert row.example("documented") == DELETE_EXAMPLES[schema]


def test_the_delete_page_has_no_row_more() -> None:
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
    errors = [error.message for error in reader(row.schema).iter_errors(row.example(name))]

    assert errors == []


@each_refusal
def test_a_realistic_refusal_says_which_rule_decided_and_what_gets_past_it(row: Row) -> None:
    error = row.example("realistic")["error"]

    assert error["code"] == OWN_CODES.get((row.operation_id, row.status), REALISTIC_CODES[row.status])
    assert error["details"]["rule"]
    assert error["details"]["hint"]


@each_row
@pytest.mark.parametrize("member", ["success", "data", "error", "traceId"])
def test_an_envelope_without_one_of_its_members_is_refused(row: Row, member: str) -> None:
    body = row.example("realistic")

    del body[member]

    assert not reader(row.schema).is_valid(body)


@each_success
@pytest.mark.parametrize(
    "change", [{"success": False}, {"data": None}, {"error": {}}, {"error": {"code": "x", "message": "y"}}]
)
def test_a_success_with_the_marks_of_a_failure_is_refused(row: Row, change: dict[str, Any]) -> None:
    body = {**row.example("realistic"), **change}

    assert not reader(row.schema).is_valid(body)


@each_refusal
@pytest.mark.parametrize("change", [{"success": True}, {"error": None}, {"data": {}}, {"data": {"deleted": True}}])
def test_a_failure_with_the_marks_of_a_success_is_refused(row: Row, change: dict[str, Any]) -> None:
    body = {**row.example("realistic"), **change}

    assert not reader(row.schema).is_valid(body)


@pytest.mark.parametrize("data", [{"deleted": False}, {"deleted": None}, {"deleted": 1}, {}])
def test_a_deletion_that_does_not_say_so_is_refused(data: dict[str, Any]) -> None:
    body = {**DELETE_EXAMPLES["DeletedSuccessResponse"], "data": data}

    assert not reader("DeletedSuccessResponse").is_valid(body)


@each_row
def test_an_envelope_may_hold_more_than_is_documented(row: Row) -> None:
    body = {**row.example("realistic"), "more": 1}

    assert reader(row.schema).is_valid(body)


@pytest.mark.parametrize("details", [None, "string", {"rule": "guard"}, ["a"], 1])
@pytest.mark.parametrize("schema", ["ErrorResponse", "ValidationErrorResponse"])
def test_the_details_of_an_error_may_be_anything(schema: str, details: Any) -> None:
    example = DELETE_EXAMPLES[schema]
    body = {**example, "error": {"code": "VALIDATION_ERROR", "message": "m", "details": details}}

    assert reader(schema).is_valid(body)


def test_only_a_validation_error_has_a_constant_code() -> None:
    body = {**DELETE_EXAMPLES["ErrorResponse"], "error": {"code": "OTHER", "message": "m"}}

    assert reader("ErrorResponse").is_valid(body)
    assert not reader("ValidationErrorResponse").is_valid(body)


def test_an_audience_needs_nothing_but_its_identifier() -> None:
    bare = {"success": True, "data": {"id": "x"}, "error": None, "traceId": "t"}
    nameless = {**bare, "data": {"name": "n"}}

    assert reader("AudienceSuccessResponse").is_valid(bare)
    assert not reader("AudienceSuccessResponse").is_valid(nameless)


def test_the_members_of_an_audience_may_be_null_but_not_its_identifier() -> None:
    members = row_of("getAudience", 200).example("documented")
    nulls = {**members, "data": {**dict.fromkeys(members["data"]), "id": "x"}}
    no_identifier = {**members, "data": {**members["data"], "id": None}}

    assert reader("AudienceSuccessResponse").is_valid(nulls)
    assert not reader("AudienceSuccessResponse").is_valid(no_identifier)


def test_the_prospect_count_is_a_number_but_where_the_navigation_shows_a_string() -> None:
    audience = {"id": "x", "prospectCount": "string"}
    alone = {"success": True, "data": audience, "error": None, "traceId": "t"}
    nested = {**alone, "data": {"folders": [{"id": "f", "audiences": [audience]}]}}
    ungrouped = {**alone, "data": {"ungroupedAudiences": [audience]}}

    assert not reader("AudienceSuccessResponse").is_valid(alone)
    assert reader("AudienceNavigationSuccessResponse").is_valid(nested)
    assert not reader("AudienceNavigationSuccessResponse").is_valid(ungrouped)


@pytest.mark.parametrize("operation_id", ["listAudiences", "listAudienceProspects", "listProspectingJobs"])
@pytest.mark.parametrize("member", ["items", "nextCursor", "hasMore"])
def test_a_page_without_one_of_its_members_is_refused(operation_id: str, member: str) -> None:
    row = row_of(operation_id, 200)
    body = row.example("realistic")
    data = {name: value for name, value in body["data"].items() if name != member}

    assert not reader(row.schema).is_valid({**body, "data": data})


@pytest.mark.parametrize("operation_id", ["listAudiences", "listAudienceProspects", "listProspectingJobs"])
def test_the_last_page_has_no_cursor(operation_id: str) -> None:
    row = row_of(operation_id, 200)
    body = row.example("documented")
    last = {**body, "data": {**body["data"], "nextCursor": None, "hasMore": False}}

    assert reader(row.schema).is_valid(last)


def test_accounts_are_no_paginated_list() -> None:
    body = {"success": True, "data": {"items": []}, "error": None, "traceId": "t"}

    assert reader("AccountListSuccessResponse").is_valid(body)


def test_only_what_is_documented_to_take_a_body_takes_one() -> None:
    assert {name for name, operation in operations().items() if "requestBody" in operation} == BODIES


@pytest.mark.parametrize("operation_id", sorted(BODIES))
def test_an_example_of_a_request_fits_its_schema_and_an_empty_one_does_not(operation_id: str) -> None:
    body = operations()[operation_id]["requestBody"]
    media_type = body["content"]["application/json"]
    writer = OAS30WriteValidator({**media_type["schema"], "components": CONTRACT["components"]})

    valid = [writer.is_valid(example["value"]) for example in media_type["examples"].values()]

    assert body["required"] is True
    assert valid
    assert all(valid)
    assert not writer.is_valid({})


@pytest.mark.parametrize("body", [{"name": "n"}, {"description": "d"}, {"name": "n", "description": "d"}])
def test_an_update_needs_one_mutable_field(body: dict[str, str]) -> None:
    schema = operations()["updateAudience"]["requestBody"]["content"]["application/json"]["schema"]

    assert OAS30WriteValidator(schema).is_valid(body)
    assert not OAS30WriteValidator(schema).is_valid({"folderId": "f"})


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (1000, True), (1001, False)])
def test_a_prospecting_job_takes_1_to_1000_urls(count: int, *, fits: bool) -> None:
    body = {"source": "url_upload", "urls": ["https://www.linkedin.com/in/avery-stone"] * count}

    assert reader("ProspectingJobStart").is_valid(body) is fits


def test_every_source_of_a_prospecting_job_has_its_requirements_and_an_example_that_meets_them() -> None:
    operation = operations()["startProspectingJob"]
    examples = [one["value"] for one in operation["requestBody"]["content"]["application/json"]["examples"].values()]
    requirements = operation["x-source-requirements"]

    met = [any(all(name in body for name in names) for names in requirements[body["source"]]) for body in examples]

    assert requirements == {
        "linkedin_search": [["searchUrl"]],
        "sales_navigator": [["savedSearchId"], ["leadListId"]],
        "post_commenters": [["postUrl"]],
        "url_upload": [["urls"]],
    }
    assert [body["source"] for body in examples] == list(requirements)
    assert all(met)


def test_the_rows_whose_number_is_inferred_are_marked_and_no_other() -> None:
    marked = {(row.operation_id, row.status) for row in rows() if "x-inferred" in row.response}

    assert marked == INFERRED_ROWS


def test_the_operations_whose_method_is_inferred_are_marked_and_no_other() -> None:
    marked = {name for name, operation in operations().items() if "x-inferred" in operation}

    assert marked == INFERRED_METHODS


def test_the_402_says_that_it_was_read_in_a_note() -> None:
    source = row_of("startProspectingJob", 402).response["x-source"]

    assert source["page"] == f"{PAGES}prospecting/prospecting-jobs-start"
    assert source["place"].startswith("the note on credits")
    assert source["sentence"] == "Insufficient credits return 402 INSUFFICIENT_CREDITS."


def test_every_inference_gives_its_reason() -> None:
    reasons = [node["x-inferred"] for _, node in nodes(CONTRACT) if isinstance(node, dict) and "x-inferred" in node]

    assert reasons
    assert all(isinstance(reason, str) and reason for reason in reasons)


def test_no_schema_bounds_what_the_documentation_leaves_open() -> None:
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


def test_only_documented_sets_of_values_are_closed() -> None:
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


def test_a_link_leads_to_an_operation_and_fills_what_its_path_needs() -> None:
    paths = {one.operation_id: one.path for one in OPERATIONS}

    unfilled = {
        name: link["operationId"]
        for name, link in CONTRACT["components"]["links"].items()
        if {"{" + parameter + "}" for parameter in link["parameters"]}
        != {step for step in paths[link["operationId"]].split("/") if step.startswith("{")}
    }

    assert unfilled == {}


@pytest.mark.parametrize(
    ("operation_id", "status", "targets"),
    [
        (
            "createAudience",
            201,
            {"getAudience", "updateAudience", "deleteAudience", "listAudienceProspects", "removeAudienceFromFolder"},
        ),
        (
            "listAudiences",
            200,
            {"getAudience", "updateAudience", "deleteAudience", "listAudienceProspects", "removeAudienceFromFolder"},
        ),
        ("createAudienceFolder", 201, {"renameAudienceFolder"}),
        ("startProspectingJob", 202, {"getProspectingJob", "cancelProspectingJob"}),
        ("startProspectingJob", 200, {"getProspectingJob", "cancelProspectingJob"}),
        ("listProspectingJobs", 200, {"getProspectingJob", "cancelProspectingJob"}),
    ],
)
def test_what_creates_links_to_what_reads_and_deletes(operation_id: str, status: int, targets: set[str]) -> None:
    links = row_of(operation_id, status).response["links"]

    assert {resolved(link)["operationId"] for link in links.values()} == targets


def test_every_operation_needs_a_bearer_key() -> None:
    scheme = CONTRACT["components"]["securitySchemes"]["bearer"]

    assert CONTRACT["security"] == [{"bearer": []}]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert not [name for name, operation in operations().items() if "security" in operation]


def test_nothing_is_wired_to_a_framework() -> None:
    ours = {
        "x-source",
        "x-required-permission",
        "x-required-permission-printed",
        "x-guard",
        "x-idempotency",
        "x-source-requirements",
        "x-inferred",
    }

    extensions = {
        name for _, node in nodes(CONTRACT) if isinstance(node, dict) for name in node if str(name).startswith("x-")
    }

    assert extensions == ours


def test_every_component_is_used() -> None:
    used = {str(node["$ref"]) for _, node in nodes(CONTRACT) if isinstance(node, dict) and "$ref" in node}
    kinds = CONTRACT["components"].items()

    there = {f"#/components/{kind}/{name}" for kind, parts in kinds if kind != "securitySchemes" for name in parts}

    assert there == used
