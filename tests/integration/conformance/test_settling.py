"""The settling time of a run: an option, a variable, and a remark of the report."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.harness.suite_command import command
from tests.mutants.server.mutated import served
from tests.mutants.server.variants.wire import ListsLag

CHECK = ("--seed", "1", "--max-examples", "1", "-k", "check_lists_show_what_is_there")


class HalfASecondBehind(ListsLag):
    """A server whose lists show a change half a second later."""

    LAG: ClassVar[float] = 0.5


@pytest.fixture(scope="module")
def target() -> Iterator[tuple[str, ...]]:
    with served(HalfASecondBehind()) as url:
        yield "--base-url", url, "--states-url", f"{url}/_mock/provider-states"


def test_a_list_that_settles_in_time_breaks_no_must_and_its_delay_is_told(target: tuple[str, ...]) -> None:
    run = command("run", *target, *CHECK)

    assert run.returncode == 0, run.stdout
    assert "the settling time was 2 s (--settle)" in run.stdout
    assert "lists took up to 0." in run.stdout


def test_a_list_that_does_not_settle_in_time_is_a_violation(target: tuple[str, ...]) -> None:
    run = command("run", *target, *CHECK, "--settle", "0.1")

    assert run.returncode == 1
    assert "AUD-LIST-COMPLETE" in run.stdout
    assert "the settling time was 0.1 s" in run.stdout


def test_the_settling_time_has_a_variable(target: tuple[str, ...]) -> None:
    run = command("run", *target, *CHECK, AUDIENCE_CONFORMANCE_SETTLE="5")

    assert "the settling time was 5 s" in run.stdout
