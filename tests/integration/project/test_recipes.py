"""The recipes of docs/recipes: those for pytest run as they stand, and fail with a client that makes the mistake."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mockserver.client import ControlPlane, Sandbox, journal_text
from mockserver.client.operations import Operation
from mockserver.client.parts import Clock, Faults, Jobs, Keys, Limits
from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.recipes import (
    JOB_FAILS,
    LANGUAGES,
    LIMIT,
    LOST_REPLY,
    PAGES,
    PARALLEL,
    PYTHON,
    RECIPES,
    TITLES,
    URL,
    Language,
    Recipes,
    Trial,
    write_files,
)

BLIND = """
def delete_audience(api, audience_id):
    for _ in range(2):
        try:
            return api.delete(f"/audiences/{audience_id}").status_code in (200, 404)
        except httpx.TransportError:
            pass
"""
BELIEVING = """
def delete_audience(api, audience_id):
    try:
        return api.delete(f"/audiences/{audience_id}").is_success
    except httpx.TransportError:
        return False
"""
ONCE = """
def run_search(api, search, sleep=time.sleep):
    started = api.post("/prospecting", json=search).json()["data"]
    return api.get(f"/prospecting/{started['jobId']}").json()["data"]
"""
HASTY = """
def read(api, path, sleep=time.sleep):
    while (response := api.get(path)).status_code == 429:
        sleep(1)
    return response.json()["data"]
"""
SHARED = """
import pytest

@pytest.fixture(scope="module")
def audience_sandbox(audience_mock):
    with audience_mock.create_sandbox() as sandbox:
        yield sandbox
"""
TEXT = (PAGES / PYTHON.page).read_text()
WORLD = {
    "keys": [{}],
    "accountGroups": [
        {
            "id": "a0000000000000000000000a",
            "name": "Mine",
            "audiences": [{"id": "b0000000000000000000000b", "name": "Founders", "job": {"pace": "manual"}}],
        }
    ],
}


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
    """Run pytest in a folder, with our plugin alone; return its exit status, the number of passed tests, its output."""
    environment = {**os.environ, URL: url, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # noqa: TID251  (a child's, not ours)
    command = [sys.executable, "-m", "pytest", "-p", "audience_mock_pytest", "-p", "no:cacheprovider", *options]
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    passed = re.search(r"(\d+) passed", process.stdout)
    return process.returncode, int(passed[1]) if passed else 0, process.stdout + process.stderr


def test_every_recipe_that_is_asked_for_is_there() -> None:
    assert set(TITLES) == {PARALLEL, LOST_REPLY, JOB_FAILS, LIMIT}


def test_every_recipe_has_tests_in_both_languages() -> None:
    assert RECIPES.complaints() == []


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_a_page_has_one_language(language: Language) -> None:
    recipes = Recipes.read((PAGES / language.page).read_text())

    assert {snippet.tag for snippets in recipes.by_title.values() for snippet in snippets} == {language.tag}


@pytest.mark.parametrize(
    ("snippets", "complaint"),
    [
        ("```python\n# test_a.py\ndef test_it():\n```\n", "A: nothing in js"),
        ("```js\n// a.test.mjs\ntest('it', f);\n```\n", "A: nothing in python"),
        ("```python\n# test_a.py\nx = 1\n```\n", "A: no test in test_a.py"),
        ("```js\n// a.test.mjs\nconst x = 1;\n```\n", "A: no test in a.test.mjs"),
        ("```python\n# a.py\ndef test_it():\n```\n", "A: nobody runs a.py"),
        ("```python\ndef test_it():\n    pass\n```\n", "A: nobody runs def test_it():"),
        ("```js\n// a.mjs\ntest('it', f);\n```\n", "A: nobody runs a.mjs"),
        ("```\nmake run\n```\n", "A: what is untagged?"),
        ("```bash\nmake run\n```\n", "A: what is bash?"),
    ],
)
def test_a_mistake_in_a_recipe_is_noticed(snippets: str, complaint: str) -> None:
    assert complaint in Recipes.read(f"# x\n\n## A\n\n{snippets}").complaints()


def test_a_recipe_may_have_its_languages_on_several_pages() -> None:
    pages = (
        "## A\n\n```python\n# test_a.py\ndef test_it():\n```\n",
        "## A\n\n```js\n// a.test.mjs\ntest('it', f);\n```\n",
    )

    assert Recipes.read(*pages).complaints() == []


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_the_recipes_need_no_file_beside_their_tests(language: Language) -> None:
    assert all(re.fullmatch(language.test_files, name) for name in RECIPES.files(language))


def test_the_client_is_used_as_the_page_says(url: str, tmp_path: Path) -> None:
    (block,) = re.findall(r"^```python\n# test_client.py\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_client.py").write_text(block)

    status, passed, output = run(tmp_path, url)

    assert (status, passed) == (0, 1), output


def test_the_journal_of_a_failed_test_looks_as_the_page_shows(url: str) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)

    with ControlPlane(url) as control_plane, control_plane.create_sandbox(seed=WORLD) as sandbox:
        sandbox.api.get("/audiences")
        sandbox.api.delete("/audiences/b0000000000000000000000b")

        assert shown in journal_text(sandbox)


def test_the_coverage_of_a_recipe_is_printed_as_the_page_shows(url: str, tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```console\n\$ pytest (.*? --audience-coverage.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    typed, *lines = shown.splitlines()
    write_files(tmp_path, PYTHON, {})

    status, passed, output = run(tmp_path, url, *typed.split())

    assert (status, passed) == (1, 1)
    printed = iter(output.splitlines())
    assert [line for line in lines if line != "..." and line not in printed] == []


@pytest.mark.parametrize("owner", [Sandbox, Clock, Faults, Jobs, Keys, Limits])
def test_the_page_names_every_method_of_a_sandbox(owner: type) -> None:
    methods = [name for name, value in vars(owner).items() if isinstance(value, Operation)]

    assert [name for name in methods if f"`{name}(" not in TEXT] == []


@pytest.fixture
def trial(url: str, tmp_path: Path) -> Trial:
    return Trial(PYTHON, run, url, tmp_path)


@pytest.mark.parametrize("title", TITLES)
def test_a_recipe_passes_as_it_stands(title: str, trial: Trial) -> None:
    trial.passes(title)


def test_all_of_them_pass_side_by_side(trial: Trial) -> None:
    trial.all_pass("-p", "xdist", "-n", "2")


@pytest.mark.parametrize(
    ("title", "file", "client", "reason"),
    [
        (LOST_REPLY, "test_lost_reply.py", BLIND, "CLIENT-RETRY-UNREAD"),
        (LOST_REPLY, "test_lost_reply.py", BELIEVING, "assert False"),
        (JOB_FAILS, "test_job_fails.py", ONCE, "assert ('queued', 0.0) == ('failed', 0.5)"),
        (LIMIT, "test_limit.py", HASTY, "assert [1, 1, 1"),
        (PARALLEL, "test_parallel.py", SHARED, "assert ['Founders'] == []"),
    ],
)
def test_a_bad_client_fails_its_recipe(title: str, file: str, client: str, reason: str, trial: Trial) -> None:
    trial.fails(title, file, client, reason)


def test_the_recipes_send_the_admin_token_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "of-the-environment"
    monkeypatch.setenv("AUDIENCE_MOCK_ADMIN_TOKEN", token)
    with served(Settings(admin_token=token)) as (url, _):
        Trial(PYTHON, run, url, tmp_path).all_pass("-p", "xdist", "-n", "2")
