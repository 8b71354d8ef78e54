"""Process figures, read from a fake /proc."""

import os
from pathlib import Path

import pytest

from tests.bench.placing import on
from tests.bench.processes import cpu_seconds, resident_megabytes, tree

ABSENT = 2**22 + 1  # more than Linux gives to anybody


def process(proc: Path, pid: int, children: str) -> None:
    """Create the files of a process with one thread."""
    thread = proc / str(pid) / "task" / str(pid)
    thread.mkdir(parents=True)
    (thread / "children").write_text(children)


def test_a_process_tree_includes_grandchildren(tmp_path: Path) -> None:
    process(tmp_path, 1, "2 3 ")
    process(tmp_path, 2, "4 ")
    process(tmp_path, 4, "")

    assert tree(1, tmp_path) == [1, 2, 3, 4]


def test_the_memory_of_a_process_is_its_resident_size(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("Name:\tpython\nVmRSS:\t   65536 kB\n")

    assert resident_megabytes(7, tmp_path) == 64


def test_the_cpu_time_falls_back_to_ticks_without_a_process_clock(tmp_path: Path) -> None:
    (tmp_path / str(ABSENT)).mkdir()
    ticks = os.sysconf("SC_CLK_TCK")
    (tmp_path / str(ABSENT) / "stat").write_text(f"{ABSENT} (a name) S " + "0 " * 10 + f"{ticks} {2 * ticks} 0 0\n")

    assert cpu_seconds(ABSENT, tmp_path) == 3


def test_an_ended_process_has_no_cpu_time(tmp_path: Path) -> None:
    assert cpu_seconds(ABSENT, tmp_path) == 0


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="nobody can choose cores here")
def test_the_cores_of_the_process_are_restored_afterwards() -> None:
    before = os.sched_getaffinity(0)

    with on((min(before),)):
        assert os.sched_getaffinity(0) == {min(before)}

    assert os.sched_getaffinity(0) == before
