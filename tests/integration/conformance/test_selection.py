"""Selections of checks that follow each other in no whole run."""

from pathlib import Path

from tests.mutants.server.mutated import Whole
from tests.mutants.suite import options_for_repeats, run_suite


def test_jobs_of_account_groups_that_are_torn_down_are_no_error_of_the_suite(tmp_path: Path) -> None:
    selection = "check_whatever_a_client_does or check_what_has_ended_by_itself_has_ended"
    _, report = run_suite(Whole(), tmp_path, "--seed", "1", *options_for_repeats(), "-k", selection)

    assert [row["reason"] for row in report["requirements"] if row["verdict"] in {"fail", "error"}] == []
