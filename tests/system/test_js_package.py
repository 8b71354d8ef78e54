"""The npm package of clients/js, from its archive, in projects of their own."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.installed import distributions, environment_in, release_tools
from tests.system.js_package import SOURCE, documented_files, environment, linked, project_in, run

PATIENCE = 60
REFUSED = """
import {{ expect, test }} from 'audience-mock/{runner}';

test('a deletion succeeds', async ({{ audienceSandbox }}) => {{
  const params = {{ apiKey: audienceSandbox.key }};
  const {{ audienceId }} = await audienceSandbox.state('an audience being populated', params);
  expect((await audienceSandbox.fetch(`/audiences/${{audienceId}}`, {{ method: 'DELETE' }})).status).toBe(200);
}});
"""
BLIND = """
  const { audienceId } = await audienceSandbox.state('an audience that is ready', { apiKey: audienceSandbox.key });
  await audienceSandbox.faults.lostReply('deleteAudience');
  const remove = () => audienceSandbox.fetch(`/audiences/${audienceId}`, { method: 'DELETE' }).catch(() => {});
  await remove();
  await remove();
});
"""
BLIND_IN = {
    "playwright": "import { test } from 'audience-mock/playwright';\n"
    "test.use({ audienceSandboxOptions: { verify: true } });\n"
    f"test('a client that looks away', async ({{ audienceSandbox }}) => {{{BLIND}",
    "vitest": "import { audienceTest } from 'audience-mock/vitest';\n"
    "audienceTest({ verify: true })('a client that looks away', async ({ audienceSandbox }) => {" + BLIND,
}
TYPED = """
import {{ createSandbox }} from 'audience-mock';
import {{ test }} from 'audience-mock/playwright';
import {{ audienceTest }} from 'audience-mock/vitest';
import {{ audienceHandler }} from 'audience-mock/msw';

const sandbox = await createSandbox({{ clock: 'manual', seed: {{}} }});
const {{ data }} = await sandbox.api.GET('/v1/accounts/{{accountGroupId}}/audiences', {{
  params: {{ path: {{ accountGroupId: sandbox.accountGroup }} }},
}});
const name: string | undefined = data?.data.items[0]?.name;
const job: {{ status: string }} = await sandbox.jobs.end('c', {{ outcome: 'failed' }});
audienceHandler(sandbox);
test('typed', async ({{ audienceSandbox }}) => {{ await audienceSandbox.clock.advance(30); }});
const verified = audienceTest({{ verify: true }});
verified('typed', async ({{ audienceSandbox }}) => {{ await audienceSandbox.limits.set('2/m'); }});
console.log(name, job);
{wrong}
"""
WRONG = [
    "await sandbox.jobs.end('c', { outcome: 'broken' });",
    "await sandbox.faults.add({ kind: 'nothing' });",
    "await createSandbox({ clock: 'slow' });",
    "await sandbox.api.GET('/v1/nothing');",
    "(await sandbox.coverage()).share.none;",
]
RUNNERS = {
    "playwright": ("audiences.spec.js", "npx", "playwright", "test"),
    "vitest": ("audiences.test.js", "npx", "vitest", "run"),
}


@pytest.fixture
def folder(js_project: Path, tmp_path: Path) -> Path:
    return linked(tmp_path, js_project)


@pytest.fixture
def mock() -> Iterator[httpx.Client]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def write(folder: Path, *names: str, **replaced: str) -> None:
    """Write files of the package's README into a folder."""
    for name in names:
        text = documented_files()[name]
        for old, new in replaced.items():
            text = text.replace(old, new)
        (folder / name).write_text(text)


def test_the_archive_has_sources_types_and_no_tests(js_archive: Path) -> None:
    _, listed = run(js_archive.parent, "tar", "-tzf", js_archive.name)
    names = {name.removeprefix("package/") for name in listed.split()}
    exported = {
        entry.removeprefix("./")
        for exports in json.loads((SOURCE / "package.json").read_text())["exports"].values()
        for entry in exports.values()
    }

    assert exported | {"LICENSE", "README.md", "types/contracts/control.d.ts"} <= names
    assert {name.partition("/")[0] for name in names} == {"LICENSE", "README.md", "package.json", "src", "types"}


def test_the_only_dependency_is_openapi_fetch(js_archive: Path, tmp_path: Path) -> None:
    project_in(tmp_path, js_archive)

    assert {path.name for path in (tmp_path / "node_modules").iterdir()} - {".package-lock.json"} == {
        "audience-mock",
        "openapi-fetch",
        "openapi-typescript-helpers",
    }


def test_projects_of_their_own_run_what_the_documentation_shows(
    js_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tools = release_tools(tmp_path_factory.mktemp("tools"))
    wheel = distributions(tools, tmp_path_factory.mktemp("wheel"))[1]
    programs = environment_in(tmp_path_factory.mktemp("server"), str(wheel))
    installed = {"PATH": f"{programs}:{os.environ['PATH']}", "AUDIENCE_MOCK_COMMAND": "", "PYTHONPATH": ""}  # noqa: TID251  (a child's)
    own = {runner: linked(tmp_path_factory.mktemp(runner), js_project) for runner in (*RUNNERS, "node")}
    for runner, (file, *_) in RUNNERS.items():
        write(own[runner], f"{runner}.config.js", **{"deleteAudience:409": "createAudience:201"})
        for number in range(3):
            (own[runner] / f"{number}.{file}").write_text(documented_files()[file])
    write(own["node"], "deletion.test.mjs")

    in_playwright = run(own["playwright"], "npx", "playwright", "test", "--workers", "3", **installed)
    in_vitest = run(own["vitest"], "npx", "vitest", "run", **installed)
    in_node = run(own["node"], "node", "--test", **installed)

    assert (in_playwright[0], "3 passed" in in_playwright[1]) == (0, True), in_playwright[1]
    assert "createAudience  201: 3" in in_playwright[1]
    assert (own["playwright"] / "coverage.html").read_text().startswith("<!DOCTYPE html>")
    assert (in_vitest[0], "3 passed" in in_vitest[1]) == (0, True), in_vitest[1]
    assert in_node[0] == 0, in_node[1]


def test_the_first_test_takes_at_most_six_lines() -> None:
    first = [documented_files()[name].strip().splitlines() for name in ("audiences.spec.js", "audiences.test.js")]

    assert all(len([line for line in lines if line]) <= 6 for lines in first)


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_test_that_fails_shows_which_rule_refused_what(runner: str, folder: Path) -> None:
    file, *command = RUNNERS[runner]
    (folder / file).write_text(REFUSED.format(runner=runner))

    status, output = run(folder, *command)

    assert status == 1
    assert re.search(r"#1 DELETE /v1/accounts/\w+/audiences/\w+: 409, refused by the rule guard", output), output
    assert "account-group, resource; refused: guard" in output


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_client_that_makes_a_mistake_fails_a_verified_test(runner: str, folder: Path) -> None:
    file, *command = RUNNERS[runner]
    (folder / file).write_text(BLIND_IN[runner])

    status, output = run(folder, *command)

    assert (status, "the client made mistakes: CLIENT-RETRY-UNREAD" in output) == (1, True), output


@pytest.mark.parametrize("runner", RUNNERS)
def test_tests_leave_no_sandbox_on_a_server_that_is_named(runner: str, folder: Path, mock: httpx.Client) -> None:
    file, *command = RUNNERS[runner]
    write(folder, file)

    status, output = run(folder, *command, AUDIENCE_MOCK_URL=str(mock.base_url))

    assert status == 0, output
    assert [one["id"] for one in mock.get("/_mock/sandboxes").json()["sandboxes"]] == ["default"]


def test_typed_code_compiles_and_mistakes_do_not(folder: Path) -> None:
    compile_ = (
        "npx",
        "tsc",
        "--strict",
        "--noEmit",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "use.ts",
    )
    (folder / "use.ts").write_text(TYPED.format(wrong="\n".join(f"// @ts-expect-error\n{line}" for line in WRONG)))
    right = run(folder, *compile_)
    (folder / "use.ts").write_text(TYPED.format(wrong="\n".join(WRONG)))
    wrong = run(folder, *compile_)

    assert right == (0, "")
    assert wrong[1].count("error TS") == len(WRONG), wrong[1]


def test_a_machine_without_a_server_is_told_what_to_install(folder: Path) -> None:
    write(folder, "deletion.test.mjs")

    status, output = run(folder, "node", "--test", "deletion.test.mjs", AUDIENCE_MOCK_COMMAND="/no/such/program")

    assert status == 1
    assert "none could be started. Install one by `pip install audience-mock`" in output
    assert "/no/such/program: not found" in output


def test_a_url_without_a_server_is_told_in_one_sentence(folder: Path) -> None:
    write(folder, "deletion.test.mjs")

    status, output = run(folder, "node", "--test", "deletion.test.mjs", AUDIENCE_MOCK_URL="http://127.0.0.1:9")

    assert (status, "http://127.0.0.1:9 does not respond" in output) == (1, True), output


def test_the_server_ends_with_a_process_that_is_killed(folder: Path) -> None:
    (folder / "wait.mjs").write_text(
        "import { sharedServer } from 'audience-mock';\n"
        "console.log((await sharedServer()).url);\nsetInterval(() => {}, 1000);\n"
    )
    command = ["node", "wait.mjs"]
    with subprocess.Popen(command, cwd=folder, env=environment({}), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (ours)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://")
        servers = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)

    assert servers
    assert psutil.wait_procs(servers, PATIENCE)[1] == []


def test_a_process_that_is_done_does_not_wait_for_its_server(folder: Path) -> None:
    (folder / "done.mjs").write_text("import { sharedServer } from 'audience-mock';\nawait sharedServer();\n")
    began = time.monotonic()

    status, output = run(folder, "node", "done.mjs")

    assert (status, output) == (0, "")
    assert time.monotonic() - began < PATIENCE
