"""The kinds of measured servers."""

import sys
from dataclasses import dataclass

from tests.bench.requests import DELETES, FLOW, PATHS
from tests.bench.scenarios import Kind

SERVE = (sys.executable, "-m", "mockserver", "serve", "--log-format", "none")
EVERY_PATH = frozenset(PATHS)


@dataclass(frozen=True)
class Target:
    """A kind of server.

    Attributes:
        command: the command that starts the server, before `--port`.
        about: what a reader has to know of the row.
        kind: how the server responds; one with state takes a seed file and can be reset.
        confined: whether the server runs on one core; otherwise it and the processes that it needs use all cores.
        warm_up: seconds of load before the first measurement, because node compiles frequently used code.
        store: the kind of store of one of our servers.
        database: the process of the database server behind it.
    """

    name: str
    command: tuple[str, ...]
    about: str = ""
    kind: Kind = Kind.STATE
    paths: frozenset[str] = EVERY_PATH
    confined: bool = True
    warm_up: float = 1.0
    store: str | None = None
    database: int | None = None

    @property
    def remembers(self) -> bool:
        """Whether the server has state."""
        return self.kind is Kind.STATE


ASGI = Target(
    "asgi",
    (sys.executable, "-m", "tests.bench.asgi"),
    "a bare ASGI application on uvicorn, the limit of this stack: constant bytes, no checks, no state",
    Kind.CONSTANT,
)
BARE = Target(
    "bare",
    (sys.executable, "-m", "tests.bench.bare"),
    "Starlette with templated routes and constant content: no checks, no state",
    Kind.CONSTANT,
)
STARLETTE = Target(
    "starlette",
    (sys.executable, "-m", "tests.bench.starlette_peer"),
    "Starlette with the same checks, state and responses as ours for the measured operations; it keeps no journal",
)
OURS = Target(
    "ours", SERVE, "our server as `serve` starts it: every check, its state in memory, and a journal", store="memory"
)
NO_JOURNAL = Target(
    "no-journal", (*SERVE, "--journal-limit", "0"), "our server with `--journal-limit 0`", store="memory"
)
STOCK = Target(
    "stock",
    (sys.executable, "-m", "tests.bench.stock"),
    "stock Connexion with our contract, handlers and store in memory; it keeps no journal",
)
YARDSTICK = STARLETTE
PYTHON = (ASGI, BARE, STARLETTE, OURS, NO_JOURNAL, STOCK)
"""The servers that need nothing but pip."""

OPENAPI_BACKEND, OPENAPI_BACKEND_4 = BACKENDS = ("openapi-backend", "openapi-backend-4")
PRISM, PRISM_4 = PRISMS = ("prism", "prism-4")
FROM_NPM = BACKENDS + PRISMS
"""The servers from npm: with our contract, and with one of four operations."""


def backend(name: str, contract: str, *command: str) -> Target:
    """Return openapi-backend with handlers that do what ours do for the measured operations."""
    about = f"openapi-backend on node:http with {contract}: its checks, handlers with state; it keeps no journal"
    return Target(name, command, about, warm_up=4.0)


def prism(name: str, contract: str, *command: str) -> Target:
    """Return Prism, which has no state: refusals are examples that a header asks for, or a missing key."""
    about = f"Prism with {contract}: its checks, and examples chosen by `Prefer`; no state, no journal"
    return Target(name, command, about, Kind.EXAMPLES, EVERY_PATH - {FLOW}, warm_up=4.0)


def stored(store: str, workers: int, url: str, database: int | None = None) -> Target:
    """Return our server with its state in a database."""
    durability = "relaxed" if store.endswith("relaxed") else "full"
    command = (*SERVE, "--store", url, "--workers", str(workers), "--durability", durability)
    about = (
        f"our server on {store}, {workers} processes, a journal" if workers > 1 else f"our server on {store}, a journal"
    )
    paths = frozenset({DELETES, FLOW})  # the others write nothing
    return Target(
        replicated(store, workers), command, about, paths=paths, confined=False, store=store, database=database
    )


def replicated(store: str, workers: int) -> str:
    """Return the name of our server with a store and a number of workers."""
    return store if workers == 1 else f"{store} x{workers}"
