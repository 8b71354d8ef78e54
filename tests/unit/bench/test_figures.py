"""The figures that the benchmark computes from its measurements."""

import pytest

from tests.bench.figures import Figures, Ratio, Run, frugality, microseconds, p99, throughput
from tests.bench.listing import Listing
from tests.harness.bench_figures import FOOTPRINT, figures, load

OURS, STARLETTE = ("ours", "200"), ("starlette", "200")


def test_a_ratio_is_the_median_of_the_ratios_of_all_rounds_with_quartiles() -> None:
    measured = figures(
        {"ours": [load(90), load(160), load(70), load(100)], "starlette": [load(100), load(200), load(100), load(100)]}
    )

    ratio = measured.ratio(throughput, OURS, STARLETTE, 16)

    assert ratio == Ratio(pytest.approx(0.85), pytest.approx(0.775), pytest.approx(0.925))


def test_the_ratio_of_a_single_round_is_its_own_median_and_quartiles() -> None:
    assert figures({"ours": [load(90)], "starlette": [load(100)]}).ratio(throughput, OURS, STARLETTE, 64) == Ratio(
        0.9, 0.9, 0.9
    )


def test_frugality_counts_every_serving_process() -> None:
    assert frugality(load(800, cpu={"server": 0.1, "worker 1": 0.3, "database": 0.4})) == pytest.approx(1000)


def test_the_cost_of_a_request_is_the_processor_time_of_every_serving_process() -> None:
    assert microseconds(load(10_000, cpu={"server": 0.3, "database": 0.2})) == pytest.approx(50)


def test_the_share_of_a_process_is_the_median_over_all_rounds() -> None:
    rounds = [load(cpu={"server": share, "database": 0.5}) for share in (0.1, 0.3, 0.2)]

    assert figures({"postgresql": rounds}).shares(("postgresql", "200"), 16) == {
        "server": 0.2,
        "database": 0.5,
        "client": 0.3,
    }


def test_a_start_time_is_compared_within_the_same_round() -> None:
    assert figures({}, footprint=FOOTPRINT).start("ours", "starlette") == Ratio(
        pytest.approx(3.1), pytest.approx(3.05), pytest.approx(3.15)
    )


@pytest.mark.parametrize("run", [Run(), Run(footprint=FOOTPRINT)])
def test_an_unmeasured_start_time_is_none(run: Run) -> None:
    assert Figures(run).start("ours", "prism") is None


def test_the_cost_of_a_list_is_its_time_with_many_over_few_audiences() -> None:
    measured = figures({}, listings={"ours": [Listing(few=load(1200), many=load(1000))]})

    assert measured.listing(throughput, "ours").median == pytest.approx(1.2)


def test_targets_and_paths_are_in_order_of_measurement() -> None:
    measured = figures({"starlette": [load(), load()], "ours": [load(), load()]})

    assert (measured.targets, measured.paths, measured.connections) == (["starlette", "ours"], ["200"], [16, 64])
    assert measured.has("ours", "200")
    assert not measured.has("ours", "404")
    assert measured.middle(p99, OURS, 16) == 0.004
