"""The settling time, its polls, and its remarks."""

import pytest

from conformance.harness.settling import Settling, poll


@pytest.mark.parametrize("longest", [0.05, 2.0, 5.0])
def test_the_pauses_take_the_settling_time_and_one_more(longest: float) -> None:
    pauses = list(Settling(longest).pauses())

    assert sum(pauses[:-1]) == pytest.approx(longest)
    assert pauses[0] <= 0.02
    assert max(pauses) <= 0.1


def test_a_condition_that_holds_at_once_costs_no_pause() -> None:
    waited: list[float] = []

    assert poll(Settling(), waited.append, lambda: True, "lists") == (True, True)
    assert waited == []


def test_a_condition_that_holds_later_is_noted_with_its_time() -> None:
    settling, waited = Settling(), list[float]()

    assert poll(settling, waited.append, lambda: sum(waited) > 0.5, "lists") == (False, True)
    assert settling.notes()[1:] == [f"lists took up to {sum(waited):.1f} s to settle"]


def test_a_condition_that_never_holds_is_given_up_after_the_settling_time() -> None:
    settling, waited = Settling(1.0), list[float]()

    assert poll(settling, waited.append, lambda: False, "lists") == (False, False)
    assert 1.0 <= sum(waited) < 1.3
    assert len(settling.notes()) == 1


def test_a_list_without_items_is_looked_at_three_times() -> None:
    settling, waited = Settling(), list[float]()

    def look() -> bool:
        settling.unreadable_lists += 2
        return False

    assert poll(settling, waited.append, look, "lists") == (False, False)
    assert settling.unreadable_lists == 6
    assert len(waited) == 2


def test_a_list_that_is_unreadable_now_and_then_has_all_its_time() -> None:
    settling, looks = Settling(1.0), list[int]()

    def look() -> bool:
        looks.append(1)
        settling.unreadable_lists += len(looks) % 3 != 0
        return len(looks) == 10

    assert poll(settling, lambda _: None, look, "lists") == (False, True)


def test_the_remarks_name_the_settling_time() -> None:
    assert Settling(5).notes() == ["the settling time was 5 s (--settle): no page prints a number"]
