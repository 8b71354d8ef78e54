"""Every reference to a page of the vendor resolves in docs/sources.md."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.catalogue.requirements import load_catalogue
from openapi import contract
from tests.harness.pages import ROOT, Page

SOURCES = Page("docs/sources.md")
PACKAGES = ("audience_mock_pytest", "conformance", "mockserver", "openapi", "tests")

_PAGE_ID = re.compile(r"(?<![%\w])[APX]\d{1,2}\b")
_ELSEWHERE = re.compile(r"api-facts|\bthe design's\b|[Ss]ection \d+\.\d+")
_NAMED = re.compile(r"docs/sources\.md, ([A-Z]\w+(?: [a-z]\w+)*)")


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file that may refer to a page; the examples below are no references."""
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*"):
            if file.suffix in {".py", ".yaml", ".md"} and "node_modules" not in file.parts and file != Path(__file__):
                yield str(file.relative_to(ROOT)), file.read_text()


def page_ids(text: str) -> set[str]:
    return set(_PAGE_ID.findall(text))


def test_every_id_of_a_page_is_a_heading() -> None:
    known = page_ids("\n".join(SOURCES.headings()))

    assert {f"{name}: {page}" for name, text in sources() for page in page_ids(text) - known} == set()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("A guard (A5, A10).", {"A5", "A10"}),
        ("A12 to A14", {"A12", "A14"}),
        ("P1-P4; X1", {"P1", "P4", "X1"}),
        ("%A4%80, p99, SHA1", set()),
    ],
)
def test_ids_of_pages_are_recognized(text: str, ids: set[str]) -> None:
    assert page_ids(text) == ids


def test_every_heading_that_the_code_names_exists() -> None:
    named = {heading for _, text in sources() for heading in _NAMED.findall(text)}

    assert named <= set(SOURCES.headings())


def test_nothing_refers_to_a_document_that_is_not_here() -> None:
    assert [(name, found[0]) for name, text in sources() if (found := _ELSEWHERE.search(text))] == []


def test_every_page_of_the_contract_and_of_the_catalogue_is_linked() -> None:
    operations = [
        operation
        for item in contract()["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    pages = {operation["x-source"]["page"] for operation in operations}
    pages |= {requirement.source for requirement in load_catalogue().values()}

    assert pages <= set(SOURCES.links())
