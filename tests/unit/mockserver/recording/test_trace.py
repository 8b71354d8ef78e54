"""The decision trace: the rules up to the deciding rule."""

import pytest

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.trace import rules, trace


def test_an_accepted_request_has_passed_all_rules_of_its_operation() -> None:
    assert trace("deleteAudience", None) == (
        "route",
        "method",
        "api-key",
        "rate-limit",
        "permission",
        "parameters",
        "account-group",
        "resource",
        "guard",
    )


def test_the_trace_of_a_refused_request_ends_with_the_deciding_rule() -> None:
    assert trace("deleteAudience", "permission") == ("route", "method", "api-key", "rate-limit", "permission")


def test_an_operation_for_any_valid_key_has_no_permission_and_account_group_rules() -> None:
    assert trace("listAccounts", None) == ("route", "method", "api-key", "rate-limit", "parameters")


@pytest.mark.parametrize(
    ("operation", "part", "last"),
    [
        ("updateAudience", "path", "parameters"),
        ("updateAudience", "query", "parameters"),
        ("updateAudience", "body", "body"),
        ("updateAudience", None, "body"),
        ("startProspectingJob", "header", "body"),
        ("deleteAudience", "path", "parameters"),
        ("deleteAudience", None, "parameters"),
    ],
)
def test_the_validation_rule_depends_on_the_invalid_part(operation: str, part: str | None, last: str) -> None:
    checked = trace(operation, "validation", part)

    assert checked == rules(operation)[: rules(operation).index(last) + 1]


@pytest.mark.parametrize(
    ("rule", "expected"), [("route", ("route",)), ("method", ("route", "method")), ("http", ("http",))]
)
def test_a_request_without_an_operation_was_refused_by_an_earlier_rule(rule: str, expected: tuple[str, ...]) -> None:
    assert trace(None, rule) == expected


def test_a_request_without_operation_and_refusal_has_an_empty_trace() -> None:
    assert trace(None, None) == ()


def test_a_fault_decides_after_the_permission_and_an_example_after_the_key() -> None:
    assert trace("listAccounts", "fault") == ("route", "method", "api-key", "rate-limit", "fault")
    assert trace("deleteAudience", "fault") == ("route", "method", "api-key", "rate-limit", "permission", "fault")
    assert trace("deleteAudience", "prefer") == ("route", "method", "api-key", "prefer")


def test_a_failure_of_the_server_comes_after_all_rules() -> None:
    assert trace("getAudience", "internal") == (*rules("getAudience"), "internal")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_rule_occurs_twice_in_a_trace(operation: str) -> None:
    assert len(set(rules(operation))) == len(rules(operation))
