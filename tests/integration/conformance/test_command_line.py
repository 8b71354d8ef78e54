"""The command line of `audience-conformance`."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from starlette.requests import Request
from starlette.responses import Response

import mockserver
from openapi import contract_text
from tests.harness.suite_command import QUICK, command, refused, reported, run_with_report, states
from tests.mutants.single.endpoint import Single
from tests.mutants.single.mutants import GuardForever, GuardNever, NoPermissionNeeded
from tests.mutants.single.serving import served


class KeepsIdempotencyKeys(Single):
    """An implementation that keeps the idempotency keys of each run."""

    runs: ClassVar[list[set[str]]] = [set()]

    async def respond(self, group: str, audience: str, request: Request) -> Response:
        self.runs[-1].update(request.headers.getlist("idempotency-key"))
        return await super().respond(group, audience, request)


X = ("--base-url", "http://x", "--states-url", "http://x")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Single()) as running:
        yield running


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--base-url", "http://127.0.0.1:9", "--states-url", "http://127.0.0.1:9/s"], "cannot be reached"),
        (["--base-url", "ftp://x", "--states-url", "http://x"], "no http or https address"),
        (["--base-url", "http://x:port", "--states-url", "http://x"], "no http or https address"),
        (["--base-url", "https://api.sonarly.io", "--states-url", "http://x"], "--allow-production"),
        (["--base-url", "https://API.sonarly.io./", "--states-url", "http://x"], "--allow-production"),
        (["--base-url", "http://x/?y", "--states-url", "http://x"], "before /v1"),
        (["--states-url", "http://x"], "--base-url"),
        (["--base-url", "http://x", "--states-url", "x"], "--states-url 'x' is no http or https address"),
        (["--base-url", "http://x"], "give --states-url URL, --states-file FILE, or --api-key KEY"),
        ([*X, "--api-key", "k"], "--states-url and --api-key exclude each other"),
        ([*X, "--states-file", "f"], "--states-url and --states-file exclude each other"),
        (["--base-url", "http://x", "--api-key", "k", "--states-header", "A: b"], "give --states-url as well"),
        ([*X, "--allow-credits"], "--allow-credits is for --api-key"),
        ([*X, "--account-group", "g"], "--account-group is for --api-key only"),
        (["--base-url", "http://x", "--api-key", "k", "--account-group", " "], "--account-group is empty"),
        ([*X, "--dry-run"], "--dry-run is for --api-key and --states-file"),
        ([*X, "--allow-leftovers"], "--allow-leftovers is for --api-key"),
        (["--base-url", "http://x", "--api-key", "k", "--workers", "2"], "--workers needs --states-url"),
        ([*X, "--header", "nonsense"], "Name: value"),
        ([*X, "--header", "Authorization: Bearer mine"], "the suite sends its own keys"),
        ([*X, "--expected-failures", "/no/such"], "No such file"),
        ([*X, "--report-json", "/no/such/report"], "its directory does not exist"),
        ([*X, "--report-json", "r", "--report-html", "r"], "two reports"),
        ([*X, "--ca-bundle", "/no/such"], "--ca-bundle /no/such: No such file"),
        ([*X, "--ca-bundle", "/dev/null"], "no certificate"),
        ([*X, "-k", "a and"], "no expression"),
        ([*X, "--max-rps", "0"], "--max-rps must be more than 0"),
        ([*X, "--timeout", "-1"], "--timeout must be more than 0"),
        ([*X, "--settle", "0"], "--settle must be more than 0"),
        ([*X, "--deadline", "nan"], "--deadline must be more than 0"),
        ([*X, "--workers", "0"], "--workers"),
        ([*X, "--profile", "everything"], "--profile"),
        (["--base-url", "http://x", "--states-file", "/no/such"], "--states-file /no/such: No such file"),
        ([*X, "--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_status_4(options: list[str], said: str) -> None:
    assert said in refused(*options)


@pytest.mark.parametrize(
    "options",
    [
        ["--base-url", "http://me:hunter2222@x", "--states-url", "http://x"],
        ["--base-url", "http://127.0.0.1:9", "--states-url", "http://me:hunter2222@127.0.0.1:9/s"],
        ["--base-url", "http://x", "--states-url", "http://me:hunter2222@x:port/s"],
        ["--base-url", "http://127.0.0.1:9", "--api-key", "hunter2222", "--header", "X-Pass: hunter2222"],
        [*X, "--header", "hunter2222 without a colon"],
    ],
)
def test_a_refusal_is_told_without_passwords(options: list[str]) -> None:
    assert "hunter2222" not in refused(*options)


def test_an_expected_failure_that_names_no_requirement_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "expected"
    file.write_text("AUD-NONSENSE  because\n")

    assert "AUD-NONSENSE" in refused(*X, "--expected-failures", str(file))


def test_nothing_selected_is_exit_status_5(url: str) -> None:
    done = command("run", *states(url), "-k", "no_such_check")

    assert (done.returncode, done.stderr.count("\n")) == (5, 1)


def test_the_key_is_read_from_the_environment(url: str) -> None:
    done = command("run", "--base-url", url, "--profile", "delete", AUDIENCE_API_KEY="unknown-key")

    assert (done.returncode, "the API key" in done.stderr) == (4, True), done.stderr


def test_a_failure_is_told_with_its_sentence_its_source_and_the_curl_without_the_key() -> None:
    with served(GuardNever()) as running:
        done = command("run", *states(running), *QUICK)

    assert done.returncode == 1
    assert "Active prospecting must finish before an audience can be deleted." in done.stdout
    assert "https://app.sonarly.io/docs/api/audiences/audiences-delete" in done.stdout
    assert 'curl -s -i -X DELETE -H "authorization: Bearer $AUDIENCE_API_KEY' in done.stdout
    assert "populates it" in done.stdout
    assert "ak_" not in done.stdout


def test_headers_that_were_given_stand_in_no_report(tmp_path: Path) -> None:
    reports = {kind: tmp_path / kind for kind in ("html", "json", "junit", "markdown")}
    written = [part for kind, path in reports.items() for part in (f"--report-{kind}", str(path))]
    given = ["--header", "X-Gate: Basic aGVsbG8td29ybGQ", "--header", "X-Pin: 4711", "--header", "Accept: text/x-own"]
    with served(GuardNever()) as running:
        done = command("run", *states(running), *QUICK, *given, *written)

    texts = [done.stdout, *(path.read_text() for path in reports.values())]
    assert not any("aGVsbG8td29ybGQ" in text or ": 4711" in text or '"4711"' in text for text in texts)
    assert "x-pin: ${AUDIENCE_HEADER_X_PIN}" in done.stdout.lower().replace(
        "audience_header_x_pin", "AUDIENCE_HEADER_X_PIN"
    )
    assert "text/x-own" in done.stdout


def test_an_expected_failure_is_excused_and_a_stale_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "expected"
    file.write_text("AUD-DELETE-PERMISSION  we have no permissions yet\nAUD-DELETE-REFUSED  its check ends before\n")

    selected = ("-k", "check_without_the_required_permission_nothing_is_deleted")
    unexcused, _ = reported(NoPermissionNeeded(), tmp_path, *selected)
    excused, report = reported(NoPermissionNeeded(), tmp_path, "--expected-failures", str(file), *selected)
    stale, other = reported(Single(), tmp_path, "--expected-failures", str(file), *selected)

    assert {row["id"]: row["verdict"] for row in report["requirements"]}["AUD-DELETE-PERMISSION"] == "expected"
    assert {row["id"]: row["verdict"] for row in other["requirements"]}["AUD-DELETE-PERMISSION"] == "stale"
    assert (unexcused, excused, stale) == (1, 0, 1)


def test_an_expected_failure_that_is_over_excuses_nothing_and_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    entry = '[[expected]]\nid = "AUD-DELETE-PERMISSION"\nreason = "see #7"\nuntil = {}\n'
    options = ("--expected-failures", str(file), "-k", "required_permission", "--seed", "1")
    with served(NoPermissionNeeded()) as url:
        file.write_text(entry.format("2000-01-01"))
        over = command("run", *states(url), *options)
        file.write_text(entry.format("2999-01-01"))
        excused = command("run", *states(url), *options)

    line = "audience-conformance: the expected failure of AUD-DELETE-PERMISSION ended on 2000-01-01"
    assert (over.returncode, over.stderr.startswith(line), over.stderr.count("\n")) == (1, True, 1)
    assert "EXPECTED  AUD-DELETE-PERMISSION" in excused.stdout
    assert excused.stderr == ""


def test_only_the_violations_of_the_named_check_are_excused(tmp_path: Path) -> None:
    file = tmp_path / "expected"
    entry = '[[expected]]\nid = "AUD-DELETE-GUARD"\nreason = "see #7"\ncheck = "{}"\n'
    with served(GuardNever()) as url:
        file.write_text(entry.format("check_a_populated_audience_is_protected[queued-completed]"))
        one = command("run", *states(url), *QUICK, "--expected-failures", str(file))
        file.write_text(entry.format("check_a_populated_audience_is_protected"))
        all_of_it = command("run", *states(url), *QUICK, "--expected-failures", str(file))

    assert ("FAIL  AUD-DELETE-GUARD " in one.stdout, one.returncode) == (True, 1)
    assert "EXPECTED  AUD-DELETE-GUARD " in all_of_it.stdout


def test_a_quiet_run_prints_the_verdict_alone() -> None:
    with served(GuardNever()) as running:
        done = command("run", *states(running), *QUICK, "--quiet")

    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (1, 1, "")
    assert done.stdout.startswith("verdict   nonconformant: Does not conform.")


def test_the_version_names_the_suite_and_the_digest_of_its_contract() -> None:
    done = command("--version")

    digest = hashlib.sha256(contract_text().encode()).hexdigest()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"audience-conformance {mockserver.__version__}\n")
    assert digest in done.stdout


def test_the_columns_of_the_list_do_not_run_together() -> None:
    lines = command("list").stdout.splitlines()

    assert {line.split()[1] for line in lines} == {"MUST", "SHOULD", "MAY"}
    assert len({line.index(f"  {line.split()[1]} ") for line in lines if " MUST " in line}) == 1


def test_no_idempotency_key_is_sent_in_two_runs_with_one_seed(tmp_path: Path) -> None:
    target = KeepsIdempotencyKeys()
    options = ("--seed", "1", "--max-examples", "2", "-k", "nothing_a_client_adds or idempotency")
    with served(target) as url:
        for _ in range(2):
            run_with_report(tmp_path, *states(url), *options)
            target.runs.append(set())

    first, second, _ = target.runs
    assert first
    assert not first & second
    assert all(UUID(key).version == 4 for key in first)


def test_the_seed_is_told_and_a_part_of_a_run_is_partial(tmp_path: Path) -> None:
    status, report = reported(Single(), tmp_path, *QUICK)

    assert (status, report["verdict"], report["seed"]) == (0, "partial", 1)


def test_past_the_deadline_nothing_is_run_and_nothing_is_decided(tmp_path: Path) -> None:
    status, report = reported(Single(), tmp_path, "--deadline", "0.001")

    reasons = {
        row["reason"] for row in report["requirements"] if row["verdict"] == "not-run" and row["level"] == "MUST"
    }
    assert (status, report["verdict"]) == (1, "inconclusive")
    assert "the deadline of 0.001 s has passed" in reasons
    assert any("deadline" in note for note in report["target"]["notes"])


def test_no_further_check_is_run_after_the_first_failure() -> None:
    with served(GuardNever()) as running:
        done = command("run", *states(running), "--seed", "1", "--max-examples", "2", "-x")

    assert (done.returncode, done.stdout.count("\nnot ok")) == (1, 1)
    assert done.stdout.split("\nnot ok")[1].count("\nok") == 0


def test_checks_that_failed_last_are_run_again_and_nothing_else(tmp_path: Path) -> None:
    with served(GuardNever()) as running:
        first = command("run", *states(running), "--seed", "1", "--max-examples", "2", cwd=tmp_path)
        again = command("run", *states(running), "--seed", "1", "--max-examples", "2", "--lf", cwd=tmp_path)

    failed = {line for line in first.stdout.splitlines() if line.startswith("not ok")}
    assert failed
    assert {line for line in again.stdout.splitlines() if line.startswith(("ok ", "not ok"))} == failed
    assert again.returncode == 1
    assert (tmp_path / ".audience-conformance").is_dir()


def test_a_violation_shows_the_state_changes_between_its_requests(tmp_path: Path) -> None:
    _, report = reported(GuardForever(), tmp_path, "--seed", "1", "--max-examples", "2")

    (row,) = (one for one in report["requirements"] if one["id"] == "AUD-DELETE-GUARD-ENDS")
    *made, guarded, ended, deleted = (one["request"] for one in row["exchange"])
    assert (guarded["method"], deleted["method"]) == ("DELETE", "DELETE")
    assert json.loads(ended["body"]["content"])["state"] == "the prospecting has ended"
    assert {json.loads(one["body"]["content"])["state"] for one in made} >= {"an audience being populated"}


def test_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    target = Single()

    reported(target, tmp_path, "--seed", "1", "--max-examples", "2")

    assert (target.keys, target.audiences) == ({}, {})


def test_the_requirements_are_listed_and_explained() -> None:
    listed = json.loads(command("list", "--json").stdout)
    explained = command("explain", "AUD-DELETE-GUARD").stdout

    assert {row["id"] for row in listed} >= {"AUD-DELETE-GUARD", "AUD-DELETE-EFFECT"}
    assert "check_a_populated_audience_is_protected" in explained
    assert command("explain", "AUD-NONSENSE").returncode == 4
