"""The goals of the benchmark whose targets were measured, met or not."""

import pytest

from tests.bench.figures import Figures, Run
from tests.bench.goals import Goal, goals
from tests.bench.listing import Listing
from tests.harness.bench_figures import FOOTPRINT, figures, load, samples


def goal_results(measured: Figures) -> dict[str, tuple[float, bool]]:
    """Return figure and verdict of each goal."""
    return {goal.text: (round(goal.figure, 3), goal.met) for goal in goals(measured)}


def test_a_run_without_measurements_has_no_goals() -> None:
    assert goals(Figures(Run())) == []


def test_the_memory_store_has_goals_for_throughput_and_p99_beside_bare() -> None:
    measured = figures({"bare": [load(1000, p99=0.002)], "ours": [load(890, p99=0.004)], "stock": [load(100)]})

    assert goal_results(measured) == {
        "200, beside bare Starlette at 16 and 64 connections": (0.89, False),
        "p99 of 200, beside bare Starlette at 64 connections": (2.0, True),
    }


def test_throughput_is_judged_by_the_worst_run_with_many_connections() -> None:
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

    assert goal_results(measured)["200, beside bare Starlette at 16 and 64 connections"] == (0.92, True)


def test_a_run_with_only_one_connection_is_judged_by_it() -> None:
    measured = Figures(Run(samples({"bare": [load(1000)], "ours": [load(950)]}, connections=(1,))))

    assert goal_results(measured)["200, beside bare Starlette at 1 connections"] == (0.95, True)


def test_refusals_are_compared_with_deletions_of_the_same_server() -> None:
    ours = {"ours": [load(1000)]}
    measured = Figures(Run([*samples(ours), *samples({"ours": [load(850)]}, path="409")]))

    assert goal_results(measured) == {"409, beside our 200 at 16 and 64 connections": (0.85, False)}


@pytest.mark.parametrize("name", ["openapi-backend", "prism"])
def test_our_server_has_goals_for_throughput_and_p99_beside_a_peer(name: str) -> None:
    measured = figures({"ours": [load(1000, p99=0.003)], name: [load(500, p99=0.002)]})

    assert goal_results(measured) == {
        f"200, beside {name} at 16 and 64 connections": (2.0, True),
        f"p99 of 200, beside {name} at 64 connections": (1.5, False),
    }


def test_databases_are_compared_with_bare_and_three_workers_with_one() -> None:
    measured = figures(
        {
            "bare": [load(1000)],
            "sqlite": [load(240)],
            "sqlite x3": [load(300)],
            "postgresql": [load(150)],
            "postgresql x3": [load(180)],
        }
    )

    assert goal_results(measured) == {
        "200 on sqlite, beside bare Starlette at 16 and 64 connections": (0.24, False),
        "200 on postgresql, beside bare Starlette at 16 and 64 connections": (0.15, True),
        "200 on postgresql, 3 workers beside one at 16 and 64 connections": (1.2, True),
    }


def test_a_list_out_of_many_audiences_may_cost_a_fifth_more_on_every_store() -> None:
    lists = {"ours": [Listing(load(1000), load(900))], "sqlite": [Listing(load(1000), load(500))]}

    assert goal_results(Figures(Run(listings=lists))) == {
        "list of 50 out of 100,000 audiences on memory, beside out of few, in time": (1.111, True),
        "list of 50 out of 100,000 audiences on sqlite, beside out of few, in time": (2.0, False),
    }


def test_start_time_and_memory_are_compared_with_their_limits() -> None:
    assert goal_results(Figures(Run(footprint=FOOTPRINT))) == {
        "start to first answer, beside bare Starlette": (3.1, True),
        "resident memory in MB, the larger of both": (66.0, True),
    }


def test_a_figure_by_cpu_is_shown_and_does_not_decide_a_goal() -> None:
    measured = figures({"bare": [load(1000, cpu={"server": 1.0})], "ours": [load(500, cpu={"server": 0.5})]})

    first = goals(measured)[0]

    assert first == Goal(first.text, 0.5, 0.9, at_least=True, by_cpu=1.0)
    assert not first.met
