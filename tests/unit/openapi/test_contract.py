"""The contract as an OpenAPI document: validity, links, inferences and extensions."""

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi import contract, contract_text
from tests.harness.documented_contract import CONTRACT, OPERATIONS, PAGES, nodes, operations, resolved, row_of, rows

INFERRED_ROWS = {
    ("createAudience", 422),
    ("renameAudienceFolder", 404),
    ("cancelProspectingJob", 404),
    ("cancelProspectingJob", 422),
}
INFERRED_METHODS = {"createAudience", "renameAudienceFolder"}


def test_the_contract_is_valid_openapi() -> None:
    errors = list(OpenAPIV30SpecValidator(CONTRACT).iter_errors())

    assert errors == []


def test_the_contract_is_openapi_3_0_3_served_from_the_root() -> None:
    assert CONTRACT["openapi"] == "3.0.3"
    assert CONTRACT["servers"] == [{"url": "/"}]


def test_every_call_returns_a_fresh_contract() -> None:
    first = contract()
    first["paths"].clear()

    second = contract()

    assert second == CONTRACT
    assert second["paths"]


def test_the_text_of_the_contract_is_its_source() -> None:
    assert "\nopenapi: 3.0.3\n" in contract_text()


def test_exactly_the_rows_with_an_inferred_status_are_marked() -> None:
    marked = {(row.operation_id, row.status) for row in rows() if "x-inferred" in row.response}

    assert marked == INFERRED_ROWS


def test_exactly_the_operations_with_an_inferred_method_are_marked() -> None:
    marked = {name for name, operation in operations().items() if "x-inferred" in operation}

    assert marked == INFERRED_METHODS


def test_the_402_row_names_the_note_as_its_source() -> None:
    source = row_of("startProspectingJob", 402).response["x-source"]

    assert source["page"] == f"{PAGES}prospecting/prospecting-jobs-start"
    assert source["place"].startswith("the note on credits")
    assert source["sentence"] == "Insufficient credits return 402 INSUFFICIENT_CREDITS."


def test_the_text_of_the_delete_page_is_in_the_contract() -> None:
    operation = operations()["deleteAudience"]

    assert operation["x-guard"]["heading"] == "Delete guard"
    assert operation["description"].startswith("Deletes an audience;")


def test_the_note_of_the_prospects_page_is_whole() -> None:
    description = operations()["listAudienceProspects"]["description"]

    assert "they are scoped to the audience." in description
    assert "For signal results of a prospect use the prospect signals endpoint." in description


def test_the_sentences_of_getting_started_on_all_operations_are_in_the_contract() -> None:
    description = CONTRACT["info"]["description"]

    assert "https://api.sonarly.io, every endpoint under /v1." in description
    assert "at least one connected LinkedIn account in the group" in description


def test_exactly_the_wordings_that_no_page_prints_are_marked() -> None:
    marked = {(row.operation_id, row.status) for row in rows() if "x-wording" in row.response}

    assert marked == {("startProspectingJob", 402), ("listAccounts", 200)}


def test_the_completed_parts_of_examples_are_marked() -> None:
    examples = CONTRACT["components"]["examples"]

    assert {name for name, example in examples.items() if "x-inferred" in example} == {
        "documented-AudienceProspectListSuccessResponse",
        "documented-ProspectingJobStartSuccessResponse",
        "documented-ProspectingJobStartSuccessResponse-202",
    }


@pytest.mark.parametrize(
    ("operation_id", "printed"),
    [
        ("startProspectingJob", "integration_api_key, account_group_access, valid_prospecting_request"),
        ("getProspectingJob", "integration_api_key, account_group_access"),
        ("listProspectingJobs", "integration_api_key, account_group_access"),
        ("cancelProspectingJob", "integration_api_key, account_group_access"),
    ],
)
def test_the_prerequisites_stand_as_they_are_printed(operation_id: str, printed: str) -> None:
    assert operations()[operation_id]["x-prerequisites"] == printed


def test_every_list_of_required_members_says_where_it_comes_from() -> None:
    schemas = CONTRACT["components"]["schemas"]
    unsaid = [
        path
        for path, node in nodes(schemas)
        if isinstance(node, dict) and isinstance(node.get("required"), list)
        if not {"x-required", "x-inferred"} & node.keys()
    ]

    assert unsaid == []


def test_an_update_is_an_object_with_two_members_in_each_alternative() -> None:
    schema = operations()["updateAudience"]["requestBody"]["content"]["application/json"]["schema"]

    assert "properties" not in schema
    assert [(one["type"], one["required"], list(one["properties"])) for one in schema["anyOf"]] == [
        ("object", ["name"], ["name", "description"]),
        ("object", ["description"], ["name", "description"]),
    ]


def test_every_inference_gives_its_reason() -> None:
    reasons = [node["x-inferred"] for _, node in nodes(CONTRACT) if isinstance(node, dict) and "x-inferred" in node]

    assert reasons
    assert all(isinstance(reason, str) and reason for reason in reasons)


def test_a_link_fills_all_path_parameters_of_its_operation() -> None:
    paths = {operation.operation_id: operation.path for operation in OPERATIONS}

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
def test_responses_with_identifiers_link_to_the_operations_that_use_them(
    operation_id: str, status: int, targets: set[str]
) -> None:
    links = row_of(operation_id, status).response["links"]

    assert {resolved(link)["operationId"] for link in links.values()} == targets


def test_every_operation_needs_a_bearer_key() -> None:
    scheme = CONTRACT["components"]["securitySchemes"]["bearer"]

    assert CONTRACT["security"] == [{"bearer": []}]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert not [name for name, operation in operations().items() if "security" in operation]


def test_the_contract_has_no_extensions_of_a_framework() -> None:
    ours = {
        "x-source",
        "x-required-permission",
        "x-required-permission-printed",
        "x-guard",
        "x-idempotency",
        "x-source-requirements",
        "x-prerequisites",
        "x-wording",
        "x-required",
        "x-inferred",
    }

    extensions = {
        name for _, node in nodes(CONTRACT) if isinstance(node, dict) for name in node if str(name).startswith("x-")
    }

    assert extensions == ours


def test_every_component_is_used() -> None:
    used = {str(node["$ref"]) for _, node in nodes(CONTRACT) if isinstance(node, dict) and "$ref" in node}
    kinds = CONTRACT["components"].items()

    defined = {f"#/components/{kind}/{name}" for kind, parts in kinds if kind != "securitySchemes" for name in parts}

    assert defined == used
