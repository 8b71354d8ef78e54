"""The watch over a seed file."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.job import Progression
from mockserver.seed_watch import stamp, watch_seed_file
from mockserver.seeds import read_seed
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import SeedError

ONE, TWO = ("accountGroups: [{name: One}]", "accountGroups: [{name: Two}]")


class StoppedError(Exception):
    """The end of a watch."""


class Watched:
    """A seed file under watch, and a sandbox that is made from it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []
        self.sandboxes = Sandboxes(MemoryStore(), ManualClock(), SeededIds(0), Progression())
        path.write_text(ONE)

    def names_after(self, *changes: Callable[[Path], object]) -> list[str]:
        """Return the names of the account groups after each of some changes of the file."""
        return asyncio.run(self._names_after(changes))

    async def _names_after(self, changes: tuple[Callable[[Path], object], ...]) -> list[str]:
        seen = stamp(self.path)
        await self.sandboxes.create(read_seed(self.path), sandbox_id="default")
        left, names = list(changes), list[str]()

        async def pause(_seconds: float) -> None:
            names.append(await self._name())
            if not left:
                raise StoppedError
            left.pop(0)(self.path)

        async def reseed(seed: Mapping[str, Any]) -> None:
            await self.sandboxes.reset("default", seed)

        with pytest.raises(StoppedError):
            await watch_seed_file(self.path, seen, reseed, self.said.append, pause)
        return names[1:]

    async def _name(self) -> str:
        return (await self.sandboxes.inspect("default")).account_groups[0].name


def written(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


def replaced(text: str) -> Callable[[Path], object]:
    def replace(path: Path) -> None:
        other = path.with_suffix(".new")
        other.write_text(text)
        os.utime(other, ns=(0, path.stat().st_mtime_ns))
        other.replace(path)

    return replace


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "seed.yaml")


@pytest.mark.parametrize("change", [written, replaced])
def test_a_changed_file_makes_the_sandbox_anew(watched: Watched, change: Callable[[str], Any]) -> None:
    assert watched.names_after(lambda _: None, change(TWO), lambda _: None) == ["One", "Two", "Two"]
    assert watched.said == [f"audience-mock: the sandbox default was made anew from {watched.path}"]


def test_the_sandbox_returns_to_the_seed_that_it_was_made_from_last(watched: Watched) -> None:
    watched.names_after(written(TWO))

    async def name_after_reset() -> str:
        await watched.sandboxes.reset("default")
        return (await watched.sandboxes.inspect("default")).account_groups[0].name

    assert asyncio.run(name_after_reset()) == "Two"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (written("accountGroups: 1"), "accountGroups: "),
        (written("keys: [{key: sk_test_1}, {key: sk_test_1}]"), "appears twice"),
        (Path.unlink, "No such file"),
    ],
)
def test_a_file_that_is_no_seed_changes_nothing(
    watched: Watched, change: Callable[[Path], object], reason: str
) -> None:
    assert watched.names_after(change, written(TWO)) == ["One", "Two"]
    assert len(watched.said) == 2
    assert watched.said[0].startswith("audience-mock: the sandbox default stays as it is: ")
    assert reason in watched.said[0]


def test_a_seed_that_contradicts_itself_leaves_the_seed_before() -> None:
    sandboxes = Sandboxes(MemoryStore(), ManualClock(), SeededIds(0), Progression())

    async def name_after() -> str:
        made = await sandboxes.create({"accountGroups": [{"name": "One"}]})
        with pytest.raises(SeedError):
            await sandboxes.reset(made.sandbox.id, {"keys": [{"key": "sk_test_1"}, {"key": "sk_test_1"}]})
        await sandboxes.reset(made.sandbox.id)
        return (await sandboxes.inspect(made.sandbox.id)).account_groups[0].name

    assert asyncio.run(name_after()) == "One"
