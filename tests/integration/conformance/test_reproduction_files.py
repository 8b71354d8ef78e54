"""The pytest files that `--reproduce` writes fail on the violating target, and pass on a correct one."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.harness.suite_command import refused
from tests.harness.written_scripts import (
    FEW,
    PROTECTED,
    RACED,
    SINGLE,
    STATES,
    WHOLE,
    Kind,
    environment,
    name_of_test,
    of_states_file,
    run_by_pytest,
    seen,
    violated_by_pytest,
    written,
)
from tests.mutants.server.mutants.keys import AnyBasicAuthentication
from tests.mutants.server.mutants.lost_effects import CreateForgetsTheDescription
from tests.mutants.server.mutants.starts import IdempotencyKeysReachEverywhere
from tests.mutants.server.mutated import served
from tests.mutants.single.mutants import GuardAnotherStatus, GuardNever, MissingIsDone


@pytest.mark.parametrize(
    ("kind", "mutant"),
    [
        (SINGLE, GuardNever),
        (SINGLE, MissingIsDone),
        (WHOLE, AnyBasicAuthentication),
        (WHOLE, IdempotencyKeysReachEverywhere),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_files_of_a_mutant_fail_on_it_and_pass_on_the_correct_target(
    kind: Kind, mutant: Callable[[], object], tmp_path: Path
) -> None:
    violations, on_mutant, on_correct = seen(kind, mutant(), tmp_path, violated_by_pytest)

    assert violations
    assert (on_mutant, on_correct) == (set(map(name_of_test, violations)), set())


def test_a_key_alone_and_headers_stand_in_the_environment_and_in_no_file(tmp_path: Path) -> None:
    secret = "Basic aGVsbG8td29ybGQ"
    with served(CreateForgetsTheDescription()) as url:
        key = httpx.post(f"{url}{STATES}", json={"state": "an API key", "params": {}}).json()["apiKey"]
        target = ("--base-url", url, "--api-key", key, "--header", f"X-Gate: {secret}", "--profile", "audiences")
        violations = written(tmp_path, *target, *FEW, "-k", "check_what_was_created_is_read")
        variables = environment(url, "", AUDIENCE_API_KEY=key, AUDIENCE_HEADER_1=secret)
        audiences = f"{url}/v1/accounts"
        group = httpx.get(audiences, headers={"Authorization": f"Bearer {key}"}).json()["data"]["items"][0]["id"]
        failing = violated_by_pytest(tmp_path, variables)
        listed = httpx.get(f"{audiences}/{group}/audiences", headers={"Authorization": f"Bearer {key}"}).json()

    text = "".join(path.read_text() for path in tmp_path.iterdir() if path.is_file())
    assert violations
    assert failing == set(map(name_of_test, violations))
    assert key not in text
    assert secret.split()[1] not in text
    assert "$AUDIENCE_API_KEY" in text
    assert listed["data"]["items"] == []


def test_the_file_of_a_prepared_audience_fails_until_the_audience_is_used_up(tmp_path: Path) -> None:
    replays: list[str] = []

    def twice(folder: Path, variables: dict[str, str]) -> set[str]:
        failing = violated_by_pytest(folder, variables)
        replays.append(run_by_pytest(folder, variables).stdout)
        return failing

    violations, on_mutant, on_correct = of_states_file(GuardNever(), tmp_path, PROTECTED, twice)

    assert (on_mutant, on_correct) == (set(map(name_of_test, violations)), set())
    assert "RuntimeError: step 1: it is not there, set AUDIENCE_PREPARED_1 to another one" in replays[0]
    assert "1 passed" in replays[1]


def test_the_file_of_an_audience_that_is_there_still_needs_no_other(tmp_path: Path) -> None:
    violations, on_mutant, on_correct = of_states_file(GuardAnotherStatus(), tmp_path, RACED, violated_by_pytest)

    assert violations
    assert (on_mutant, on_correct) == (set(map(name_of_test, violations)), set())


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    said = refused("--base-url", "http://x", "--states-url", "http://x", "--reproduce", str(file))

    assert f"--reproduce {file}" in said
