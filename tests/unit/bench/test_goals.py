"""The goals of the benchmark: those whose targets were measured, met or not."""

import pytest

from tests.bench.figures import Figures, Run
from tests.bench.goals import Goal, goals
from tests.bench.listing import Listing
from tests.harness.bench_figures import FOOTPRINT, figures, load, samples


def found(measured: Figures) -> dict[str, tuple[float, bool]]:
    """Figure and verdict of each goal."""
    return {goal.text: (round(goal.figure, 3), goal.met) for goal in goals(measured)}


def test_nothing_measured_leaves_no_goal() -> None:
    assert goals(Figures(Run())) == []


def test_memory_with_its_journal_has_to_reach_nine_tenths_of_bare_and_twice_its_p99() -> None:
    measured = figures({"bare": [load(1000, p99=0.002)], "ours": [load(890, p99=0.004)], "stock": [load(100)]})

    assert found(measured) == {
        "200, beside bare Starlette at 16 and 64 connections": (0.89, False),
        "p99 of 200, beside bare Starlette at 64 connections": (2.0, True),
    }


def test_throughput_counts_by_the_worse_of_many_connections_and_not_by_one() -> None:
    slow, fast = {"bare": [load(1000)], "ours": [load(100)]}, {"bare": [load(1000)], "ours": [load(950)]}
    worse = {"bare": [load(1000)], "ours": [load(920)]}
    measured = Figures(
        Run(
            [
                *samples(slow, connections=(1,)),
                *samples(fast, connections=(16,)),
                *samples(worse, connections=(64,)),
            ]
        )
    )

    assert found(measured)["200, beside bare Starlette at 16 and 64 connections"] == (0.92, True)


def test_a_run_with_one_connection_counts_by_that() -> None:
    measured = Figures(Run(samples({"bare": [load(1000)], "ours": [load(950)]}, connections=(1,))))

    assert found(measured)["200, beside bare Starlette at 1 connections"] == (0.95, True)


def test_refusals_are_held_against_our_own_deletions() -> None:
    ours = {"ours": [load(1000)]}
    measured = Figures(Run([*samples(ours), *samples({"ours": [load(850)]}, path="409")]))

    assert found(measured) == {"409, beside our 200 at 16 and 64 connections": (0.85, False)}


@pytest.mark.parametrize("name", ["openapi-backend", "prism"])
def test_ours_has_to_be_ahead_of_a_peer_and_below_its_p99(name: str) -> None:
    measured = figures({"ours": [load(1000, p99=0.003)], name: [load(500, p99=0.002)]})

    assert found(measured) == {
        f"200, beside {name} at 16 and 64 connections": (2.0, True),
        f"p99 of 200, beside {name} at 64 connections": (1.5, False),
    }


def test_databases_are_held_against_bare_and_three_workers_against_one() -> None:
    measured = figures(
        {
            "bare": [load(1000)],
            "sqlite": [load(240)],
            "sqlite x3": [load(300)],
            "postgresql": [load(150)],
            "postgresql x3": [load(180)],
        }
    )

    assert found(measured) == {
        "200 on sqlite, beside bare Starlette at 16 and 64 connections": (0.24, False),
        "200 on postgresql, beside bare Starlette at 16 and 64 connections": (0.15, True),
        "200 on postgresql, 3 workers beside one at 16 and 64 connections": (1.2, True),
    }


def test_a_list_of_many_may_cost_a_fifth_more_on_every_store() -> None:
    lists = {"ours": [Listing(load(1000), load(900))], "sqlite": [Listing(load(1000), load(500))]}

    assert found(Figures(Run(listings=lists))) == {
        "list of 50 out of 100,000 audiences on memory, beside out of few, in time": (1.111, True),
        "list of 50 out of 100,000 audiences on sqlite, beside out of few, in time": (2.0, False),
    }


def test_start_and_memory_are_held_against_their_limits() -> None:
    assert found(Figures(Run(footprint=FOOTPRINT))) == {
        "start to first answer, beside bare Starlette": (3.1, True),
        "resident memory in MB, the larger of both": (66.0, True),
    }


def test_a_figure_by_cpu_stands_beside_the_one_by_time_and_decides_nothing() -> None:
    measured = figures({"bare": [load(1000, cpu={"server": 1.0})], "ours": [load(500, cpu={"server": 0.5})]})

    first = goals(measured)[0]

    assert first == Goal(first.text, 0.5, 0.9, at_least=True, by_cpu=1.0)
    assert not first.met
