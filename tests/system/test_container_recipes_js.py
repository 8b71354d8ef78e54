"""The recipe of docs/recipes/containers.md for JavaScript: it runs as it stands, on a stand-in for a runtime."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.container_runtime import IMAGE, Runtime, container_runtime
from tests.harness.pages import Page
from tests.system.npm import install

PAGE = Page("docs/recipes/containers.md")
LIBRARY = "testcontainers@11"


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    with container_runtime() as runtime:
        yield runtime


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("containers")
    install(root, LIBRARY)
    for block in PAGE.blocks("js"):
        (root / block.text.partition("\n")[0].removeprefix("// ")).write_text(block.text)
    return root


def run(folder: Path, runtime: Runtime) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **runtime.variables(), "HOME": str(folder)}  # noqa: TID251  (a child's, not ours)
    command = ["node", "--test", "--test-reporter=tap"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=90)  # noqa: S603  (ours)


def test_the_recipe_has_one_container_which_is_gone_at_its_end(folder: Path, runtime: Runtime) -> None:
    result = run(folder, runtime)

    assert (result.returncode, "# pass 1" in result.stdout) == (0, True), result.stdout + result.stderr
    assert runtime.containers == {}
    (container,) = runtime.removed
    assert container.created["Image"].removesuffix(":latest") == IMAGE
    assert list(container.created["ExposedPorts"]) == ["8080/tcp"]
    assert set(container.variables) == {"AUDIENCE_MOCK_ADMIN_TOKEN"}


def test_the_page_names_the_version_for_the_node_of_debian() -> None:
    assert f"npm install {LIBRARY}`" in PAGE.text
