"""The generated cases, their conversion into requests, and the checks of their responses."""

import random
from typing import Any

import httpx
import pytest
import schemathesis.checks
from requests import PreparedRequest
from schemathesis.checks import CHECKS
from schemathesis.core.transport import Response
from schemathesis.generation.meta import CoverageScenario, coverage_scenario

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import Client, RawRequest
from conformance.client.contract import Contract
from conformance.fuzzing import schemathesis_checks
from conformance.fuzzing.cases import Case, draw_cases, planned_cases
from conformance.fuzzing.conversion import is_shape_probe, prepare_request, to_raw_request, to_response
from conformance.fuzzing.schemathesis_checks import DISABLED_CHECKS, SentCase, is_invalid
from conformance.results.exchange import Exchange
from conformance.results.ledger import Ledger
from openapi import contract

TEAPOT = b'{"success": false, "data": null, "error": {"code": "X", "message": "X"}, "traceId": "1"}'


def random_source(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def sent(case: Case) -> RawRequest:
    request = prepare_request(case)
    assert request is not None
    return to_raw_request(case, request, lambda _: False)


def wire_form(cases: list[Case]) -> list[tuple[str, str, list[tuple[str, str]], bytes | None]]:
    requests = [sent(case) for case in cases]
    return [(request.method, request.path, list(request.headers.items()), request.content) for request in requests]


def case_of(operation: OperationSpec, scenario: CoverageScenario) -> Case:
    return next(case for case in planned_cases(operation) if coverage_scenario(case) is scenario)


def valid_case(operation: OperationSpec) -> Case:
    return next(
        case for case in planned_cases(operation) if case.meta is not None and case.meta.generation.mode.is_positive
    )


def case_naming(operation: OperationSpec, group: str, audience: str) -> Case:
    case = valid_case(operation)
    case.path_parameters = {"accountGroupId": group, "audienceId": audience}
    return case


def answered(case: Case, status: int, body: bytes, media_type: str = "application/json") -> tuple[SentCase, Response]:
    request = prepare_request(case)
    assert request is not None
    known = to_raw_request(case, request, lambda _: False)
    headers = (("content-type", media_type), ("set-cookie", "a"), ("Set-Cookie", "b"))
    exchange = Exchange(1, known.method, str(request.url), (), known.content, status, None, headers, body, 1.0)
    answer = to_response(request, exchange)
    assert answer is not None
    operation = known.operation or operations.LIST_AUDIENCES
    return SentCase(operation, case, known, exchange, has_key="Authorization" in known.headers), answer


def facts(case: Case, status: int, body: bytes, media_type: str = "application/json") -> list[str]:
    contract_rows = Contract(contract())
    return [
        failure.fact
        for failure in schemathesis_checks.check_failures(*answered(case, status, body, media_type), contract_rows)
    ]


@pytest.mark.parametrize("operation", operations.OPERATIONS, ids=lambda operation: operation.prefix)
def test_the_same_seed_generates_the_same_requests(operation: OperationSpec) -> None:
    first, again = ([*planned_cases(operation), *draw_cases(operation, random_source(3), 10)] for _ in range(2))

    assert wire_form(first) == wire_form(again)


def test_another_seed_generates_other_requests() -> None:
    first, other = (draw_cases(operations.CREATE_AUDIENCE, random_source(seed), 10) for seed in (1, 2))

    assert wire_form(first) != wire_form(other)


def test_every_check_of_schemathesis_is_enabled_or_disabled_with_a_reason() -> None:
    schemathesis.checks.load_all_checks()

    assert {*CHECKS.get_all_names()} == {*DISABLED_CHECKS} | {
        check.__name__ for check in schemathesis_checks.ENABLED_CHECKS
    }
    assert all(DISABLED_CHECKS.values())


def test_a_request_names_neither_schemathesis_nor_the_case() -> None:
    headers = sent(valid_case(operations.GET_AUDIENCE)).headers

    assert {name.lower() for name in headers} == {"accept", "authorization"}


@pytest.mark.parametrize(
    ("audience", "path"), [("a%2Fb", "a%2Fb"), ("a%20%C3%BC", "a%20%C3%BC"), ("%00", "%00"), ("a b", "a%20b")]
)
def test_a_path_is_sent_as_schemathesis_would(audience: str, path: str) -> None:
    case = case_naming(operations.GET_AUDIENCE, "g1", audience)
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(404, stream=httpx.ByteStream(b""))

    with httpx.Client(base_url="http://x/base", transport=httpx.MockTransport(answer)) as http:
        Client(http, Contract(contract()), Ledger(), lambda _: None).send_raw(sent(case))

    assert seen == [f"/base/v1/accounts/g1/audiences/{path}".encode()]


def test_a_query_a_body_and_its_media_type_are_sent_as_schemathesis_would() -> None:
    case = valid_case(operations.CREATE_AUDIENCE)
    case.query = {"a b": ["1", "ü"]}
    case.body = {"name": "ü", "type": "on_demand"}

    known = sent(case)

    assert known.path == "/v1/accounts/0/audiences?a+b=1&a+b=%C3%BC"
    assert (known.method, known.headers["Content-Type"]) == ("POST", "application/json")
    assert known.content == b'{"name": "\\u00fc", "type": "on_demand"}'


def test_bytes_that_are_no_json_are_sent_unchanged() -> None:
    case = valid_case(operations.CREATE_AUDIENCE)
    case.body = b"\x00\xff"

    assert sent(case).content == b"\x00\xff"


def test_a_header_beyond_ascii_reaches_the_wire() -> None:
    case = valid_case(operations.GET_AUDIENCE)
    case.headers["X-Odd"] = "ü "

    known = sent(case)

    assert httpx.Request("GET", "http://x", headers=known.headers).headers.raw[-1] == (b"X-Odd", b"\xfc")
    assert known.operation is None


def test_a_case_without_a_key_is_sent_without_a_key() -> None:
    case = case_of(operations.DELETE_AUDIENCE, CoverageScenario.MISSING_PARAMETER)

    assert "Authorization" not in sent(case).headers
    assert sent(case).operation is operations.DELETE_AUDIENCE


@pytest.mark.parametrize("audience", ["a" * 129, "%00", "a%2Fb", "%2E%2E", "folders", "navigation", "a@b", "%FF"])
def test_an_identifier_that_proxies_or_other_paths_may_handle_is_not_judged(audience: str) -> None:
    assert sent(case_naming(operations.GET_AUDIENCE, "g1", audience)).operation is None


def test_every_identifier_that_the_target_has_issued_is_judged() -> None:
    case = case_naming(operations.GET_AUDIENCE, "g1", "a" * 200)
    request = prepare_request(case)

    assert request is not None
    assert (
        to_raw_request(case, request, lambda identifier: identifier == "a" * 200).operation is operations.GET_AUDIENCE
    )


@pytest.mark.parametrize(
    "scenario", [CoverageScenario.UNSPECIFIED_HTTP_METHOD, CoverageScenario.MALFORMED_CONTENT_TYPE]
)
def test_an_undocumented_method_or_media_type_is_not_judged(scenario: CoverageScenario) -> None:
    case = case_of(operations.LIST_AUDIENCES, scenario)

    assert is_shape_probe(case)
    assert sent(case).operation is None
    assert facts(case, 405, b"") == []


def test_a_control_byte_in_a_query_is_not_judged() -> None:
    case = valid_case(operations.LIST_AUDIENCES)
    case.query = {"cursor": "\x00"}

    assert sent(case).operation is None


def test_a_response_keeps_every_header_and_its_bytes() -> None:
    _, answer = answered(valid_case(operations.GET_AUDIENCE), 200, b"\xff")

    assert (answer.status_code, answer.content) == (200, b"\xff")
    assert answer.headers == {"content-type": ["application/json"], "set-cookie": ["a", "b"]}
    assert isinstance(answer.request, PreparedRequest)


def test_a_missing_response_is_none() -> None:
    case = valid_case(operations.GET_AUDIENCE)
    request = prepare_request(case)
    assert request is not None

    assert to_response(request, Exchange(1, "GET", "", (), None, None, "reset", (), None, 0.0)) is None


@pytest.mark.parametrize(
    ("operation", "body", "invalid"),
    [
        (operations.CREATE_AUDIENCE, {"name": "x", "type": "on_demand"}, False),
        (operations.CREATE_AUDIENCE, {"name": "", "type": "monitoring", "other": 1}, False),
        (operations.CREATE_AUDIENCE, {"name": "x", "type": "On_Demand"}, False),
        (operations.CREATE_AUDIENCE, {"name": "x", "type": "on_demand", "description": None}, False),
        (operations.CREATE_AUDIENCE, {"name": "x", "type": "weekly"}, True),
        (operations.CREATE_AUDIENCE, {"name": "x"}, True),
        (operations.CREATE_AUDIENCE, {"name": None, "type": "on_demand"}, True),
        (operations.CREATE_AUDIENCE, {"name": 1, "type": "on_demand"}, True),
        (operations.CREATE_AUDIENCE, ["name", "type"], True),
        (operations.CREATE_AUDIENCE, b"{", True),
        (operations.CREATE_AUDIENCE, b'{"name": "x", "type": "on_demand"}', False),
        (operations.UPDATE_AUDIENCE, {"description": None}, False),
        (operations.UPDATE_AUDIENCE, {"type": "on_demand"}, True),
        (operations.UPDATE_AUDIENCE, {}, True),
        (operations.START_JOB, {}, False),
    ],
)
def test_bodies_are_invalid_by_the_documentation(operation: OperationSpec, body: Any, invalid: bool) -> None:  # noqa: FBT001
    case = valid_case(operation)
    case.body = body

    assert is_invalid(case) is invalid


def test_each_check_reports_the_fact_of_its_requirement() -> None:
    case = case_naming(operations.GET_AUDIENCE, "g1", "a1")

    assert facts(case, 418, TEAPOT) == ["ROW-OTHER"]
    assert facts(case, 500, TEAPOT) == ["CONSISTENT"]
    assert facts(case, 404, b"<html>", "text/html") == ["ROW-404"]
    assert facts(case, 404, b"{}") == ["ROW-404"]
    assert facts(case, 404, TEAPOT) == []
    assert facts(valid_case(operations.LIST_AUDIENCES), 404, TEAPOT) == []
    assert facts(valid_case(operations.LIST_ACCOUNTS), 404, TEAPOT) == ["ROW-OTHER"]
    assert facts(case, 200, TEAPOT.replace(b"false", b"true")) == ["ROW-200"]


def test_a_missing_key_is_401_unless_another_error_comes_first() -> None:
    case = case_of(operations.GET_AUDIENCE, CoverageScenario.MISSING_PARAMETER)
    case.path_parameters = {"accountGroupId": "g1", "audienceId": "a1"}

    assert facts(case, 403, TEAPOT) == ["KEY"]
    assert facts(case, 401, TEAPOT) == facts(case, 400, TEAPOT.replace(b'"X"', b'"VALIDATION_ERROR"')) == []


def test_an_accepted_invalid_body_violates_the_documentation() -> None:
    scenario = CoverageScenario.OBJECT_MISSING_REQUIRED_PROPERTY

    assert "VALID" in facts(case_of(operations.CREATE_AUDIENCE, scenario), 201, b"{}")
    assert "VALID" not in facts(case_of(operations.START_JOB, scenario), 202, b"{}")


def test_an_accepted_query_violates_nothing() -> None:
    case = case_of(operations.LIST_JOBS, CoverageScenario.INCORRECT_TYPE)

    assert {*facts(case, 200, b"{}")} == {"ROW-200"}
