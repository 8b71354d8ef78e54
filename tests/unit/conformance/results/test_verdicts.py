from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from conformance.catalogue.requirements import Level
from conformance.results.verdicts import (
    Decided,
    Exchange,
    Finding,
    Observed,
    Outcome,
    Verdict,
    counts,
    decide,
    merged,
    outcome,
)

EXCHANGE = Exchange(1, "GET", "http://target/v1/accounts", (), None, 200, None, (), b"{}", 1.0)
FINDING = Finding("AUD-DELETE-GUARD", "409", "200", (EXCHANGE,))


@dataclass(frozen=True)
class Row:
    id: str = "AUD-DELETE-GUARD"
    level: Level = Level.MUST
    text: str = "Protected audiences return 409."
    source: str = "https://vendor/docs"
    profile: str = "delete"
    conditional: bool = False


def decided(verdict: Verdict, level: Level = Level.MUST, *, selected: bool = True) -> Decided:
    return Decided("AUD-DELETE-GUARD", level, "text", "source", "delete", verdict, "reason", selected=selected)


PASSED = decided(Verdict.PASS)


def test_what_was_checked_and_never_violated_passes() -> None:
    verdict = decide(Row(), Observed(times=90))

    assert (verdict.verdict, verdict.reason, verdict.times) == (Verdict.PASS, "checked 90 times", 90)


def test_what_the_catalogue_says_is_kept() -> None:
    row = Row(level=Level.SHOULD, profile="full")

    verdict = decide(row, Observed(times=1))

    assert (verdict.id, verdict.level, verdict.profile) == (row.id, row.level, row.profile)
    assert (verdict.text, verdict.source) == (row.text, row.source)


def test_one_violation_fails_though_every_other_check_passed() -> None:
    verdict = decide(Row(), Observed(times=90, findings=(FINDING,)))

    assert verdict.verdict is Verdict.FAIL
    assert verdict.reason == "expected 409; came back 200 (in 1 of 90 checks)"
    assert verdict.findings == (FINDING,)


def test_a_violation_is_a_fail_though_another_check_broke() -> None:
    observed = Observed(times=2, findings=(FINDING,), faults=("KeyError in test_guard",))

    assert decide(Row(), observed).verdict is Verdict.FAIL


def test_a_check_that_broke_is_an_error_though_others_passed() -> None:
    verdict = decide(Row(), Observed(times=2, faults=("KeyError in test_guard",)))

    assert (verdict.verdict, verdict.reason) == (Verdict.ERROR, "KeyError in test_guard")


def test_what_could_not_be_checked_is_not_run_and_says_why() -> None:
    verdict = decide(Row(), Observed(obstacles=("'an API key' answers 501",)))

    assert (verdict.verdict, verdict.reason) == (Verdict.NOT_RUN, "'an API key' answers 501")


def test_what_was_never_checked_is_not_run() -> None:
    assert decide(Row(), Observed()).verdict is Verdict.NOT_RUN


def test_a_conditional_requirement_that_never_arose_is_unexercised() -> None:
    assert decide(Row(conditional=True), Observed()).verdict is Verdict.UNEXERCISED


def test_a_conditional_requirement_fails_where_it_arose_and_was_violated() -> None:
    assert decide(Row(conditional=True), Observed(1, (FINDING,))).verdict is Verdict.FAIL


def test_what_passed_only_in_part_says_what_is_missing() -> None:
    verdict = decide(Row(), Observed(times=1, obstacles=("queued answers 501",)))

    assert (verdict.verdict, verdict.reason) == (Verdict.PASS, "checked 1 time; not checked: queued answers 501")


def test_a_listed_failure_is_expected_and_keeps_its_findings() -> None:
    verdict = decide(Row(), Observed(1, (FINDING,)), expected="see #7")

    assert (verdict.verdict, verdict.findings) == (Verdict.EXPECTED, (FINDING,))
    assert verdict.reason.startswith("see #7 (fail: expected 409")


def test_what_is_listed_and_not_run_is_expected() -> None:
    assert decide(Row(), Observed(), expected="no such state here").verdict is Verdict.EXPECTED


def test_what_is_listed_and_passes_is_stale() -> None:
    assert decide(Row(), Observed(times=1), expected="see #7").verdict is Verdict.STALE


def test_a_list_excuses_no_fault_of_the_suite() -> None:
    assert decide(Row(), Observed(faults=("KeyError",)), expected="see #7").verdict is Verdict.ERROR


def test_what_is_listed_and_never_arose_is_not_stale() -> None:
    assert decide(Row(conditional=True), Observed(), expected="see #7").verdict is Verdict.UNEXERCISED


def test_what_was_not_selected_is_neither_expected_nor_stale() -> None:
    verdict = decide(Row(), Observed(selected=False), expected="see #7")

    assert (verdict.verdict, verdict.reason, verdict.selected) == (Verdict.NOT_RUN, "not selected", False)


def test_the_shortest_finding_comes_first_and_one_without_an_exchange_last() -> None:
    long, bare = replace(FINDING, exchanges=(EXCHANGE, EXCHANGE)), replace(FINDING, exchanges=())

    assert decide(Row(), Observed(3, (long, bare, FINDING))).findings == (FINDING, long, bare)


def test_what_several_checks_saw_is_added_up() -> None:
    first = Observed(2, (FINDING,), ("fault",), ("obstacle",))
    second = Observed(3, (FINDING,), ("fault",), ("another",))

    assert merged([first, second]) == Observed(5, (FINDING, FINDING), ("fault",), ("obstacle", "another"))


def test_a_requirement_that_no_check_met_was_not_selected() -> None:
    assert not merged([]).selected


def test_a_requirement_is_selected_if_one_of_its_checks_is() -> None:
    assert merged([Observed(selected=False), Observed(1)]).selected


PRECEDENCE = [
    (Outcome.NONCONFORMANT, decided(Verdict.FAIL)),
    (Outcome.ERROR, decided(Verdict.ERROR)),
    (Outcome.STALE, decided(Verdict.STALE)),
    (Outcome.INCONCLUSIVE, decided(Verdict.NOT_RUN)),
    (Outcome.PARTIAL, decided(Verdict.NOT_RUN, selected=False)),
    (Outcome.CONFORMANT_EXCEPT, decided(Verdict.EXPECTED)),
    (Outcome.CONFORMANT, PASSED),
]


@pytest.mark.parametrize(("expected", "one"), PRECEDENCE)
def test_one_requirement_decides_the_outcome(expected: Outcome, one: Decided) -> None:
    assert outcome([PASSED, one]) is expected


@pytest.mark.parametrize(("first", "second"), [*combinations(PRECEDENCE, 2)])
def test_the_outcome_that_comes_first_is_taken(first: tuple[Outcome, Decided], second: tuple[Outcome, Decided]) -> None:
    assert outcome([PASSED, second[1], first[1]]) is first[0]


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (Outcome.NONCONFORMANT, 1),
        (Outcome.ERROR, 3),
        (Outcome.STALE, 1),
        (Outcome.INCONCLUSIVE, 1),
        (Outcome.PARTIAL, 0),
        (Outcome.CONFORMANT_EXCEPT, 0),
        (Outcome.CONFORMANT, 0),
    ],
)
def test_an_outcome_has_its_exit_status(one: Outcome, status: int) -> None:
    assert one.exit_status == status


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.NOT_RUN])
@pytest.mark.parametrize("level", [Level.SHOULD, Level.MAY])
def test_what_is_no_must_is_only_a_warning(verdict: Verdict, level: Level) -> None:
    assert outcome([PASSED, decided(verdict, level)]) is Outcome.CONFORMANT


@pytest.mark.parametrize(
    ("verdict", "expected"), [(Verdict.FAIL, Outcome.NONCONFORMANT), (Verdict.NOT_RUN, Outcome.INCONCLUSIVE)]
)
def test_strict_counts_should_as_must(verdict: Verdict, expected: Outcome) -> None:
    assert outcome([PASSED, decided(verdict, Level.SHOULD)], strict=True) is expected


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.NOT_RUN])
def test_even_strict_demands_no_may(verdict: Verdict) -> None:
    assert outcome([PASSED, decided(verdict, Level.MAY)], strict=True) is Outcome.CONFORMANT


@pytest.mark.parametrize("level", Level)
def test_a_stale_entry_counts_at_every_level(level: Level) -> None:
    assert outcome([PASSED, decided(Verdict.STALE, level)]) is Outcome.STALE


@pytest.mark.parametrize("level", Level)
def test_a_fault_of_the_suite_counts_at_every_level(level: Level) -> None:
    assert outcome([PASSED, decided(Verdict.ERROR, level)]) is Outcome.ERROR


def test_what_never_arose_blocks_nothing() -> None:
    assert outcome([PASSED, decided(Verdict.UNEXERCISED)]) is Outcome.CONFORMANT


def test_a_selection_is_partial_though_it_selects_everything() -> None:
    assert outcome([PASSED], selection=True) is Outcome.PARTIAL


def test_a_selection_without_what_it_needs_is_inconclusive() -> None:
    assert outcome([PASSED, decided(Verdict.NOT_RUN)], selection=True) is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("nothing", [[], [decided(Verdict.NOT_RUN, selected=False)]])
def test_nothing_selected_is_not_conformance(nothing: list[Decided]) -> None:
    assert outcome(nothing) is Outcome.INCONCLUSIVE


def test_every_verdict_is_counted_zeros_included() -> None:
    counted = counts([PASSED, PASSED, decided(Verdict.FAIL)])

    assert counted == {**dict.fromkeys(Verdict, 0), Verdict.PASS: 2, Verdict.FAIL: 1}
