"""Clients in TypeScript, generated from the typed contract of a running server: typos do not compile."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.recipes import URL
from tests.system.npm import install

SOURCES = Path(__file__).parent / "clients"
RIGHT = (SOURCES / "right.ts").read_text()
COMPILE = ("npx", "tsc", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext")
TYPOS = {
    "path": (
        "api.DELETE('/v1/accounts/{accountGroupId}/audiences/",
        "api.DELETE('/v1/accounts/{accountGroupId}/audience/",
    ),
    "path-parameter": ("{ ...path, jobId }", "{ ...path, jobID: jobId }"),
    "query-parameter": ("query: { limit: 2 }", "query: { limits: 2 }"),
    "method": ("api.PATCH(", "api.PUT("),
    "status-of-http": ("['responses'][409]", "['responses'][410]"),
    "status-of-a-job": ("'completed', 'failed'", "'complete', 'failed'"),
    "status-in-a-query": ("status: 'running'", "status: 'runing'"),
    "code": ("code === 'AUDIENCE_NOT_READY'", "code === 'AUDIENCE_NOT_REDY'"),
    "member-of-an-audience": ("audience.prospectCount", "audience.prospectsCount"),
    "member-of-a-job": ("stages.import.progress", "stages.imports.progress"),
    "member-of-a-body": ("body: { name: 'Renamed' }", "body: { title: 'Renamed' }"),
    "body-of-another-type": ("body: { name: 'Renamed' }", "body: 5"),
    "source": ("source: 'url_upload'", "source: 'urls_upload'"),
    "null-unnoticed": ("failure?.code ?? ''", "failure.code"),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture(scope="module")
def folder(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the types, the right program, and one program for each typo."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copy(SOURCES / "package.json", folder)
    (folder / "right.ts").write_text(RIGHT)
    for name, (right, wrong) in TYPOS.items():
        assert RIGHT.count(right) == 1, name
        (folder / f"{name}.ts").write_text(RIGHT.replace(right, wrong))
    install(folder)
    run(folder, "npx", "openapi-typescript", f"{url}/_mock/audiences.typed.json", "-o", "api.d.ts")
    return folder


def run(folder: Path, *command: str, **variables: str) -> str:
    """Run a command that has to succeed, and return its output."""
    environment = {**os.environ, **variables}  # noqa: TID251  (a child's, not ours)
    process = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_a_right_program_compiles_and_runs(folder: Path, url: str) -> None:
    run(folder, *COMPILE, "right.ts")

    shown = json.loads(run(folder, "node", "right.js", **{URL: url}))

    assert shown == [
        ["12 24", "40 24"],
        ["c00000000000000000000001"],
        "RENAMED",
        "later: guard",
        "deleted: true",
        "NOT_FOUND",
        "0.0",
    ]


@pytest.fixture(scope="module")
def errors(folder: Path) -> list[str]:
    """The errors of the compiler for all programs with a typo."""
    programs = [f"{name}.ts" for name in TYPOS]
    process = subprocess.run(  # noqa: S603  (ours)
        [*COMPILE, "--noEmit", *programs], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return process.stdout.splitlines()


@pytest.mark.parametrize("name", TYPOS)
def test_a_typo_does_not_compile(errors: list[str], name: str) -> None:
    assert [line for line in errors if line.startswith(f"{name}.ts(")], "\n".join(errors)


def test_no_branch_of_a_choice_is_unknown(folder: Path) -> None:
    types = (folder / "api.d.ts").read_text().splitlines()

    open_ended = [line.strip() for line in types if "unknown" in line]

    # The types of headers, and of the details of an error, which may have more members.
    assert {line for line in open_ended if line not in {"[name: string]: unknown;", "[key: string]: unknown;"}} == set()


def test_the_types_of_the_contract_itself_know_the_body_of_an_update(folder: Path, url: str) -> None:
    run(folder, "npx", "openapi-typescript", f"{url}/_mock/audiences.json", "-o", "plain/api.d.ts")
    types = (folder / "plain/api.d.ts").read_text()
    update = types[types.index("    updateAudience: {") :]
    body = update[update.index("requestBody") : update.index("responses")]

    assert " ".join(body.split()) == (
        'requestBody: { content: { "application/json": { name: string; description?: string; } '
        "| { name?: string; description: string; }; }; };"
    )
