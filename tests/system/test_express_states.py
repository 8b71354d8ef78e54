"""The starting point of the provider states for Express: with a small store it passes the check, and `delete`."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.example_states import assert_profile_delete_conforms, assert_states_are_right
from tests.harness.pages import ROOT
from tests.system.npm import install

HERE = Path(__file__).parent / "express"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the implementation."""
    folder = tmp_path_factory.mktemp("express")
    for file in (*HERE.iterdir(), ROOT / "examples" / "provider-states" / "express.mjs"):
        shutil.copy(file, folder)
    install(folder)
    with subprocess.Popen(["node", "target.mjs"], cwd=folder, stdout=subprocess.PIPE, text=True) as target:  # noqa: S607  (in the path)
        assert target.stdout is not None
        yield target.stdout.readline().strip()
        target.terminate()


def test_the_states_of_the_example_are_right(url: str) -> None:
    assert_states_are_right(url)


def test_the_example_is_enough_for_the_profile_delete(url: str, tmp_path: Path) -> None:
    assert_profile_delete_conforms(url, tmp_path)
