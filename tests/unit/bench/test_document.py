"""The benchmark's figures as JSON, and as tables of the page on performance."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench.figures import Figures, Run
from tests.bench.listing import Listing
from tests.bench.page import BEGIN, END, PAGE, figures, main
from tests.bench.requests import PATHS
from tests.bench.stores import STORES
from tests.bench.suite import FULL, Suite
from tests.bench.targets import FROM_NPM, PYTHON
from tests.harness.bench_figures import FOOTPRINT, documented, load, samples

LOADS = {"starlette": [load(1000)], "ours": [load(900)], "no-journal": [load(1200)], "asgi": [load(2000)]}
WHOLE = Figures(
    Run(
        [*samples(LOADS), *samples({"ours": [load(800)]}, path="flow")],
        footprint=FOOTPRINT,
        listings={"ours": [Listing(load(1100), load(1000))]},
        suites=(Suite(FULL, 25.54, "conformant"),),
        left_out=["Prism, since npm is not installed"],
    )
)


def test_the_document_has_a_row_for_each_target_path_and_number_of_connections() -> None:
    parsed = json.loads(json.dumps(documented(WHOLE)))

    places = [(row["target"], row["path"], row["connections"]) for row in parsed["rows"]]
    assert len(places) == len(set(places)) == 10
    ours = next(row for row in parsed["rows"] if row["target"] == "ours")
    assert ours["throughput"] == 900
    assert ours["cpuMicroseconds"] == pytest.approx(1000)
    assert ours["besideYardstick"]["throughput"] == {"median": 0.9, "low": 0.9, "high": 0.9}
    assert parsed["memory"]["ours"]["late"] == 76.5
    assert parsed["samples"][0]["load"]["cpu"] == {"server": 0.9}


def test_the_document_names_its_date_and_versions() -> None:
    parsed = documented(WHOLE)

    assert parsed["date"] == "2026-12-01T15:30+00:00"
    assert parsed["versions"]["Python"] == "3.11.7"


def test_the_document_of_an_empty_run_is_empty() -> None:
    empty = documented(Figures(Run()))

    assert [empty[name] for name in ("rows", "start", "memory", "lists", "suites")] == [[], {}, {}, {}, []]


def test_the_page_has_a_table_for_each_part_of_a_run() -> None:
    shown = figures(documented(WHOLE))

    assert "One run of 2026-12-01 15:30 (UTC): 2 rounds, 0.3 s a measurement.\nPython 3.11.7, CPU a processor." in shown
    assert shown.count("| starlette | 1 (1,000/s) | - | 4.00 | 900 |") == 2
    assert "| **ours** | 0.90 | 800/s | 4.00 | 1000 |" in shown
    assert "| asgi | 2.00 | - | 4.00 | 450 |" in shown
    assert "| **ours** | 0.31 | 3.10 | 61 | 66 after 50,200 requests; 76 after 1,000,300 |" in shown
    assert "| delete, 200 | 0.75 | 0.75 |" in shown
    assert "| **ours** | 1.10 (50 of 100,000, beside 50 of 100) |" in shown
    assert "on our server, on all cores: full profile: 25.5 s, conformant." in shown
    assert "Left out: Prism, since npm is not installed." in shown


@pytest.mark.parametrize(("share", "said"), [(0.5, True), (0.9, False)])
def test_the_page_of_a_busy_machine_says_so(share: float, said: bool) -> None:  # noqa: FBT001  (a row of the table)
    measured = Figures(Run(samples({"ours": [load(cpu={"server": share})]})))

    assert ("The machine was busy with something else" in figures(documented(measured))) is said


def test_the_page_states_the_missed_goals_first() -> None:
    shown = figures(documented(WHOLE))
    verdicts = re.findall(r"\| (\*\*missed\*\*|met) \|$", shown, re.MULTILINE)

    missed = verdicts.count("**missed**")
    assert f"### Goals: {missed} of {len(verdicts)} missed" in shown
    assert verdicts == ["**missed**"] * missed + ["met"] * (len(verdicts) - missed)
    assert missed


def test_the_page_of_an_empty_run_has_no_tables() -> None:
    assert "|" not in figures(documented(Figures(Run())))


def written(page: Path, file: Path) -> tuple[int, str]:
    """Return status and output of the command that writes the page."""
    result = CliRunner().invoke(main, [str(file), "--page", str(page)])
    return result.exit_code, result.output


def test_the_command_replaces_the_figures_alone(tmp_path: Path) -> None:
    page, file = tmp_path / "page.md", tmp_path / "figures.json"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    file.write_text(json.dumps(documented(WHOLE)))

    assert written(page, file) == (0, "")

    text = page.read_text()
    assert text.startswith(f"# Before\n\n{BEGIN}\n\nOne run of ")
    assert text.endswith(f"\n\n{END}\n\nAfter.\n")
    assert "old" not in text


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": []}'])
def test_a_file_without_figures_is_refused_and_leaves_the_page_alone(tmp_path: Path, content: str) -> None:
    page, file = tmp_path / "page.md", tmp_path / "figures.json"
    page.write_text(f"{BEGIN}\n{END}")
    file.write_text(content)

    status, output = written(page, file)

    assert status == 1
    assert "is no file of figures; name one that `make bench ARGS='--json FILE'` has written" in output
    assert page.read_text() == f"{BEGIN}\n{END}"


def test_a_page_without_a_place_for_figures_is_refused(tmp_path: Path) -> None:
    page, file = tmp_path / "page.md", tmp_path / "figures.json"
    page.write_text("# Before\n")
    file.write_text(json.dumps(documented(WHOLE)))

    status, output = written(page, file)

    assert status == 1
    assert "between which the figures stand" in output


def test_the_page_on_performance_has_a_place_for_figures() -> None:
    text = PAGE.read_text()

    assert text.count(BEGIN) == text.count(END) == 1
    assert text.index(BEGIN) < text.index(END)


@pytest.mark.parametrize("name", [*[target.name for target in PYTHON], *FROM_NPM, *STORES[1:], *PATHS])
def test_the_page_on_performance_says_what_each_row_and_each_path_is(name: str) -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]

    assert any(f"`{name}`" in row.split("|")[1] for row in rows)
