"""The lines about coverage at the end of a run of pytest."""

from audience_mock_pytest.coverage_table import coverage_lines
from mockserver.client.coverage_documents import Coverage, OperationCoverage, ResponseCoverage, SituationCoverage


def operation(name: str, met: dict[int, int], *, lost: int = 0, undocumented: int | None = None) -> OperationCoverage:
    """The coverage of an operation that documents these statuses."""
    rows: list[ResponseCoverage] = [{"status": status, "description": "", "met": met[status]} for status in met]
    return {
        "operation": name,
        "method": "GET",
        "path": "/",
        "source": "",
        "requests": sum(met.values()) + lost + bool(undocumented),
        "responses": rows,
        "undocumented": [] if undocumented is None else [{"status": undocumented, "met": 1}],
        "lost": lost,
    }


def last_page(*operations: str, met: int = 0, well: int = 0, findings: int = 0) -> SituationCoverage:
    return {
        "id": "last-page",
        "summary": "",
        "advice": "",
        "operations": list(operations),
        "basis": "inferred",
        "sentence": None,
        "source": None,
        "rules": [],
        "met": met,
        "well": well,
        "findings": findings,
    }


def coverage(*operations: OperationCoverage, situation: SituationCoverage, percent: float | None = 50) -> Coverage:
    return {
        "operations": list(operations),
        "situations": [situation],
        "withoutOperation": 0,
        "unexamined": 0,
        "share": {"covered": 1, "of": 2, "percent": percent},
    }


def test_everything_else_that_a_client_received_is_shown() -> None:
    document = coverage(operation("a", {200: 2}, lost=3, undocumented=503), situation=last_page("a"))

    assert coverage_lines(document)[1] == "a                 6  200 (2) 503 (1, undocumented) lost (3)"


def test_operations_without_requests_and_their_situations_are_left_out() -> None:
    document = coverage(operation("a", {200: 1}), operation("b", {200: 0}), situation=last_page("b"))

    assert coverage_lines(document) == [
        "operation  requests  responses met  never met",
        "a                 1  200 (1)",
        "",
        "situation  met  well  findings",
        "",
        "covered: 1 of 2 responses and situations, 50 %",
    ]


def test_a_situation_that_was_met_but_never_handled_well_is_named() -> None:
    document = coverage(operation("a", {200: 1}), situation=last_page("a", met=10, findings=2))

    assert coverage_lines(document)[3:6] == [
        "situation  met  well  findings",
        "last-page   10     0         2",
        "",
    ]
    assert "last-page: never handled well" in coverage_lines(document)


def test_requests_of_no_operation_and_dropped_exchanges_are_counted() -> None:
    document = coverage(operation("a", {200: 1}), situation=last_page("a", met=1, well=1))
    document.update(withoutOperation=4, unexamined=5)

    assert coverage_lines(document)[-3:-1] == [
        "requests of no operation: 4",
        "exchanges that journals dropped, whose situations are not known: 5",
    ]


def test_without_requests_of_an_operation_there_is_no_table() -> None:
    document = coverage(operation("a", {200: 0}), situation=last_page("a"), percent=None)
    document["withoutOperation"] = 1

    assert coverage_lines(document) == ["no operation was requested", "requests of no operation: 1"]
