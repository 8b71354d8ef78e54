"""The coverage of a run of Playwright and of Vitest, and MSW's handler."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.js_package import linked, run

SPEC = """
import {{ test }} from 'audience-mock/{runner}';

for (const number of [1, 2, 3, 4]) {{
  test(`test ${{number}} of file {file}`, async ({{ audienceSandbox }}) => {{
    const params = {{ apiKey: audienceSandbox.key }};
    const {{ audienceId, jobId }} = await audienceSandbox.state('an audience being populated', params);
    await audienceSandbox.fetch(`/audiences/${{audienceId}}`, {{ method: 'DELETE' }});
    await audienceSandbox.jobs.end(jobId);
    await audienceSandbox.fetch(`/audiences/${{audienceId}}`, {{ method: 'DELETE' }});
  }});
}}
"""
CONFIG = {
    "playwright": """
export default {{
  globalSetup: 'audience-mock/playwright/setup',
  workers: 4,
  fullyParallel: true,
  reporter: [['list'], ['audience-mock/playwright/reporter', {options}]],
}};
""",
    "vitest": """
export default {{
  test: {{
    globalSetup: 'audience-mock/vitest/setup',
    reporters: ['default', ['audience-mock/vitest/reporter', {options}]],
  }},
}};
""",
}
COMMANDS = {"playwright": ("npx", "playwright", "test"), "vitest": ("npx", "vitest", "run")}
TABLE = """\
Coverage of the audiences API: 23.1 %, 3 of 13 documented responses and situations of the operations that were requested
  deleteAudience  200: 8, 409: 8
  guard           met 8, handled well 8
deleteAudience: 400, 401, 403, 404, 429, 500 never met
lost-reply: never tried
retry-after: never tried
permission: never tried
key-revoked: never tried
"""
MSW = """
import { setupServer } from 'msw/node';
import { createSandbox } from 'audience-mock';
import { audienceHandler } from 'audience-mock/msw';

const sandbox = await createSandbox();
const server = setupServer(audienceHandler(sandbox), audienceHandler(sandbox, 'https://kept.test/', { keepKey: true }));
server.listen({ onUnhandledRequest: 'bypass' });
const init = (key) => ({ headers: { Authorization: `Bearer ${key}` } });
const of = (origin) => `${origin}/v1/accounts/${sandbox.accountGroup}/audiences?limit=1`;
const statuses = [
  (await fetch(of('https://api.sonarly.io'), init('sk_live_of_production'))).status,
  (await fetch(of('https://kept.test'), init('sk_live_of_production'))).status,
  (await fetch(of('https://kept.test'), init(sandbox.key))).status,
];
await sandbox.faults.lostReply('listAudiences');
const lost = await fetch(of('https://api.sonarly.io'), init('any')).catch((error) => error.name);
server.close();
const sent = await sandbox.journal();
console.log(JSON.stringify([statuses, lost, sent.map((exchange) => exchange.query)]));
await sandbox.remove();
"""


@pytest.fixture
def folder(js_project: Path, tmp_path: Path) -> Path:
    return linked(tmp_path, js_project)


@pytest.fixture
def mock() -> Iterator[httpx.Client]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def run_tests(folder: Path, runner: str, options: str, **variables: str) -> tuple[int, str]:
    (folder / f"{runner}.config.js").write_text(CONFIG[runner].format(options=options))
    suffix = "spec.js" if runner == "playwright" else "test.js"
    for file in ("one", "two"):
        (folder / f"{file}.{suffix}").write_text(SPEC.format(runner=runner, file=file))
    return run(folder, *COMMANDS[runner], **variables)


@pytest.mark.parametrize("runner", CONFIG)
def test_the_coverage_of_all_workers_is_printed_after_the_tests(runner: str, folder: Path) -> None:
    status, output = run_tests(folder, runner, "{ failUnder: 23, require: ['deleteAudience:409', 'guard'] }")

    assert (status, TABLE in output) == (0, True), output


@pytest.mark.parametrize("runner", CONFIG)
def test_a_run_on_a_named_server_counts_its_own_requests_only(runner: str, folder: Path, mock: httpx.Client) -> None:
    mock.get("/v1/accounts", headers={"Authorization": "Bearer sk_test_all_permissions"})

    status, output = run_tests(folder, runner, "{ json: 'out/coverage.json' }", AUDIENCE_MOCK_URL=str(mock.base_url))

    assert (status, TABLE in output) == (0, True), output
    assert json.loads((folder / "out/coverage.json").read_text())["share"] == {"covered": 3, "of": 13, "percent": 23.1}


@pytest.mark.parametrize("runner", CONFIG)
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{ failUnder: 90 }", "the coverage of 23.1 % is less than the required 90 %"),
        ("{ require: ['deleteAudience:404'] }", "deleteAudience: 404 never met"),
        ("{ require: ['lost-reply'] }", "lost-reply: never tried"),
        ("{ require: ['deleteAudience:418'] }", "'deleteAudience:418' is required, and is none of deleteAudience:200,"),
        ("{ require: ['nothing'] }", "'nothing' is required, and is none of deleteAudience, getAudience,"),
    ],
)
def test_a_run_that_falls_short_fails_with_the_reason(runner: str, options: str, reason: str, folder: Path) -> None:
    status, output = run_tests(folder, runner, options)

    assert (status, f"audience-mock: {reason}" in output) == (1, True), output


def test_a_reporter_without_its_setup_says_so(folder: Path) -> None:
    (folder / "playwright.config.js").write_text(
        "export default { reporter: [['list'], ['audience-mock/playwright/reporter', { failUnder: 1 }]] };\n"
    )
    (folder / "one.spec.js").write_text(SPEC.format(runner="playwright", file="one"))

    status, output = run(folder, *COMMANDS["playwright"])

    assert (status, "it cannot be read: no server was started or named" in output) == (1, True), output


def test_requests_for_the_vendors_address_reach_the_sandbox_under_msw(folder: Path) -> None:
    (folder / "msw.mjs").write_text(MSW)

    status, output = run(folder, "node", "msw.mjs")

    assert (status, json.loads(output)) == (0, [[200, 401, 200], "TypeError", ["limit=1"] * 3]), output
