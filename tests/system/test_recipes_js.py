"""The recipes of docs/recipes for JavaScript: they run as they stand, and fail with a client that makes the mistake."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.recipes import JAVASCRIPT, JOB_FAILS, LIMIT, LOST_REPLY, PARALLEL, TITLES, URL, Trial
from tests.system.js_package import linked

BLIND = """
deleteAudience = async (api, id) => {
  for (;;) {
    try {
      return [200, 404].includes((await api.fetch(`/audiences/${id}`, { method: 'DELETE' })).status);
    } catch {}
  }
};
"""
BELIEVING = """
deleteAudience = (api, id) => (
  api.fetch(`/audiences/${id}`, { method: 'DELETE' }).then((response) => response.ok, () => false)
);
"""
ONCE = """
runSearch = async (api, search) => {
  const { data } = await (await api.fetch('/prospecting', { method: 'POST', json: search })).json();
  return (await (await api.fetch(`/prospecting/${data.jobId}`)).json()).data;
};
"""
HASTY = """
read = async (api, path, sleep) => {
  for (;;) {
    const response = await api.fetch(path);
    if (response.status !== 429) return (await response.json()).data;
    await sleep(1);
  }
};
"""
SHARED = """
const shared = await createSandbox();
const kept = Object.create(shared, { remove: { value() {} } });
kept.fetch = (...request) => shared.fetch(...request);
beforeEach(async () => { await sandbox.remove(); sandbox = kept; });
process.once('beforeExit', () => shared.remove());
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture(autouse=True)
def _nothing_is_left(url: str) -> Iterator[None]:
    yield
    sandboxes = httpx.get(f"{url}/_mock/sandboxes").json()["sandboxes"]
    assert [sandbox["id"] for sandbox in sandboxes] == ["default"]


def run(folder: Path, url: str, *options: str) -> tuple[int, int, str]:
    """Run node in a folder, as a reader would; return its exit status, the number of passed tests, its output."""
    environment = {**os.environ, URL: url}  # noqa: TID251  (a child's, not ours)
    command = ["node", "--test-reporter=tap", *options]
    process = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    passed = re.search(r"^# pass (\d+)$", process.stdout, re.MULTILINE)
    return process.returncode, int(passed[1]) if passed else 0, process.stdout + process.stderr


@pytest.fixture
def trial(url: str, js_project: Path, tmp_path: Path) -> Trial:
    return Trial(JAVASCRIPT, run, url, linked(tmp_path, js_project))


@pytest.mark.parametrize("title", TITLES)
def test_a_recipe_passes_as_it_stands(title: str, trial: Trial) -> None:
    trial.passes(title)


def test_all_of_them_pass_side_by_side(trial: Trial) -> None:
    trial.all_pass("--test")


@pytest.mark.parametrize(
    ("title", "file", "client", "reason"),
    [
        (LOST_REPLY, "lost-reply.test.mjs", BLIND, "CLIENT-RETRY-UNREAD"),
        (LOST_REPLY, "lost-reply.test.mjs", BELIEVING, "actual: false"),
        (JOB_FAILS, "job-fails.test.mjs", ONCE, "'queued'"),
        (LIMIT, "limit.test.mjs", HASTY, "operator: 'deepStrictEqual'"),
        (PARALLEL, "parallel.test.mjs", SHARED, "'Founders'"),
    ],
)
def test_a_bad_client_fails_its_recipe(title: str, file: str, client: str, reason: str, trial: Trial) -> None:
    trial.fails(title, file, client, reason)
