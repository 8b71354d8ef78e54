import json
from dataclasses import replace

from conformance.client.reproduction import with_reproduction_steps
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation

GROUP = "http://t/v1/accounts/g1"


def exchange(  # noqa: PLR0913  (an exchange has that many sides)
    number: int, method: str, path: str, status: int = 200, *, data: object = None, body: object = None
) -> Exchange:
    sent = None if body is None else json.dumps(body).encode()
    answer = json.dumps({"data": data}).encode()
    return Exchange(number, method, f"{GROUP}/{path}", (), sent, status, None, (), answer, 1.0)


def numbers(before: list[Exchange], *evidence: Exchange) -> list[int]:
    finding = Violation("AUD-GET-CURRENT", "this", "that", evidence)
    seen = with_reproduction_steps({"AUD-GET-CURRENT": Observations(3, (finding,))}, [*before, *evidence])[
        "AUD-GET-CURRENT"
    ]
    assert (seen.check_count, len(seen.violations)) == (3, 1)
    return [one.number for one in seen.violations[0].exchanges]


MADE = exchange(1, "POST", "audiences", 201, data={"id": "a1"})
FOLDER = exchange(2, "POST", "audiences/folders", 201, data={"id": "f1"})
MOVED = exchange(3, "POST", "audiences/a1/move-to-folder", data={"id": "a1"}, body={"folderId": "f1"})


def test_a_violation_begins_with_the_requests_that_created_and_changed_its_audience() -> None:
    other = exchange(4, "POST", "audiences", 201, data={"id": "a2"})

    assert numbers([MADE, FOLDER, MOVED, other], exchange(5, "GET", "audiences/a1")) == [1, 3, 5]


def test_a_folder_in_a_body_is_created_first() -> None:
    refused = exchange(5, "POST", "audiences/a1/move-to-folder", 404, body={"folderId": "f1"})

    assert numbers([MADE, FOLDER], refused) == [1, 2, 5]


def test_a_job_and_a_deletion_belong_to_what_they_name() -> None:
    started = exchange(1, "POST", "prospecting", 202, data={"jobId": "j1"})
    made = replace(MADE, number=2)
    deleted = exchange(3, "DELETE", "audiences/a1", data={"deleted": True})

    assert numbers([started], exchange(4, "GET", "prospecting/j1")) == [1, 4]
    assert numbers([made, deleted], exchange(4, "GET", "audiences/a1")) == [2, 3, 4]


def test_readings_refusals_and_what_came_later_are_left_out() -> None:
    read = exchange(2, "GET", "audiences/a1", data={"id": "a1"})
    refused = exchange(3, "DELETE", "audiences/a1", 409)
    evidence = exchange(4, "GET", "audiences/a1"), exchange(6, "GET", "audiences/a1")
    between = exchange(5, "PATCH", "audiences/a1", data={"id": "a1"})

    assert numbers([MADE, read, refused, between], *evidence) == [1, 4, 6]


def test_of_many_changes_the_first_and_the_last_are_shown() -> None:
    changes = [exchange(number, "PATCH", "audiences/a1", data={"id": "a1"}) for number in range(2, 12)]

    assert numbers([MADE, *changes], exchange(20, "GET", "audiences/a1")) == [1, 2, 3, 9, 10, 11, 20]


def test_an_identifier_is_known_again_in_its_percent_encoding() -> None:
    made = exchange(1, "POST", "audiences", 201, data={"id": "a/ 1"})

    assert numbers([made], exchange(2, "GET", "audiences/a%2F%201")) == [1, 2]


def test_a_body_that_is_no_object_names_nothing() -> None:
    for body in ([], "a1", None):
        assert numbers([MADE], exchange(2, "POST", "audiences", 201, body=body)) == [2]
    broken = replace(exchange(2, "POST", "audiences", 400), request_body=b"{\xff")
    assert numbers([MADE], broken) == [2]


def test_a_finding_without_a_request_stays_as_it_is() -> None:
    assert numbers([MADE]) == []
