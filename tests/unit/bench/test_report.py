"""The benchmark's report, to read and as JSON."""

import json
from dataclasses import replace

import pytest

from tests.bench.document import document
from tests.bench.figures import Figures, Run
from tests.bench.listing import Listing
from tests.bench.placing import Places
from tests.bench.report import text
from tests.bench.suite import Suite
from tests.harness.bench_figures import FOOTPRINT, OPTIONS, figures, load, samples

ALL = {"bare": [load(10_000)], "ours": [load(9_500)], "stock": [load(1_000)]}


def lines(measured: Figures) -> list[str]:
    """Return the lines of the report, with single blanks."""
    return [" ".join(line.split()) for line in text(measured, OPTIONS).split("\n")]


def test_a_row_has_throughput_ratio_and_cpu_for_each_number_of_connections() -> None:
    shown = lines(figures(ALL))

    assert "200 bare 10,000 - - 10,000 - -" in shown
    assert "200 ours 9,500 0.95 (0.95-0.95) 0.95 9,500 0.95 (0.95-0.95) 0.95" in shown
    assert "200 / stock 9.50 (9.50-9.50) 9.50 9.50 (9.50-9.50) 9.50" in shown


def test_heads_and_rows_of_a_table_have_equal_length() -> None:
    shown = text(figures(ALL), OPTIONS).split("\n")
    first = next(index for index, line in enumerate(shown) if line.startswith("Requests a second"))

    assert len({len(line) for line in shown[first + 1 : first + 5]}) == 1


def test_latency_is_in_milliseconds_with_a_ratio_to_bare() -> None:
    measured = figures({"bare": [load(p99=0.002)], "ours": [load(p99=0.003)]})

    assert "200 ours 2.00 3.00 1.50 (1.50-1.50) 2.00 3.00 1.50 (1.50-1.50)" in lines(measured)


def test_a_path_without_a_measurement_of_bare_has_no_ratio() -> None:
    measured = Figures(Run([*samples(ALL), *samples({"ours": [load(8_000)]}, path="flow")]))

    assert "flow ours 8,000 - - 8,000 - -" in lines(measured)


def test_refusals_are_shown_as_a_ratio_to_deletions() -> None:
    measured = Figures(Run([*samples(ALL), *samples({"ours": [load(9_500)]}, path="404")]))

    assert "404 1.00 (1.00-1.00) 1.00 1.00 (1.00-1.00) 1.00" in lines(measured)


def test_each_process_is_shown_with_its_share_of_a_core() -> None:
    measured = figures({"postgresql": [load(cpu={"server": 0.01, "worker 1": 0.4, "database": 0.5})]})

    assert "postgresql server 1%, worker 1 40%, database 50%, client 30%" in lines(measured)


@pytest.mark.parametrize(("share", "reported"), [(0.5, True), (0.9, False)])
def test_a_busy_machine_is_reported(share: float, reported: bool) -> None:  # noqa: FBT001  (a row of the table)
    shown = text(figures({"bare": [load(cpu={"server": share})]}), OPTIONS)

    assert ("The machine was busy" in shown) is reported


def test_a_low_share_among_several_processes_is_no_sign_of_a_busy_machine() -> None:
    shown = text(figures({"sqlite x3": [load(cpu={"server": 0.0, "worker 1": 0.3})]}), OPTIONS)

    assert "The machine was busy" not in shown


def test_lists_start_memory_and_suite_have_one_line_each() -> None:
    run = Run(
        footprint=FOOTPRINT, listings={"ours": [Listing(load(1100), load(1000))]}, suite=Suite(25.54, "conformant")
    )

    shown = lines(Figures(run))

    assert "Start to first answer: bare 100 ms, ours 310 ms, stock 550 ms; ours 3.10 (3.05-3.15) x bare" in shown
    assert "Resident memory of ours: 61.0 MB started, 66.0 MB after a load" in shown
    assert "List of 50 out of 100,000 audiences, ours: 1.10 (1.10-1.10) x out of 100 in time, by cpu 1.10" in shown
    assert "The conformance suite, full profile, on all cores: 25.5 s, conformant" in shown


def test_goals_say_whether_they_are_met() -> None:
    shown = lines(figures(ALL))

    assert "met 200, beside bare Starlette at 16 and 64 connections: 0.95 (at least 0.9, by cpu 0.95)" in shown
    assert "met p99 of 200, beside bare Starlette at 64 connections: 1.00 (at most 2)" in shown


def test_targets_left_out_are_reported_with_the_reason() -> None:
    assert "Left out: Prism, since npm is not installed." in lines(
        figures(ALL, left_out=["Prism, since npm is not installed"])
    )


def test_chosen_cores_are_reported() -> None:
    chosen = replace(OPTIONS, places=Places((0,), (1,), (0, 1)))

    first = text(figures(ALL), chosen).split("\n")[0]

    assert first == (
        "2 rounds, 0.3 s a measurement, servers on core 0, client on core 1, those with a database on all;"
    )


def test_the_document_has_every_ratio_once_and_is_json() -> None:
    measured = Figures(Run([*samples(ALL), *samples({"ours": [load(9_500)]}, path="404")], footprint=FOOTPRINT))

    parsed = json.loads(json.dumps(document(measured, OPTIONS)))

    named = [(ratio["target"], ratio["path"], ratio["beside"], ratio["besidePath"]) for ratio in parsed["ratios"]]
    assert len(named) == 2 * 3 * len(set(named))
    assert set(named) == {
        ("ours", "200", "bare", "200"),
        ("ours", "200", "stock", "200"),
        ("stock", "200", "bare", "200"),
        ("ours", "404", "ours", "200"),
    }
    assert parsed["memoryMegabytes"] == {"started": 61.0, "loaded": 66.0}
    assert [goal["met"] for goal in parsed["goals"]] == [True, True, True, True, True]
    assert parsed["samples"][0]["load"]["cpu"] == {"server": 0.9}


def test_the_document_of_an_empty_run_is_empty() -> None:
    empty = document(Figures(Run()), OPTIONS)

    assert (empty["ratios"], empty["lists"], empty["suite"], empty["memoryMegabytes"]) == ([], {}, None, None)
