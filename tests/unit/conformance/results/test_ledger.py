from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from conformance.results.ledger import Ledger
from conformance.results.observations import Observations
from conformance.results.violation import Violation, ViolationError

VIOLATION = Violation("AUD-DELETE-GUARD", "409", "200", ())


def observed(ledger: Ledger) -> Observations:
    return ledger.observations("AUD-DELETE-GUARD", selected=True)


def test_an_unknown_requirement_has_no_observations() -> None:
    ledger = Ledger()

    assert not ledger.was_checked("AUD-DELETE-GUARD")
    assert observed(ledger) == Observations()


def test_passed_and_failed_checks_are_counted() -> None:
    ledger = Ledger()

    ledger.failed(VIOLATION)
    ledger.passed("AUD-DELETE-GUARD")
    ledger.expect("AUD-DELETE-GUARD", "409", "409", (), holds=True)

    assert ledger.was_checked("AUD-DELETE-GUARD")
    assert observed(ledger) == Observations(3, (VIOLATION,))


def test_a_requirement_that_does_not_hold_is_recorded_and_raised() -> None:
    ledger = Ledger()

    with pytest.raises(ViolationError, match="AUD-DELETE-GUARD: expected 409; actual 200") as caught:
        ledger.expect("AUD-DELETE-GUARD", "409", "200", (), holds=False)

    assert caught.value.violation == VIOLATION
    assert observed(ledger) == Observations(1, (VIOLATION,))


def test_a_violation_bears_the_name_of_the_running_check() -> None:
    ledger = Ledger()

    ledger.check = "check_guard[queued]"
    ledger.failed(VIOLATION)
    ledger.check = "check_other"
    ledger.failed(replace(VIOLATION, check="check_random_traces"))

    assert [violation.check for violation in observed(ledger).violations] == [
        "check_guard[queued]",
        "check_random_traces",
    ]


def test_errors_and_obstacles_are_no_checks() -> None:
    ledger = Ledger()

    ledger.errored(["AUD-DELETE-GUARD"], "KeyError")
    ledger.blocked(["AUD-DELETE-GUARD", "AUD-DELETE-GONE"], "no such state")

    assert not ledger.was_checked("AUD-DELETE-GUARD")
    assert observed(ledger) == Observations(errors=("KeyError",), blocked_by=("no such state",))
    assert not ledger.observations("AUD-DELETE-GONE", selected=False).selected


def test_no_violation_of_a_concurrent_request_is_lost() -> None:
    ledger = Ledger()

    with ThreadPoolExecutor(8) as pool:
        for _ in range(400):
            pool.submit(ledger.failed, VIOLATION)
            pool.submit(ledger.passed, VIOLATION.requirement_id)

    assert observed(ledger) == Observations(800, (VIOLATION,) * 400)
