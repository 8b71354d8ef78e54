"""The coverage of clients as lines of text."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.client.coverage_documents import Coverage, OperationCoverage, SituationCoverage

_NUMBERS = frozenset({"requests", "met", "well", "findings"})


def response_shortfall(operation: str, status: int, met: int) -> str | None:
    """Return the line that says that a response was never met; None if it was."""
    return None if met else f"{operation}: {status} never met"


def situation_shortfall(situation: str, met: int, well: int) -> str | None:
    """Return the line that says that a situation was never tried, or never handled well; None if it was."""
    if not met:
        return f"{situation}: never tried"
    return None if well else f"{situation}: never handled well"


def coverage_lines(coverage: "Coverage") -> list[str]:
    """Return tables of the operations that were called and of their situations, and what was never met."""
    operations = [item for item in coverage["operations"] if item["requests"]]
    names = {item["operation"] for item in operations}
    situations = [item for item in coverage["situations"] if not names.isdisjoint(item["operations"])]
    if not operations:
        return ["no operation was requested", *_remarks(coverage)]
    return [
        *_aligned(["operation", "requests", "responses met", "never met"], map(_operation, operations)),
        "",
        *_aligned(["situation", "met", "well", "findings"], map(_situation, situations)),
        "",
        *_shortfalls(operations, situations),
        *_remarks(coverage),
        _share(coverage),
    ]


def _operation(item: "OperationCoverage") -> list[str]:
    met = [f"{row['status']} ({row['met']})" for row in item["responses"] if row["met"]]
    met += [f"{row['status']} ({row['met']}, undocumented)" for row in item["undocumented"]]
    met += [f"lost ({item['lost']})"] if item["lost"] else []
    never = [str(row["status"]) for row in item["responses"] if not row["met"]]
    return [item["operation"], str(item["requests"]), " ".join(met), " ".join(never)]


def _situation(item: "SituationCoverage") -> list[str]:
    return [item["id"], str(item["met"]), str(item["well"]), str(item["findings"])]


def _shortfalls(operations: Sequence["OperationCoverage"], situations: Sequence["SituationCoverage"]) -> list[str]:
    lines = [
        response_shortfall(item["operation"], row["status"], row["met"])
        for item in operations
        for row in item["responses"]
    ]
    lines += [situation_shortfall(item["id"], item["met"], item["well"]) for item in situations]
    return [line for line in lines if line is not None]


def _remarks(coverage: "Coverage") -> list[str]:
    strange, unknown = coverage["withoutOperation"], coverage["unexamined"]
    return [
        *([f"requests of no operation: {strange}"] if strange else []),
        *([f"exchanges that journals dropped, whose situations are not known: {unknown}"] if unknown else []),
    ]


def _share(coverage: "Coverage") -> str:
    share = coverage["share"]
    return f"covered: {share['covered']} of {share['of']} responses and situations, {share['percent']:g} %"


def _aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    table = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(_padded, row, head, widths)).rstrip() for row in table]


def _padded(cell: str, title: str, width: int) -> str:
    return cell.rjust(width) if title in _NUMBERS else cell.ljust(width)
