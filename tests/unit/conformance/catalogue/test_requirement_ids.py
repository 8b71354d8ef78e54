import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conformance.catalogue import operations
from conformance.catalogue.requirements import EVERY_EXCHANGE, load_catalogue

CONFORMANCE = Path(operations.__file__).parents[1]
WHOLE_ID = re.compile(rf"({'|'.join(operation.prefix for operation in operations.OPERATIONS)})-\S+")


def fact_of(requirement_id: str) -> str:
    return requirement_id.split("-", 2)[2]


def nodes(folder: Path) -> Iterator[tuple[str, ast.AST]]:
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            yield f"{file.relative_to(CONFORMANCE)}:{getattr(node, 'lineno', 0)}", node


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    for place, node in nodes(folder):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield place, node.value


def facts(folder: Path) -> Iterator[tuple[str, str]]:
    for place, node in nodes(folder):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement":
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    yield place, argument.value


def test_every_whole_id_in_the_code_is_a_row_of_the_catalogue() -> None:
    ids = [(place, text) for place, text in texts(CONFORMANCE) if WHOLE_ID.fullmatch(text)]

    assert len(ids) > 100
    assert [(place, text) for place, text in ids if text not in load_catalogue()] == []


def test_every_fact_that_a_check_names_for_an_operation_is_one_of_the_catalogue() -> None:
    named = list(facts(CONFORMANCE / "checks"))

    assert len(named) > 20
    assert [(place, fact) for place, fact in named if fact not in {fact_of(row) for row in load_catalogue()}] == []


def test_every_row_that_a_check_decides_is_named_in_the_code_whole_or_by_its_fact() -> None:
    ids, named = ({text for _, text in source(CONFORMANCE)} for source in (texts, facts))
    rows = [row.id for row in load_catalogue().values() if set(row.checks) - {EVERY_EXCHANGE}]
    rows = [row for row in rows if not fact_of(row).startswith("ROW-")]  # the client names them by the status

    assert [row for row in rows if row not in ids and fact_of(row) not in named] == []
