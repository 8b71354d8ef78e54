"""`audience-conformance`, as its user meets it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.faults import GuardNever, NoPermissionNeeded
from tests.mutants.single import Single, served
from tests.mutants.test_delete import run

QUICK = ("-k", "test_a_populated_audience_is_protected", "--seed", "1")


def command(*options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "conformance", *options]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)


def refused(*options: str) -> str:
    done = command("run", *options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stdout + done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--base-url", "http://127.0.0.1:9", "--states-url", "http://127.0.0.1:9/s"], "does not answer HTTP"),
        (["--base-url", "ftp://x", "--states-url", "http://x"], "no http or https address"),
        (["--base-url", "https://api.sonarly.io", "--states-url", "http://x"], "--allow-production"),
        (["--states-url", "http://x"], "--base-url"),
        (["--base-url", "http://x", "--states-url", "http://x", "--header", "nonsense"], "Name: value"),
        (["--base-url", "http://x", "--states-url", "http://x", "--expected-failures", "/no/such"], "No such file"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_status_4(options: list[str], said: str) -> None:
    assert said in refused(*options)


def test_a_states_url_that_does_not_answer_as_it_should_is_found_before_the_run() -> None:
    with served(Single()) as url:
        assert "provider states cannot be used" in refused("--base-url", url, "--states-url", f"{url}/nowhere")


def test_an_expected_failure_that_names_no_requirement_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "expected"
    file.write_text("AUD-NONSENSE  because\n")

    said = refused("--base-url", "http://x", "--states-url", "http://x", "--expected-failures", str(file))

    assert "AUD-NONSENSE" in said


def test_nothing_selected_is_exit_status_5() -> None:
    with served(Single()) as url:
        done = command("run", "--base-url", url, "--states-url", f"{url}/states", "-k", "no_such_check")

    assert done.returncode == 5


def test_a_failure_is_told_with_its_sentence_its_source_and_the_curl_without_the_key() -> None:
    target = GuardNever()
    with served(target) as url:
        done = command("run", "--base-url", url, "--states-url", f"{url}/states", *QUICK)

    assert done.returncode == 1
    assert "Active prospecting must finish before an audience can be deleted." in done.stdout
    assert "https://app.sonarly.io/docs/api/audiences/audiences-delete" in done.stdout
    assert 'curl -s -i -X DELETE -H "authorization: Bearer $AUDIENCE_API_KEY' in done.stdout
    assert "populates it" in done.stdout
    assert "ak_" not in done.stdout


def test_an_expected_failure_is_excused_and_a_stale_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "expected"
    file.write_text("AUD-DELETE-PERMISSION  we have no permissions yet\n")

    excused, report = run(NoPermissionNeeded(), tmp_path, "--expected-failures", str(file), "-k", "required_permission")
    stale, other = run(Single(), tmp_path, "--expected-failures", str(file), "-k", "required_permission")

    assert {row["id"]: row["verdict"] for row in report["requirements"]}["AUD-DELETE-PERMISSION"] == "expected"
    assert {row["id"]: row["verdict"] for row in other["requirements"]}["AUD-DELETE-PERMISSION"] == "stale"
    assert stale == 1
    assert excused in {0, 1}


def test_the_seed_is_told_and_a_part_of_a_run_is_partial(tmp_path: Path) -> None:
    status, report = run(Single(), tmp_path, *QUICK)

    assert (status, report["verdict"], report["seed"]) == (0, "partial", 1)


def test_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    target = Single()

    run(target, tmp_path, "--seed", "1", "--max-examples", "2")

    assert (target.keys, target.audiences) == ({}, {})


def test_an_interrupted_run_leaves_nothing_behind_and_is_exit_status_2() -> None:
    target = Single()
    with served(target) as url:
        line = [sys.executable, "-m", "conformance", "run", "--base-url", url, "--states-url", f"{url}/states"]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (ours)
            assert process.stdout is not None
            while not process.stdout.readline().startswith("ok"):
                pass
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)

    assert (process.returncode, target.keys, target.audiences) == (2, {}, {})


def test_the_requirements_are_listed_and_explained() -> None:
    listed = json.loads(command("list", "--json").stdout)
    explained = command("explain", "AUD-DELETE-GUARD").stdout

    assert {row["id"] for row in listed} >= {"AUD-DELETE-GUARD", "AUD-DELETE-EFFECT"}
    assert "test_a_populated_audience_is_protected" in explained
    assert command("explain", "AUD-NONSENSE").returncode == 4
