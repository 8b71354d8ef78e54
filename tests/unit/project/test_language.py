"""The house rules of language and size that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("audience_mock_pytest", "openapi", "mockserver", "conformance")
PRONOUNS = frozenset(
    ["What", "One", "Who", "Whom", "Whose", "It", "They", "That", "This", "Those", "These", "Which", "Where", "How"]
)
SUBJECTLESS = re.compile(r"^test_(it|one|they|what|that|those|this|who)_")
LONGEST_TEST_FILE = 400
LONGEST_README = 200

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def documented(file: Path) -> Iterator[tuple[str, str]]:
    """Yield where each docstring of a file stands, and its first word."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, Documented) and (text := ast.get_docstring(node)):
            yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", text.split()[0].rstrip(",:;.")


def test_no_docstring_begins_with_a_pronoun() -> None:
    begun = [place for file in sources(*PACKAGES, "tests") for place, word in documented(file) if word in PRONOUNS]

    assert begun == []


def test_every_test_has_a_name_with_a_subject() -> None:
    names = {
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in sources("tests")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and SUBJECTLESS.match(node.name)
    }

    assert names == set()


def test_no_test_file_is_too_long() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in sources("tests")}

    assert {file: length for file, length in lengths.items() if length > LONGEST_TEST_FILE} == {}


def test_the_readme_fits() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= LONGEST_README


@pytest.mark.parametrize("package", PACKAGES)
def test_product_code_is_not_called_a_test(package: str) -> None:
    assert [file for file in sources(package) if file.name.startswith("test_")] == []
