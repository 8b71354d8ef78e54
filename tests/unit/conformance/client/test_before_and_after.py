"""The reads before and after a write: they are found where the difference of two snapshots is the violation."""

import json
from dataclasses import replace

import pytest

from conformance.client.before_and_after import reads_around
from conformance.client.reproduction import with_reproduction_steps
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation

AUDIENCES = "http://target/v1/accounts/g1/audiences"


def exchange(number: int, method: str, path: str = "", data: object = None, key: str = "k") -> Exchange:
    content = json.dumps({"data": data, "traceId": f"t{number}"}).encode()
    headers = (("Authorization", f"Bearer {key}"),)
    return Exchange(number, method, f"{AUDIENCES}{path}", headers, None, 200, None, (), content, 5.0)


def violation(*exchanges: Exchange, expected: str = "still a") -> Violation:
    return Violation("AUD-DELETE-ONLY", expected, "b", exchanges)


OLDEST, BEFORE = exchange(1, "GET", "/1", "oldest"), exchange(2, "GET", "/1", "a")
WRITE = exchange(5, "DELETE", "/2")
AFTER = exchange(8, "GET", "/1", "b")


def test_a_read_after_the_write_has_the_last_read_before_it() -> None:
    assert reads_around(violation(WRITE, AFTER), [OLDEST, BEFORE, WRITE, AFTER]) == ((BEFORE, AFTER),)


def test_a_read_by_another_key_is_no_read_before() -> None:
    foreign = exchange(3, "GET", "/1", "a", key="other")

    assert reads_around(violation(WRITE, AFTER), [foreign, WRITE, AFTER]) == ()
    assert reads_around(violation(WRITE, AFTER), [BEFORE, foreign, WRITE, AFTER]) == ((BEFORE, AFTER),)


def test_a_violation_without_reads_has_those_that_come_out_otherwise() -> None:
    same = exchange(3, "GET", "/3", "same"), exchange(7, "GET", "/3", "same")
    early = exchange(6, "GET", "/1", "not yet")
    next_write, later = exchange(9, "PATCH", "/3"), exchange(10, "GET", "/1", "later")
    elsewhere = replace(next_write, number=6, url=AUDIENCES.replace("g1", "g2"))
    run = [OLDEST, BEFORE, same[0], WRITE, elsewhere, early, same[1], AFTER, next_write, later]

    assert reads_around(violation(WRITE, expected="the other items in their order"), run) == ((BEFORE, AFTER),)


@pytest.mark.parametrize(
    "found",
    [
        violation(WRITE, AFTER, expected="404"),
        violation(BEFORE, AFTER),
        violation(WRITE, exchange(6, "DELETE", "/1"), AFTER),
        violation(WRITE, AFTER, exchange(9, "GET", "/9")),
    ],
)
def test_any_other_violation_has_no_such_reads(found: Violation) -> None:
    assert reads_around(found, [BEFORE, WRITE, AFTER]) == ()


def test_the_steps_contain_the_read_before() -> None:
    observed = {"AUD-DELETE-ONLY": Observations(1, (violation(WRITE, AFTER),))}

    whole = with_reproduction_steps(observed, [OLDEST, BEFORE, WRITE, AFTER], whole=True)

    (complete,) = whole["AUD-DELETE-ONLY"].violations
    assert complete.repetition is not None
    assert complete.repetition.steps == (BEFORE, WRITE, AFTER)
    assert complete.repetition.own == {2, 5, 8}
    assert complete.repetition.pairs == ((2, 8),)
