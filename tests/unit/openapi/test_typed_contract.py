"""The contract for generators of clients: current, narrower than the contract, and as the server's examples are."""

from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator
from openapi_spec_validator import OpenAPIV30SpecValidator

from mockserver.api.envelope import ERROR_CODES
from mockserver.domain.job import JobStatus
from mockserver.domain.refusal import Reason
from mockserver.seeds import schema as seed_schema
from openapi import contract, typed_contract
from tests.harness.documented_contract import Row, each_refusal, each_row, nodes, validator
from tests.harness.typed_contract import BUILT, applied, built

TYPED = typed_contract()
UNDOCUMENTED_STATUSES = {405, 408, 413, 415, 431, 501, 505}
"""Statuses of requests that match no operation, or are no request of HTTP/1.1: no row has them."""


def typed_validator(schema: str) -> OAS30ReadValidator:
    return OAS30ReadValidator({"$ref": f"#/components/schemas/{schema}", "components": TYPED["components"]})


def enumerated(schema: str) -> set[str]:
    return set(TYPED["components"]["schemas"][schema]["enum"])


def test_the_built_file_is_the_overlay_applied_to_the_contract() -> None:
    assert BUILT.read_text(encoding="utf-8") == built(), "run `make typed`"


def test_the_typed_contract_is_valid_openapi() -> None:
    assert list(OpenAPIV30SpecValidator(TYPED).iter_errors()) == []


def test_every_call_returns_a_fresh_typed_contract() -> None:
    typed_contract()["paths"].clear()

    assert typed_contract() == TYPED


def test_the_operations_and_rows_are_those_of_the_contract() -> None:
    def rows(document: dict[str, Any]) -> dict[tuple[str, str], tuple[str, list[str]]]:
        return {
            (path, method): (operation["operationId"], list(operation["responses"]))
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }

    assert rows(TYPED) == rows(contract())


@each_row
def test_a_realistic_example_fits_its_typed_schema(row: Row) -> None:
    errors = [error.message for error in typed_validator(row.schema).iter_errors(row.example("realistic"))]

    assert errors == []


@each_row
def test_no_member_that_a_realistic_example_shows_may_be_missing(row: Row) -> None:
    body = row.example("realistic")

    optional = [
        f"{path}/{name}"
        for path, node in nodes({name: body[name] for name in ("data", "error")})
        if isinstance(node, dict)
        for name in list(node)
        if "/details" not in path and is_optional(row.schema, body, node, name)
    ]

    assert optional == []


def is_optional(schema: str, body: dict[str, Any], node: dict[str, Any], name: str) -> bool:
    if node.keys() == {"data", "error"}:
        return False
    value = node.pop(name)
    fits = typed_validator(schema).is_valid(body)
    node[name] = value
    return fits


@each_refusal
def test_an_unknown_code_fits_no_typed_schema(row: Row) -> None:
    body = row.example("realistic")
    unknown = {**body, "error": {**body["error"], "code": f"{body['error']['code']}X"}}

    assert typed_validator(row.schema).is_valid(unknown) is False


def test_the_codes_are_those_that_the_server_sends_in_documented_rows() -> None:
    of_statuses = {code for status, code in ERROR_CODES.items() if status not in UNDOCUMENTED_STATUSES}

    assert enumerated("ErrorCode") == of_statuses | {reason.code for reason in Reason} | {"UPSTREAM_ERROR"}


def test_statuses_and_types_are_those_of_the_server() -> None:
    audience = seed_schema()["$defs"]["audience"]["properties"]["type"]["enum"]

    assert enumerated("JobStatus") == set(JobStatus)
    assert enumerated("AudienceType") == set(audience)


@each_row
def test_the_typed_contract_takes_nothing_that_the_contract_refuses(row: Row) -> None:
    body = row.example("realistic")

    changed = [{name: value for name, value in body.items() if name != missing} for missing in body]
    changed += [{**body, name: value} for name in body for value in (None, {}, [], "text", True, False)]

    taken = [each for each in changed if typed_validator(row.schema).is_valid(each)]
    assert [each for each in taken if not validator(row.schema).is_valid(each)] == []


@pytest.mark.parametrize("word", ["x-inferred", "x-required", "documented"])
def test_nothing_is_left_open_in_the_typed_contract(word: str) -> None:
    assert [path for path, node in nodes(TYPED) if isinstance(node, dict) and word in node] == []


def test_every_schema_and_example_of_the_typed_contract_is_used() -> None:
    used = {str(node["$ref"]) for _, node in nodes(TYPED) if isinstance(node, dict) and "$ref" in node}
    kinds = TYPED["components"].items()

    defined = {f"#/components/{kind}/{name}" for kind, parts in kinds if kind != "securitySchemes" for name in parts}

    assert defined == used


@pytest.mark.parametrize("document", [contract(), TYPED], ids=["contract", "typed"])
def test_every_branch_of_a_choice_has_a_type(document: dict[str, Any]) -> None:
    untyped = [
        f"{path}/{word}/{index}"
        for path, node in nodes(document)
        if isinstance(node, dict)
        for word in ("anyOf", "oneOf", "allOf")
        for index, branch in enumerate(node.get(word, []))
        if not ({"type", "$ref"} & branch.keys() and ("$ref" in branch or branch.get("properties")))
    ]

    assert untyped == []


class TestOverlay:
    def test_an_update_merges_objects_and_concatenates_lists(self) -> None:
        document = {"a": {"required": ["x"], "kept": 1, "type": "number"}}

        result = applied(document, action(update={"required": ["y"], "type": "integer", "new": {"b": 1}}))

        assert result == {"a": {"required": ["x", "y"], "kept": 1, "type": "integer", "new": {"b": 1}}}

    def test_a_removal_takes_every_target_even_of_one_list(self) -> None:
        document = {"a": [{"gone": 1}, {}, {"gone": 2}]}

        assert applied(document, action("$.a[?@.gone]", remove=True)) == {"a": [{}]}

    def test_an_action_without_a_target_is_an_error(self) -> None:
        with pytest.raises(LookupError, match=r"no part of the contract is \$\.b"):
            applied({"a": {}}, action("$.b", remove=True))


def action(target: str = "$.a", **does: Any) -> dict[str, Any]:
    return {"actions": [{"target": target, **does}]}
