import json
from dataclasses import replace

from conformance.client.reproduction import with_reproduction_steps
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation

GROUP = "http://t/v1/accounts/g1"


def exchange(  # noqa: PLR0913  (the parts of an exchange)
    number: int, method: str, path: str, status: int = 200, *, data: object = None, body: object = None
) -> Exchange:
    request_body = None if body is None else json.dumps(body).encode()
    response_body = json.dumps({"data": data}).encode()
    return Exchange(number, method, f"{GROUP}/{path}", (), request_body, status, None, (), response_body, 1.0)


def numbers(before: list[Exchange], *evidence: Exchange) -> list[int]:
    violation = Violation("AUD-GET-CURRENT", "this", "that", evidence)
    observed = {"AUD-GET-CURRENT": Observations(3, (violation,))}
    traced = with_reproduction_steps(observed, [*before, *evidence])["AUD-GET-CURRENT"]
    assert (traced.check_count, len(traced.violations)) == (3, 1)
    assert traced.violations[0].length == len(evidence)
    return [step.number for step in traced.violations[0].exchanges]


CREATED = exchange(1, "POST", "audiences", 201, data={"id": "a1"})
FOLDER = exchange(2, "POST", "audiences/folders", 201, data={"id": "f1"})
MOVED = exchange(3, "POST", "audiences/a1/move-to-folder", data={"id": "a1"}, body={"folderId": "f1"})


def test_a_violation_begins_with_the_requests_that_created_and_changed_its_audience() -> None:
    other = exchange(4, "POST", "audiences", 201, data={"id": "a2"})

    assert numbers([CREATED, FOLDER, MOVED, other], exchange(5, "GET", "audiences/a1")) == [1, 3, 5]


def test_a_folder_in_a_body_is_created_first() -> None:
    refused = exchange(5, "POST", "audiences/a1/move-to-folder", 404, body={"folderId": "f1"})

    assert numbers([CREATED, FOLDER], refused) == [1, 2, 5]


def test_a_job_and_a_deletion_belong_to_their_resources() -> None:
    started = exchange(1, "POST", "prospecting", 202, data={"jobId": "j1"})
    created = replace(CREATED, number=2)
    deleted = exchange(3, "DELETE", "audiences/a1", data={"deleted": True})

    assert numbers([started], exchange(4, "GET", "prospecting/j1")) == [1, 4]
    assert numbers([created, deleted], exchange(4, "GET", "audiences/a1")) == [2, 3, 4]


def test_reads_refusals_and_later_changes_are_left_out() -> None:
    read = exchange(2, "GET", "audiences/a1", data={"id": "a1"})
    refused = exchange(3, "DELETE", "audiences/a1", 409)
    evidence = exchange(4, "GET", "audiences/a1"), exchange(6, "GET", "audiences/a1")
    between = exchange(5, "PATCH", "audiences/a1", data={"id": "a1"})

    assert numbers([CREATED, read, refused, between], *evidence) == [1, 4, 6]


def test_the_first_and_the_last_of_many_changes_are_shown() -> None:
    changes = [exchange(number, "PATCH", "audiences/a1", data={"id": "a1"}) for number in range(2, 12)]

    assert numbers([CREATED, *changes], exchange(20, "GET", "audiences/a1")) == [1, 2, 3, 9, 10, 11, 20]


def test_an_identifier_is_recognized_in_its_percent_encoding() -> None:
    created = exchange(1, "POST", "audiences", 201, data={"id": "a/ 1"})

    assert numbers([created], exchange(2, "GET", "audiences/a%2F%201")) == [1, 2]


def test_a_body_that_is_no_object_names_nothing() -> None:
    for body in ([], "a1", None):
        assert numbers([CREATED], exchange(2, "POST", "audiences", 201, body=body)) == [2]
    broken = replace(exchange(2, "POST", "audiences", 400), request_body=b"{\xff")
    assert numbers([CREATED], broken) == [2]


def test_a_violation_without_a_request_is_unchanged() -> None:
    assert numbers([CREATED]) == []


def test_a_write_that_was_sent_beside_the_violation_is_no_preparation_of_its_script() -> None:
    created = replace(CREATED, started=10.0, elapsed_ms=500)
    before, beside = (exchange(number, "DELETE", "audiences/a1", data={"deleted": True}) for number in (2, 3))
    before, beside = replace(before, started=11.0, elapsed_ms=500), replace(beside, started=12.0, elapsed_ms=500)
    violating = replace(exchange(4, "DELETE", "audiences/a1"), started=12.1, elapsed_ms=500)
    violation = Violation("AUD-DELETE-GUARD", "409", "200", (violating,))
    observed = {"AUD-DELETE-GUARD": Observations(1, (violation,))}

    traced = with_reproduction_steps(observed, [created, before, beside, violating], whole=True)

    repetition = traced["AUD-DELETE-GUARD"].violations[0].repetition
    assert repetition is not None
    assert [step.number for step in repetition.steps] == [1, 2, 4]
