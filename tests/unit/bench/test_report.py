"""The benchmark's report for a reader."""

from dataclasses import replace

import pytest

from tests.bench.figures import Figures, Run
from tests.bench.listing import Listing
from tests.bench.placing import Places
from tests.bench.report import text
from tests.bench.suite import FULL, Suite
from tests.harness.bench_figures import FOOTPRINT, OPTIONS, VERSIONS, figures, load, samples

ALL = {"starlette": [load(10_000, p99=0.002)], "ours": [load(9_500, p99=0.003)], "stock": [load(1_000)]}


def lines(measured: Figures) -> list[str]:
    """Return the lines of the report, with single blanks."""
    return [" ".join(line.split()) for line in text(measured, OPTIONS, VERSIONS).split("\n")]


def test_a_row_has_throughput_cost_and_latency_with_ratios_to_starlette() -> None:
    shown = lines(figures(ALL))

    assert shown.count("200 starlette 10,000 - - 90 2.00 2.00 -") == 2
    assert shown.count("200 ours 9,500 0.95 (0.95-0.95) 0.95 95 2.00 3.00 1.50 (1.50-1.50)") == 2
    assert "200 / stock 9.50 (9.50-9.50) 9.50 9.50 (9.50-9.50) 9.50" in shown


def test_each_number_of_connections_has_a_table() -> None:
    heads = [line for line in lines(figures(ALL)) if line.startswith("At ")]

    assert [head.split()[1] for head in heads] == ["16", "64"]


def test_heads_and_rows_of_a_table_have_equal_length() -> None:
    shown = text(figures(ALL), OPTIONS, VERSIONS).split("\n")
    first = next(index for index, line in enumerate(shown) if line.startswith("At 16"))

    assert len({len(line) for line in shown[first + 1 : first + 5]}) == 1


def test_a_path_without_a_measurement_of_starlette_has_no_ratio() -> None:
    measured = Figures(Run([*samples(ALL), *samples({"ours": [load(8_000)]}, path="flow")]))

    assert "flow ours 8,000 - - 112 2.00 4.00 -" in lines(measured)


def test_each_process_is_shown_with_its_share_of_a_core() -> None:
    measured = figures({"postgresql": [load(cpu={"server": 0.01, "worker 1": 0.4, "database": 0.5})]})

    assert "postgresql server 1%, worker 1 40%, database 50%, client 30%" in lines(measured)


@pytest.mark.parametrize(("share", "reported"), [(0.5, True), (0.9, False)])
def test_a_busy_machine_is_reported(share: float, reported: bool) -> None:  # noqa: FBT001  (a row of the table)
    shown = text(figures({"asgi": [load(cpu={"server": share})]}), OPTIONS, VERSIONS)

    assert ("The machine was busy" in shown) is reported


def test_a_low_share_among_several_processes_is_no_sign_of_a_busy_machine() -> None:
    shown = text(figures({"sqlite x3": [load(cpu={"server": 0.0, "worker 1": 0.3})]}), OPTIONS, VERSIONS)

    assert "The machine was busy" not in shown


def test_starts_and_memory_have_a_line_for_each_server() -> None:
    shown = lines(Figures(Run(footprint=FOOTPRINT)))

    assert "starlette 100 ms; 34.0 MiB, 54.0 MiB after 50,100 requests" in shown
    assert (
        "ours 310 ms (3.10 x Starlette); 61.0 MiB, 66.0 MiB after 50,200 requests, 76.5 MiB after 1,000,300"
    ) in shown
    assert "stock 550 ms (5.50 x Starlette)" in shown


def test_lists_and_suite_have_one_line_each() -> None:
    run = Run(listings={"ours": [Listing(load(1100), load(1000))]}, suites=(Suite(FULL, 25.54, "conformant"),))

    shown = lines(Figures(run))

    assert "List of 50 out of 100,000 audiences, ours: 1.10 (1.10-1.10) x out of 100 in time, by cpu 1.10" in shown
    assert "The conformance suite, full profile, on all cores: 25.5 s, conformant" in shown


def test_goals_say_whether_they_are_met() -> None:
    shown = lines(figures({"starlette": [load(10_000)], "ours": [load(9_500)]}))

    where = "beside the same checks in Starlette at 16 and 64 connections"
    assert f"MISSED 200, {where}: 0.95 (at least 1.25, by cpu 0.95)" in shown
    assert f"met p99 of 200, {where}: 1.00 (at most 1)" in shown


def test_the_report_says_what_each_row_is_and_which_versions_ran() -> None:
    shown = lines(figures(ALL, about={"starlette": "the same checks; no journal"}))

    assert "Python 3.11.7, CPU a processor." in shown
    assert "starlette the same checks; no journal" in shown


def test_targets_left_out_are_reported_with_the_reason() -> None:
    assert "Left out: Prism, since npm is not installed." in lines(
        figures(ALL, left_out=["Prism, since npm is not installed"])
    )


def test_chosen_cores_are_reported() -> None:
    chosen = replace(OPTIONS, places=Places((0,), (1,), (0, 1)))

    first = text(figures(ALL), chosen, VERSIONS).split("\n")[0]

    assert first == (
        "2 rounds, 0.3 s a measurement, servers on core 0, client on core 1, those with a database on all."
    )
