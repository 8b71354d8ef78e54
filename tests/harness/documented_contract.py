"""The operations as the documentation prints them, and access to the rows and schemas of the contract."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from openapi_schema_validator import OAS30ReadValidator

from openapi import contract

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
# fmt: on


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


def validator(schema: str) -> OAS30ReadValidator:
    return OAS30ReadValidator({"$ref": f"#/components/schemas/{schema}", "components": CONTRACT["components"]})


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield from nodes(child, f"{path}/{name}")


def case_id(value: Row | Documented) -> str:
    return f"{value.operation_id}-{value.status}" if isinstance(value, Row) else value.operation_id


each_row = pytest.mark.parametrize("row", rows(), ids=case_id)
each_success = pytest.mark.parametrize("row", [row for row in rows() if row.status < 400], ids=case_id)
each_refusal = pytest.mark.parametrize("row", [row for row in rows() if row.status >= 400], ids=case_id)
each_operation = pytest.mark.parametrize("documented", OPERATIONS, ids=case_id)
