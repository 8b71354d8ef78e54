from dataclasses import replace
from itertools import combinations

import pytest

from conformance.catalogue.requirements import Level
from conformance.results.exchange import Exchange
from conformance.results.expected_failures import ExpectedFailure
from conformance.results.observations import Observations, merge_observations
from conformance.results.verdicts import RequirementResult, RunVerdict, Verdict, counts, decide, run_verdict
from conformance.results.violation import Violation
from tests.harness.sample_report import requirement_row

EXCHANGE = Exchange(1, "GET", "http://target/v1/accounts", (), None, 200, None, (), b"{}", 1.0)
VIOLATION = Violation("AUD-DELETE-GUARD", "409", "200", (EXCHANGE,))

LISTED = (ExpectedFailure("AUD-DELETE-GUARD", "see #7", "line 1"),)


def decided(verdict: Verdict, level: Level = Level.MUST, *, selected: bool = True) -> RequirementResult:
    return RequirementResult(requirement_row(level=level), Observations(selected=selected), verdict, "reason")


ROW = requirement_row()
CONDITIONAL = requirement_row(conditional=True)
PASSED = decided(Verdict.PASS)


def test_a_requirement_that_was_checked_and_never_violated_passes() -> None:
    result = decide(ROW, Observations(check_count=90))

    assert (result.verdict, result.reason, result.observations.check_count) == (Verdict.PASS, "checked 90 times", 90)


def test_a_result_keeps_the_row_of_the_catalogue() -> None:
    assert decide(ROW, Observations(check_count=1)).requirement is ROW


def test_a_single_violation_fails_though_every_other_check_passed() -> None:
    result = decide(ROW, Observations(check_count=90, violations=(VIOLATION,)))

    assert result.verdict is Verdict.FAIL
    assert result.reason == "expected 409; actual 200 (in 1 of 90 checks)"
    assert result.observations.violations == (VIOLATION,)


def test_a_violation_is_a_fail_though_another_check_broke() -> None:
    observed = Observations(check_count=2, violations=(VIOLATION,), errors=("KeyError in test_guard",))

    assert decide(ROW, observed).verdict is Verdict.FAIL


def test_a_check_that_broke_is_an_error_though_others_passed() -> None:
    result = decide(ROW, Observations(check_count=2, errors=("KeyError in test_guard",)))

    assert (result.verdict, result.reason) == (Verdict.ERROR, "KeyError in test_guard")


def test_a_page_that_was_not_run_blocks_nothing_and_accuses_nobody() -> None:
    result = decide(ROW, Observations(3, violations=(VIOLATION,)), page_not_run="no such method")

    assert (result.verdict, result.reason) == (Verdict.NOT_RUN, "no such method")
    assert result.observations.violations == ()
    assert run_verdict([PASSED, result]) is RunVerdict.CONFORMANT
    assert run_verdict([PASSED, result], strict=True) is RunVerdict.CONFORMANT


def test_a_blocked_requirement_is_not_run_and_has_the_reason() -> None:
    result = decide(ROW, Observations(blocked_by=("'an API key' answers 501",)))

    assert (result.verdict, result.reason) == (Verdict.NOT_RUN, "'an API key' answers 501")


def test_a_requirement_without_any_check_is_not_run() -> None:
    assert decide(ROW, Observations()).verdict is Verdict.NOT_RUN


def test_a_conditional_requirement_that_never_arose_is_unexercised() -> None:
    assert decide(CONDITIONAL, Observations()).verdict is Verdict.UNEXERCISED


def test_a_conditional_requirement_fails_where_it_arose_and_was_violated() -> None:
    assert decide(CONDITIONAL, Observations(1, (VIOLATION,))).verdict is Verdict.FAIL


def test_a_pass_in_part_names_the_missing_part() -> None:
    result = decide(ROW, Observations(check_count=1, blocked_by=("queued answers 501",)))

    assert (result.verdict, result.reason) == (Verdict.PASS, "checked 1 time; not checked: queued answers 501")


def test_a_listed_failure_is_expected_and_keeps_its_violations() -> None:
    result = decide(ROW, Observations(1, (VIOLATION,)), expected=LISTED)

    assert (result.verdict, result.observations.violations) == (Verdict.EXPECTED, (VIOLATION,))
    assert result.reason.startswith("see #7 (fail: expected 409")


def test_a_listed_requirement_that_was_not_run_is_expected() -> None:
    assert decide(ROW, Observations(), expected=LISTED).verdict is Verdict.EXPECTED


def test_a_listed_requirement_that_passes_is_stale() -> None:
    assert decide(ROW, Observations(check_count=1), expected=LISTED).verdict is Verdict.STALE


def test_an_entry_of_a_check_excuses_the_violations_of_no_other_check() -> None:
    queued, running = (replace(VIOLATION, check=f"check_guard[{status}]") for status in ("queued", "running"))
    entry = ExpectedFailure("AUD-DELETE-GUARD", "see #7", "entry 1", check="check_guard[queued]")

    one = decide(ROW, Observations(2, (queued,)), [entry])
    both = decide(ROW, Observations(2, (queued, running)), [entry])

    assert (one.verdict, one.observations.violations) == (Verdict.EXPECTED, (queued,))
    assert (both.verdict, both.observations.violations) == (Verdict.FAIL, (running,))
    assert both.reason == "expected 409; actual 200 (in 1 of 2 checks); 1 more are expected failures"


def test_several_entries_excuse_together() -> None:
    queued, running = (replace(VIOLATION, check=f"check_guard[{status}]") for status in ("queued", "running"))
    entries = [ExpectedFailure("AUD-DELETE-GUARD", f"{one.check} #7", "", check=one.check) for one in (queued, running)]

    result = decide(ROW, Observations(2, (queued, running)), entries)

    assert result.verdict is Verdict.EXPECTED
    assert result.reason.startswith("check_guard[queued] #7; check_guard[running] #7 (fail: expected 409")


def test_an_entry_of_a_check_excuses_no_requirement_that_was_not_run() -> None:
    entry = ExpectedFailure("AUD-DELETE-GUARD", "see #7", "entry 1", check="check_guard")

    assert decide(ROW, Observations(), [entry]).verdict is Verdict.NOT_RUN
    assert decide(ROW, Observations(1), [entry]).verdict is Verdict.STALE


def test_a_list_excuses_no_error_of_the_suite() -> None:
    assert decide(ROW, Observations(errors=("KeyError",)), expected=LISTED).verdict is Verdict.ERROR


def test_a_listed_requirement_that_never_arose_is_not_stale() -> None:
    assert decide(CONDITIONAL, Observations(), expected=LISTED).verdict is Verdict.UNEXERCISED


def test_an_unselected_requirement_is_neither_expected_nor_stale() -> None:
    result = decide(ROW, Observations(selected=False), expected=LISTED)

    assert (result.verdict, result.reason, result.observations.selected) == (Verdict.NOT_RUN, "not selected", False)


def test_the_shortest_violation_comes_first_and_the_unproved_last() -> None:
    long, bare = replace(VIOLATION, exchanges=(EXCHANGE, EXCHANGE)), replace(VIOLATION, exchanges=())

    assert decide(ROW, Observations(3, (long, bare, VIOLATION))).observations.violations == (VIOLATION, long, bare)


def test_the_requests_that_set_a_violation_up_do_not_count_as_its_length() -> None:
    prepared = Violation("AUD-DELETE-GUARD", "409", "200", (EXCHANGE,) * 5, own=frozenset({1}))
    own = Violation("AUD-DELETE-GUARD", "409", "200", (EXCHANGE,) * 3, own=frozenset({1, 2, 3}))

    assert decide(ROW, Observations(2, (own, prepared))).observations.violations == (prepared, own)


def test_the_observations_of_several_checks_are_added_up() -> None:
    first = Observations(2, (VIOLATION,), ("fault",), ("obstacle",))
    second = Observations(3, (VIOLATION,), ("fault",), ("another",))

    assert merge_observations([first, second]) == Observations(
        5, (VIOLATION, VIOLATION), ("fault",), ("obstacle", "another")
    )


def test_a_requirement_without_observations_was_not_selected() -> None:
    assert not merge_observations([]).selected


def test_a_requirement_is_selected_if_one_of_its_checks_is() -> None:
    assert merge_observations([Observations(selected=False), Observations(1)]).selected


PRECEDENCE = [
    (RunVerdict.NONCONFORMANT, decided(Verdict.FAIL)),
    (RunVerdict.ERROR, decided(Verdict.ERROR)),
    (RunVerdict.STALE, decided(Verdict.STALE)),
    (RunVerdict.INCONCLUSIVE, decided(Verdict.NOT_RUN)),
    (RunVerdict.PARTIAL, decided(Verdict.NOT_RUN, selected=False)),
    (RunVerdict.CONFORMANT_EXCEPT, decided(Verdict.EXPECTED)),
    (RunVerdict.CONFORMANT, PASSED),
]


@pytest.mark.parametrize(("expected", "result"), PRECEDENCE)
def test_a_single_requirement_decides_the_run(expected: RunVerdict, result: RequirementResult) -> None:
    assert run_verdict([PASSED, result]) is expected


@pytest.mark.parametrize(("first", "second"), [*combinations(PRECEDENCE, 2)])
def test_the_first_verdict_that_applies_is_taken(
    first: tuple[RunVerdict, RequirementResult], second: tuple[RunVerdict, RequirementResult]
) -> None:
    assert run_verdict([PASSED, second[1], first[1]]) is first[0]


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (RunVerdict.NONCONFORMANT, 1),
        (RunVerdict.ERROR, 3),
        (RunVerdict.STALE, 1),
        (RunVerdict.INCONCLUSIVE, 1),
        (RunVerdict.PARTIAL, 0),
        (RunVerdict.CONFORMANT_EXCEPT, 0),
        (RunVerdict.CONFORMANT, 0),
    ],
)
def test_a_verdict_has_its_exit_status(verdict: RunVerdict, status: int) -> None:
    assert verdict.exit_status == status


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.NOT_RUN])
@pytest.mark.parametrize("level", [Level.SHOULD, Level.MAY])
def test_a_requirement_below_must_is_only_a_warning(verdict: Verdict, level: Level) -> None:
    assert run_verdict([PASSED, decided(verdict, level)]) is RunVerdict.CONFORMANT


@pytest.mark.parametrize(
    ("verdict", "expected"), [(Verdict.FAIL, RunVerdict.NONCONFORMANT), (Verdict.NOT_RUN, RunVerdict.INCONCLUSIVE)]
)
def test_strict_counts_should_as_must(verdict: Verdict, expected: RunVerdict) -> None:
    assert run_verdict([PASSED, decided(verdict, Level.SHOULD)], strict=True) is expected


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.NOT_RUN])
def test_strict_demands_no_may(verdict: Verdict) -> None:
    assert run_verdict([PASSED, decided(verdict, Level.MAY)], strict=True) is RunVerdict.CONFORMANT


@pytest.mark.parametrize("level", Level)
def test_a_stale_entry_counts_at_every_level(level: Level) -> None:
    assert run_verdict([PASSED, decided(Verdict.STALE, level)]) is RunVerdict.STALE


@pytest.mark.parametrize("level", Level)
def test_an_error_of_the_suite_counts_at_every_level(level: Level) -> None:
    assert run_verdict([PASSED, decided(Verdict.ERROR, level)]) is RunVerdict.ERROR


def test_an_unexercised_requirement_blocks_nothing() -> None:
    assert run_verdict([PASSED, decided(Verdict.UNEXERCISED)]) is RunVerdict.CONFORMANT


def test_a_selection_is_partial_though_it_selects_everything() -> None:
    assert run_verdict([PASSED], selection=True) is RunVerdict.PARTIAL


def test_a_selection_that_could_not_be_checked_is_inconclusive() -> None:
    assert run_verdict([PASSED, decided(Verdict.NOT_RUN)], selection=True) is RunVerdict.INCONCLUSIVE


@pytest.mark.parametrize("nothing", [[], [decided(Verdict.NOT_RUN, selected=False)]])
def test_an_empty_selection_is_not_conformance(nothing: list[RequirementResult]) -> None:
    assert run_verdict(nothing) is RunVerdict.INCONCLUSIVE


def test_every_verdict_is_counted_zeros_included() -> None:
    counted = counts([PASSED, PASSED, decided(Verdict.FAIL)])

    assert counted == {**dict.fromkeys(Verdict, 0), Verdict.PASS: 2, Verdict.FAIL: 1}


def test_a_run_without_a_violation_that_was_cut_short_is_inconclusive() -> None:
    selection = [PASSED, decided(Verdict.PASS, selected=False)]

    assert run_verdict([PASSED], cut_short=True) is RunVerdict.INCONCLUSIVE
    assert run_verdict(selection, selection=True, cut_short=True) is RunVerdict.INCONCLUSIVE
    assert run_verdict([PASSED, decided(Verdict.FAIL)], cut_short=True) is RunVerdict.NONCONFORMANT
