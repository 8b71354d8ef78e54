"""The options of the benchmark, and the commands of its servers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench.__main__ import main
from tests.bench.failure import BenchError
from tests.bench.stores import Databases
from tests.bench.suite import verdict
from tests.bench.targets import NO_JOURNAL, OURS, STARLETTE


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (["--connections", "0"], "write numbers from 1 to 1000, with commas"),
        (["--connections", "1,many"], "write numbers from 1 to 1000, with commas"),
        (["--paths", "200,500"], "write some of 200,404,409,401,403,flow, with commas"),
        (["--parts", ""], "write some of paths,list,start,suite, with commas"),
        (
            ["--stores", "mysql"],
            "write some of memory,sqlite,postgresql,sqlite-relaxed,postgresql-relaxed, with commas",
        ),
        (["--targets", "apache"], "write some of asgi,bare,starlette,ours,no-journal,stock,openapi-backend,"),
        (["--client", "ab"], "'ab' is not one of 'wrk', 'python'"),
        (["--json", "/proc/nowhere/figures.json"], "--json /proc/nowhere/figures.json: "),
        (["--workers", "17"], "write numbers from 1 to 16, with commas"),
        (["--rounds", "0"], "0 is not in the range"),
    ],
)
def test_an_invalid_option_is_refused_with_the_reason(option: list[str], reason: str) -> None:
    result = CliRunner().invoke(main, option)

    assert result.exit_code in {1, 2}
    assert reason in result.output


def test_wrk_is_asked_for_whole_seconds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrk = tmp_path / "wrk"
    wrk.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    result = CliRunner().invoke(main, ["--seconds", "0.5"])

    assert result.exit_code == 2
    assert "wrk measures whole seconds, not 0.5; or add --client python" in result.output


def test_wrk_that_is_not_installed_cannot_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    result = CliRunner().invoke(main, ["--client", "wrk"])

    assert result.exit_code == 2
    assert "wrk is not installed: apt-get install wrk, or --client python" in result.output


def test_each_server_on_sqlite_has_its_own_file() -> None:
    with Databases() as databases:
        single, several = databases.target("sqlite", 1), databases.target("sqlite", 3)

    assert [single.name, several.name] == ["sqlite", "sqlite x3"]
    assert single.command[-6:-4] != several.command[-6:-4]
    assert single.command[-6] == "--store"
    assert single.command[-5].startswith("sqlite:////")
    assert several.command[-4:] == ("--workers", "3", "--durability", "full")


def test_a_relaxed_store_is_a_server_of_its_own() -> None:
    with Databases() as databases:
        single = databases.target("sqlite-relaxed", 1)

    assert (single.name, single.command[-2:]) == ("sqlite-relaxed", ("--durability", "relaxed"))
    assert single.command[-5].startswith("sqlite:////")


def test_the_journal_is_on_by_default() -> None:
    assert [*OURS.command, "--journal-limit", "0"] == list(NO_JOURNAL.command)


def test_only_servers_with_a_database_use_all_cores() -> None:
    with Databases() as databases:
        assert [STARLETTE.confined, OURS.confined, databases.target("sqlite", 1).confined] == [True, True, False]


def test_the_verdict_of_the_suite_is_read_from_its_output() -> None:
    output = "counts    384 pass\nverdict   conformant: Conforms. No violation found.\n"

    assert verdict(output) == "conformant"


def test_a_suite_run_without_a_verdict_is_an_error() -> None:
    with pytest.raises(BenchError, match="no verdict"):
        verdict("Traceback\n")
