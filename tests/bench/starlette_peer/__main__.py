"""The command that serves the Starlette peer, on one process with the flags of the other servers."""

import gc
import sys
from pathlib import Path

import orjson
import uvicorn

from tests.bench.flags import FLAGS, option
from tests.bench.starlette_peer.application import application
from tests.bench.starlette_peer.state import State

_EMPTY = {"keys": [], "accountGroups": []}


def main(arguments: list[str]) -> None:
    """Serve until a signal."""
    seed = option(arguments, "--seed-file")
    state = State(_EMPTY if seed is None else orjson.loads(Path(seed).read_bytes()))
    gc.collect()
    gc.freeze()  # as our server does once it is up
    uvicorn.run(application(state), port=int(option(arguments, "--port") or 0), **FLAGS)


if __name__ == "__main__":
    main(sys.argv)
