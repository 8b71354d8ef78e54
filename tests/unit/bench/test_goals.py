"""The goals of the benchmark whose targets were measured, met or not."""

import pytest

from tests.bench.figures import Figures, Run
from tests.bench.footprint import Footprint, Memory
from tests.bench.goals import Goal, goals
from tests.bench.listing import Listing
from tests.bench.suite import BROKEN, DELETE, FULL, Suite
from tests.harness.bench_figures import FOOTPRINT, figures, load, samples

BOTH = "at 16 and 64 connections"
STARLETTE = "beside the same checks in Starlette"


def goal_results(measured: Figures) -> dict[str, tuple[float, bool]]:
    """Return figure and verdict of each goal."""
    return {goal.text: (round(goal.figure, 3), goal.met) for goal in goals(measured)}


def on(path: str, loads: dict[str, list[int]]) -> dict[str, tuple[float, bool]]:
    """Return the goals of a path, by the throughputs of each target."""
    by_target = {target: [load(number) for number in numbers] for target, numbers in loads.items()}
    return goal_results(Figures(Run(samples(by_target, path=path))))


def test_a_run_without_measurements_has_no_goals() -> None:
    assert goals(Figures(Run())) == []


def test_deletions_have_goals_for_throughput_and_p99_beside_the_same_checks_in_starlette() -> None:
    measured = figures({"starlette": [load(1000, p99=0.002)], "ours": [load(1240, p99=0.002)], "asgi": [load(100)]})

    assert goal_results(measured) == {
        f"200, {STARLETTE} {BOTH}": (1.24, False),
        f"p99 of 200, {STARLETTE} {BOTH}": (1.0, True),
    }


def test_the_latency_of_deletions_is_judged_by_the_worst_number_of_connections() -> None:
    few = samples({"starlette": [load(p99=0.002)], "ours": [load(p99=0.003)]}, connections=(16,))
    many = samples({"starlette": [load(p99=0.004)], "ours": [load(p99=0.002)]}, connections=(64,))

    assert goal_results(Figures(Run([*few, *many])))[f"p99 of 200, {STARLETTE} {BOTH}"] == (1.5, False)


@pytest.mark.parametrize(
    ("path", "limit"), [("404", 1250), ("409", 1250), ("flow", 1250), ("401", 1500), ("403", 1500)]
)
def test_every_other_path_has_a_goal_for_throughput_alone(path: str, limit: int) -> None:
    text = f"{path}, {STARLETTE} {BOTH}"

    assert on(path, {"starlette": [1000], "ours": [limit]}) == {text: (limit / 1000, True)}
    assert on(path, {"starlette": [1000], "ours": [limit - 1]}) == {text: ((limit - 1) / 1000, False)}


def test_throughput_is_judged_by_the_worst_run_with_many_connections() -> None:
    slow, fast = {"starlette": [load(1000)], "ours": [load(100)]}, {"starlette": [load(1000)], "ours": [load(1500)]}
    worse = {"starlette": [load(1000)], "ours": [load(1300)]}
    measured = Figures(
        Run(
            [
                *samples(slow, connections=(1,)),
                *samples(fast, connections=(16,)),
                *samples(worse, connections=(64,)),
            ]
        )
    )

    assert goal_results(measured)[f"200, {STARLETTE} {BOTH}"] == (1.3, True)


def test_a_run_with_only_one_connection_is_judged_by_it() -> None:
    measured = Figures(Run(samples({"starlette": [load(1000)], "ours": [load(950)]}, connections=(1,))))

    assert goal_results(measured)[f"200, {STARLETTE} at 1 connections"] == (0.95, False)


@pytest.mark.parametrize("path", ["200", "flow", "401"])
def test_our_server_has_a_goal_beside_openapi_backend_with_four_operations(path: str) -> None:
    assert on(path, {"ours": [1300], "openapi-backend-4": [1000]}) == {
        f"{path}, beside openapi-backend-4 {BOTH}": (1.3, True)
    }


@pytest.mark.parametrize("name", ["openapi-backend", "prism", "prism-4", "stock", "asgi"])
def test_other_servers_are_shown_without_a_goal(name: str) -> None:
    assert on("200", {"ours": [1000], name: [2000]}) == {}


def test_the_journal_costs_at_most_a_twentieth() -> None:
    assert on("401", {"ours": [949], "no-journal": [1000]}) == {
        f"401 with the journal, beside without {BOTH}": (0.949, False)
    }


def test_databases_are_compared_with_starlette_and_three_workers_with_one_by_processor_time() -> None:
    measured = figures(
        {
            "starlette": [load(1000)],
            "sqlite": [load(440)],
            "sqlite x3": [load(500)],
            "postgresql": [load(250, cpu={"server": 0.5, "database": 0.5})],
            "postgresql x3": [load(250, cpu={"server": 0.0, "worker 1": 0.4, "database": 0.35})],
        }
    )

    assert goal_results(measured) == {
        f"200 on sqlite, {STARLETTE} in memory {BOTH}": (0.44, False),
        f"200 on postgresql, {STARLETTE} in memory {BOTH}": (0.25, True),
        "200 on postgresql a second of processor, 3 workers beside one": (1.333, True),
    }


def test_a_list_out_of_many_audiences_may_cost_a_fifth_more_on_every_store() -> None:
    lists = {"ours": [Listing(load(1000), load(900))], "sqlite": [Listing(load(1000), load(500))]}

    assert goal_results(Figures(Run(listings=lists))) == {
        "list of 50 out of 100,000 audiences on memory, beside out of few, in time": (1.111, True),
        "list of 50 out of 100,000 audiences on sqlite, beside out of few, in time": (2.0, False),
    }


def test_the_start_is_compared_with_starlette_and_the_late_memory_with_its_limit() -> None:
    assert goal_results(Figures(Run(footprint=FOOTPRINT))) == {
        f"start to first response, {STARLETTE}": (3.1, False),
        "memory in MiB after 1,000,300 requests": (76.5, False),
    }


def test_each_run_of_the_conformance_suite_has_a_limit_of_time() -> None:
    suites = (Suite(FULL, 20.5, "conformant"), Suite(DELETE, 2.5, "conformant"), Suite(BROKEN, 41, "nonconformant"))

    assert goal_results(Figures(Run(suites=suites))) == {
        "the conformance suite, full profile, in seconds": (20.5, False),
        "the conformance suite, profile delete, in seconds": (2.5, True),
        "the conformance suite, full profile, on a target whose lists are none, in seconds": (41, False),
    }


def test_a_relaxed_database_is_compared_with_one_that_waits_for_the_disk() -> None:
    found = goal_results(figures({"sqlite": [load(1000)], "sqlite-relaxed": [load(2100)]}))

    assert found == {"200 on sqlite with relaxed durability, beside full at 16 and 64 connections": (2.1, True)}


def test_a_run_with_few_requests_is_judged_by_the_memory_after_them() -> None:
    footprint = Footprint({"ours": [0.3]}, {"ours": Memory(61, 66, 500)})

    assert goal_results(Figures(Run(footprint=footprint))) == {"memory in MiB after 500 requests": (66.0, True)}


def test_a_figure_by_cpu_is_shown_and_does_not_decide_a_goal() -> None:
    measured = figures({"starlette": [load(1000, cpu={"server": 1.0})], "ours": [load(500, cpu={"server": 0.4})]})

    first = goals(measured)[0]

    assert first == Goal(first.text, 0.5, 1.25, at_least=True, by_cpu=1.25)
    assert not first.met
