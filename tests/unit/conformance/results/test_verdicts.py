from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from conformance.catalogue.requirements import Level
from conformance.results.verdicts import (
    Exchange,
    Observations,
    RequirementResult,
    RunVerdict,
    Verdict,
    Violation,
    counts,
    decide,
    merge_observations,
    run_verdict,
)

EXCHANGE = Exchange(1, "GET", "http://target/v1/accounts", (), None, 200, None, (), b"{}", 1.0)
FINDING = Violation("AUD-DELETE-GUARD", "409", "200", (EXCHANGE,))


@dataclass(frozen=True)
class Row:
    id: str = "AUD-DELETE-GUARD"
    level: Level = Level.MUST
    text: str = "Protected audiences return 409."
    source: str = "https://vendor/docs"
    profile: str = "delete"
    conditional: bool = False


def decided(verdict: Verdict, level: Level = Level.MUST, *, selected: bool = True) -> RequirementResult:
    return RequirementResult(
        "AUD-DELETE-GUARD", level, "text", "source", "delete", verdict, "reason", selected=selected
    )


PASSED = decided(Verdict.PASS)


def test_what_was_checked_and_never_violated_passes() -> None:
    verdict = decide(Row(), Observations(check_count=90))

    assert (verdict.verdict, verdict.reason, verdict.check_count) == (Verdict.PASS, "checked 90 times", 90)


def test_what_the_catalogue_says_is_kept() -> None:
    row = Row(level=Level.SHOULD, profile="full")

    verdict = decide(row, Observations(check_count=1))

    assert (verdict.id, verdict.level, verdict.profile) == (row.id, row.level, row.profile)
    assert (verdict.text, verdict.source) == (row.text, row.source)


def test_one_violation_fails_though_every_other_check_passed() -> None:
    verdict = decide(Row(), Observations(check_count=90, violations=(FINDING,)))

    assert verdict.verdict is Verdict.FAIL
    assert verdict.reason == "expected 409; came back 200 (in 1 of 90 checks)"
    assert verdict.violations == (FINDING,)


def test_a_violation_is_a_fail_though_another_check_broke() -> None:
    observed = Observations(check_count=2, violations=(FINDING,), errors=("KeyError in test_guard",))

    assert decide(Row(), observed).verdict is Verdict.FAIL


def test_a_check_that_broke_is_an_error_though_others_passed() -> None:
    verdict = decide(Row(), Observations(check_count=2, errors=("KeyError in test_guard",)))

    assert (verdict.verdict, verdict.reason) == (Verdict.ERROR, "KeyError in test_guard")


def test_what_could_not_be_checked_is_not_run_and_says_why() -> None:
    verdict = decide(Row(), Observations(blocked_by=("'an API key' answers 501",)))

    assert (verdict.verdict, verdict.reason) == (Verdict.NOT_RUN, "'an API key' answers 501")


def test_what_was_never_checked_is_not_run() -> None:
    assert decide(Row(), Observations()).verdict is Verdict.NOT_RUN


def test_a_conditional_requirement_that_never_arose_is_unexercised() -> None:
    assert decide(Row(conditional=True), Observations()).verdict is Verdict.UNEXERCISED


def test_a_conditional_requirement_fails_where_it_arose_and_was_violated() -> None:
    assert decide(Row(conditional=True), Observations(1, (FINDING,))).verdict is Verdict.FAIL


def test_what_passed_only_in_part_says_what_is_missing() -> None:
    verdict = decide(Row(), Observations(check_count=1, blocked_by=("queued answers 501",)))

    assert (verdict.verdict, verdict.reason) == (Verdict.PASS, "checked 1 time; not checked: queued answers 501")


def test_a_listed_failure_is_expected_and_keeps_its_findings() -> None:
    verdict = decide(Row(), Observations(1, (FINDING,)), expected="see #7")

    assert (verdict.verdict, verdict.violations) == (Verdict.EXPECTED, (FINDING,))
    assert verdict.reason.startswith("see #7 (fail: expected 409")


def test_what_is_listed_and_not_run_is_expected() -> None:
    assert decide(Row(), Observations(), expected="no such state here").verdict is Verdict.EXPECTED


def test_what_is_listed_and_passes_is_stale() -> None:
    assert decide(Row(), Observations(check_count=1), expected="see #7").verdict is Verdict.STALE


def test_a_list_excuses_no_fault_of_the_suite() -> None:
    assert decide(Row(), Observations(errors=("KeyError",)), expected="see #7").verdict is Verdict.ERROR


def test_what_is_listed_and_never_arose_is_not_stale() -> None:
    assert decide(Row(conditional=True), Observations(), expected="see #7").verdict is Verdict.UNEXERCISED


def test_what_was_not_selected_is_neither_expected_nor_stale() -> None:
    verdict = decide(Row(), Observations(selected=False), expected="see #7")

    assert (verdict.verdict, verdict.reason, verdict.selected) == (Verdict.NOT_RUN, "not selected", False)


def test_the_shortest_finding_comes_first_and_one_without_an_exchange_last() -> None:
    long, bare = replace(FINDING, exchanges=(EXCHANGE, EXCHANGE)), replace(FINDING, exchanges=())

    assert decide(Row(), Observations(3, (long, bare, FINDING))).violations == (FINDING, long, bare)


def test_what_several_checks_saw_is_added_up() -> None:
    first = Observations(2, (FINDING,), ("fault",), ("obstacle",))
    second = Observations(3, (FINDING,), ("fault",), ("another",))

    assert merge_observations([first, second]) == Observations(
        5, (FINDING, FINDING), ("fault",), ("obstacle", "another")
    )


def test_a_requirement_that_no_check_met_was_not_selected() -> None:
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


@pytest.mark.parametrize(("expected", "one"), PRECEDENCE)
def test_one_requirement_decides_the_outcome(expected: RunVerdict, one: RequirementResult) -> None:
    assert run_verdict([PASSED, one]) is expected


@pytest.mark.parametrize(("first", "second"), [*combinations(PRECEDENCE, 2)])
def test_the_outcome_that_comes_first_is_taken(
    first: tuple[RunVerdict, RequirementResult], second: tuple[RunVerdict, RequirementResult]
) -> None:
    assert run_verdict([PASSED, second[1], first[1]]) is first[0]


@pytest.mark.parametrize(
    ("one", "status"),
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
def test_an_outcome_has_its_exit_status(one: RunVerdict, status: int) -> None:
    assert one.exit_status == status


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.NOT_RUN])
@pytest.mark.parametrize("level", [Level.SHOULD, Level.MAY])
def test_what_is_no_must_is_only_a_warning(verdict: Verdict, level: Level) -> None:
    assert run_verdict([PASSED, decided(verdict, level)]) is RunVerdict.CONFORMANT


@pytest.mark.parametrize(
    ("verdict", "expected"), [(Verdict.FAIL, RunVerdict.NONCONFORMANT), (Verdict.NOT_RUN, RunVerdict.INCONCLUSIVE)]
)
def test_strict_counts_should_as_must(verdict: Verdict, expected: RunVerdict) -> None:
    assert run_verdict([PASSED, decided(verdict, Level.SHOULD)], strict=True) is expected


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.NOT_RUN])
def test_even_strict_demands_no_may(verdict: Verdict) -> None:
    assert run_verdict([PASSED, decided(verdict, Level.MAY)], strict=True) is RunVerdict.CONFORMANT


@pytest.mark.parametrize("level", Level)
def test_a_stale_entry_counts_at_every_level(level: Level) -> None:
    assert run_verdict([PASSED, decided(Verdict.STALE, level)]) is RunVerdict.STALE


@pytest.mark.parametrize("level", Level)
def test_a_fault_of_the_suite_counts_at_every_level(level: Level) -> None:
    assert run_verdict([PASSED, decided(Verdict.ERROR, level)]) is RunVerdict.ERROR


def test_what_never_arose_blocks_nothing() -> None:
    assert run_verdict([PASSED, decided(Verdict.UNEXERCISED)]) is RunVerdict.CONFORMANT


def test_a_selection_is_partial_though_it_selects_everything() -> None:
    assert run_verdict([PASSED], selection=True) is RunVerdict.PARTIAL


def test_a_selection_without_what_it_needs_is_inconclusive() -> None:
    assert run_verdict([PASSED, decided(Verdict.NOT_RUN)], selection=True) is RunVerdict.INCONCLUSIVE


@pytest.mark.parametrize("nothing", [[], [decided(Verdict.NOT_RUN, selected=False)]])
def test_nothing_selected_is_not_conformance(nothing: list[RequirementResult]) -> None:
    assert run_verdict(nothing) is RunVerdict.INCONCLUSIVE


def test_every_verdict_is_counted_zeros_included() -> None:
    counted = counts([PASSED, PASSED, decided(Verdict.FAIL)])

    assert counted == {**dict.fromkeys(Verdict, 0), Verdict.PASS: 2, Verdict.FAIL: 1}
