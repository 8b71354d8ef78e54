"""The watch over a seed file: a change of it makes the sandbox `default` anew."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from mockserver.ports import StoreError
from mockserver.seeds import read_seed
from mockserver.service.seeding import SeedError

INTERVAL = 0.5
"""The seconds between looks at the file. A look costs a system call, and works where files are mounted or replaced."""

Stamp = tuple[int, int, int] | None


async def watch_seed_file(
    path: Path,
    seen: Stamp,
    reseed: Callable[[Mapping[str, Any]], Awaitable[object]],
    say: Callable[[str], None],
    pause: Callable[[float], Awaitable[None]],
) -> None:
    """Reseed whenever a seed file has changed, until cancelled; a file that is no seed changes nothing.

    Args:
        path: The file.
        seen: The stamp of the file as the sandbox was made from it.
        reseed: A coroutine function that makes the sandbox anew from a document.
        say: A function that prints a line.
        pause: A coroutine function that waits for some seconds.
    """
    while True:
        await pause(INTERVAL)
        current = stamp(path)
        if current == seen:
            continue
        seen = current
        try:
            await reseed(read_seed(path))
        except (SeedError, StoreError) as error:
            say(f"audience-mock: the sandbox default stays as it is: {error}")
        else:
            say(f"audience-mock: the sandbox default was made anew from {path}")


def stamp(path: Path) -> Stamp:
    """Return what changes with the content of a file; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
