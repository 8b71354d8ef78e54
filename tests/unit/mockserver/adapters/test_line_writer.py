"""Lines that a thread writes to a pipe, read or unread."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.adapters.line_writer import LineWriter

LINE = "x" * 99


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def close(end: int) -> None:
    """Close one end of a pipe, but keep its number taken."""
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), end)


def read(file: int) -> list[str]:
    """Return the lines in a pipe whose other end is closed."""
    with os.fdopen(os.dup(file)) as lines:
        return lines.read().splitlines()


def test_all_lines_are_written_in_order(pipe: tuple[int, int]) -> None:
    write = LineWriter(pipe[1])
    for number in range(1_000):
        write(f"{number} ü")
    write.close(20)
    close(pipe[1])

    assert read(pipe[0]) == [f"{number} ü" for number in range(1_000)]


def test_lines_that_nobody_reads_are_dropped_and_counted_when_there_is_room_again(pipe: tuple[int, int]) -> None:
    write = LineWriter(pipe[1], max_waiting=10_000, pause=0)
    for _ in range(3_000):  # more than a pipe and the writer hold
        write(LINE)
    seen: list[bytes] = []
    while not any(b"missing" in part for part in seen):
        seen.append(os.read(pipe[0], 1 << 16))
        write("later")
    write.close(20)

    text = b"".join(seen).decode()
    (notice,) = [line for line in text.splitlines() if "missing" in line]
    dropped = int(notice.split()[1])
    assert notice == f"audience-mock: {dropped} lines are missing here, because nobody read them in time"
    assert 1_000 < dropped < 3_000


def test_a_reader_that_has_gone_disturbs_nobody(pipe: tuple[int, int]) -> None:
    close(pipe[0])
    write = LineWriter(pipe[1], pause=0)

    for _ in range(100):
        write(LINE)
    write.close(20)


def test_a_non_blocking_file_gets_every_line(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    write = LineWriter(pipe[1], pause=0)
    for _ in range(2_000):  # twice as much as a pipe holds
        write(LINE)
    content = b""
    while len(content) < 2_000 * 100:
        content += os.read(pipe[0], 1 << 16)
    write.close(20)

    assert content.decode().splitlines() == [LINE] * 2_000
