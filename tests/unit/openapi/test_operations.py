"""The operations of the contract, held against the documentation."""

import pytest
from openapi_schema_validator import OAS30WriteValidator

from tests.harness.documented_contract import (
    CONTRACT,
    OPERATIONS,
    PAGES,
    Documented,
    case_id,
    each_operation,
    operations,
    resolved,
    validator,
)

NOT_SUPPORTED = "not supported; check the current resource state before retrying this request."
PERMISSIONS = {"audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write"}
BODIES = {
    "createAudience",
    "updateAudience",
    "createAudienceFolder",
    "renameAudienceFolder",
    "moveAudienceToFolder",
    "startProspectingJob",
}


def test_the_contract_has_exactly_the_documented_operations() -> None:
    described = [
        (method, path, operation["operationId"])
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
    ]

    assert described == [(operation.method, operation.path, operation.operation_id) for operation in OPERATIONS]


def test_the_delete_operation_comes_first() -> None:
    assert next(iter(operations())) == "deleteAudience"


@each_operation
def test_an_operation_has_exactly_the_documented_statuses(documented: Documented) -> None:
    responses = operations()[documented.operation_id]["responses"]

    assert list(responses) == [str(status) for status in documented.statuses]


@each_operation
def test_an_operation_names_its_permission_and_the_place_where_it_is_printed(documented: Documented) -> None:
    operation = operations()[documented.operation_id]

    assert operation["x-required-permission"] == documented.permission
    assert operation["x-required-permission-printed"] == documented.printed


@each_operation
def test_a_required_permission_is_named_by_the_documentation(documented: Documented) -> None:
    permission = operations()[documented.operation_id]["x-required-permission"]

    assert permission in PERMISSIONS or (permission is None and documented.operation_id == "listAccounts")


@each_operation
def test_an_operation_names_its_documentation_page(documented: Documented) -> None:
    operation = operations()[documented.operation_id]

    assert operation["x-source"] == {"page": PAGES + documented.page, "evidence": documented.evidence}


@each_operation
def test_an_operation_describes_the_effect_of_active_prospecting(documented: Documented) -> None:
    guard = operations()[documented.operation_id]["x-guard"]

    members = {
        "refuse": ["effect", "status", "code", "sentence"],
        "hide": ["effect", "sentence"],
        "none": ["effect"],
    }
    assert guard["effect"] == documented.guard
    assert [name for name in guard if name != "heading"] == members[documented.guard]
    assert guard.get("status", 409) == 409
    assert guard.get("code", "AUDIENCE_NOT_READY") == "AUDIENCE_NOT_READY"


def test_the_delete_guard_is_the_sentence_of_the_page() -> None:
    guard = operations()["deleteAudience"]["x-guard"]

    assert guard["sentence"] == (
        "Active prospecting must finish before an audience can be deleted. "
        "Protected audiences return 409 AUDIENCE_NOT_READY."
    )


@each_operation
def test_an_operation_describes_its_idempotency(documented: Documented) -> None:
    idempotency = operations()[documented.operation_id]["x-idempotency"]

    assert idempotency["support"] == documented.idempotency
    assert ("sentence" in idempotency) is (documented.idempotency != "not-stated")


@pytest.mark.parametrize(
    "documented",
    [
        operation
        for operation in OPERATIONS
        if operation.method != "get" and operation.operation_id != "startProspectingJob"
    ],
    ids=case_id,
)
def test_a_mutation_without_idempotency_quotes_the_documentation_page(documented: Documented) -> None:
    assert operations()[documented.operation_id]["x-idempotency"]["sentence"] == NOT_SUPPORTED


@each_operation
def test_an_operation_declares_the_parameters_of_its_path(documented: Documented) -> None:
    parameters = [resolved(parameter) for parameter in operations()[documented.operation_id].get("parameters", [])]

    in_path = ["{" + parameter["name"] + "}" for parameter in parameters if parameter["in"] == "path"]

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
def test_an_operation_declares_its_optional_parameters(operation_id: str, optional: list[tuple[str, str, str]]) -> None:
    parameters = [resolved(parameter) for parameter in operations()[operation_id]["parameters"]]

    declared = [
        (parameter["name"], parameter["in"], parameter["schema"]["type"])
        for parameter in parameters
        if not parameter.get("required", False)
    ]

    assert declared == optional


def test_only_documented_operations_take_a_body() -> None:
    assert {name for name, operation in operations().items() if "requestBody" in operation} == BODIES


@pytest.mark.parametrize("operation_id", sorted(BODIES))
def test_a_request_example_fits_its_schema_and_an_empty_body_does_not(operation_id: str) -> None:
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

    assert validator("ProspectingJobStart").is_valid(body) is fits


def test_every_prospecting_source_has_requirements_and_a_matching_example() -> None:
    operation = operations()["startProspectingJob"]
    examples = [
        example["value"] for example in operation["requestBody"]["content"]["application/json"]["examples"].values()
    ]
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
