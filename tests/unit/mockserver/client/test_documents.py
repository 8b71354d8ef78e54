"""The types of the client: they are those of the contract of the control plane."""

import re
from typing import Any, get_args, get_type_hints

import pytest

from mockserver.client import arguments, coverage_documents, documents
from mockserver.recording.coverage.situations import SITUATIONS
from openapi import control_contract

CONTRACT = control_contract()
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
DOCUMENTS = [
    *("Clock", "StatusChange", "Event", "ClockAdvanced", "JobPace", "Job", "Key", "AccountGroup", "SandboxSummary"),
    *("Snapshot", "KeyLimit", "Limits", "Fault", "KeyHint", "ExchangeSummary", "AskedRule", "Header", "Message"),
    *("Exchange", "Finding", "Audience", "Folder", "AudienceList"),
]
ARGUMENTS = ["NewSandbox", "NewFault", "NewJob", "JobPaceChange", "JobEnd", "NewKey", "KeyChange", "Verification"]
ENUMERATIONS = [
    *("ClockMode", "JobStatus", "ActiveStatus", "Outcome", "Pace", "Stage", "ExchangeOutcome", "ClientRule"),
    *("FaultKind", "Preset"),
]


def camel(name: str) -> str:
    """Return the member that a keyword argument stands for."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name.removesuffix("_"))


def parameters(path: str) -> set[str]:
    """Return the names of the parameters that a list takes."""
    return {parameter["name"] for parameter in CONTRACT["paths"][path]["get"]["parameters"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_the_members_of_its_schema(name: str) -> None:
    document, schema = getattr(documents, name), SCHEMAS[name]

    assert set(get_type_hints(document)) == set(schema["properties"])
    assert document.__required_keys__ == set(schema.get("required", []))


@pytest.mark.parametrize(
    "name", ["Coverage", "OperationCoverage", "ResponseCoverage", "SituationCoverage", "CoverageShare"]
)
def test_a_document_about_coverage_has_the_members_of_its_schema(name: str) -> None:
    document = getattr(coverage_documents, name)

    assert set(get_type_hints(document)) == document.__required_keys__ == set(SCHEMAS[name]["properties"])
    assert document.__required_keys__ == set(SCHEMAS[name]["required"])


def test_situations_are_those_of_the_contract() -> None:
    named = get_args(get_type_hints(coverage_documents.SituationCoverage)["id"])

    assert list(named) == SCHEMAS["SituationCoverage"]["properties"]["id"]["enum"] == list(SITUATIONS)


def test_a_sandbox_has_the_members_of_its_schema() -> None:
    assert documents.SandboxDocument.__required_keys__ == set(SCHEMAS["Sandbox"]["properties"])


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_are_the_members_of_a_request(name: str) -> None:
    assert {camel(argument) for argument in get_type_hints(getattr(arguments, name))} == set(
        SCHEMAS[name]["properties"]
    )


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_enumeration_has_the_values_of_its_schema(name: str) -> None:
    assert list(get_args(getattr(documents, name))) == SCHEMAS[name]["enum"]


def test_permissions_are_those_of_the_contract() -> None:
    assert list(get_args(documents.Permission)) == SCHEMAS["Permissions"]["items"]["enum"]


def test_filters_have_the_parameters_of_their_lists() -> None:
    below = "/_mock/sandboxes/{sandboxId}"

    assert set(get_type_hints(arguments.ExchangeFilter)) == parameters(f"{below}/journal")
    assert set(get_type_hints(arguments.AudienceFilter)) == parameters(f"{below}/audiences")
