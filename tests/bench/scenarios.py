"""The measured sequences of requests, for both load generators: wrk by its script, and the client in Python."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import cycle, repeat
from typing import Protocol

from tests.bench.requests import (
    AFTER_ID,
    BEFORE_ID,
    CREATE,
    DELETES,
    FLOW,
    PATHS,
    REFUSED,
    WITHOUT_KEY,
    FlowTurns,
    Turn,
    in_turn,
    preferring,
    requests,
)


class Kind(Enum):
    """The kind of responses of a server."""

    STATE = "by its state, after all checks"
    CONSTANT = "a constant for each method"
    EXAMPLES = "an example of the contract, after its checks"


class Scenario(Protocol):
    """A sequence of requests with the statuses that are expected."""

    @property
    def statuses(self) -> tuple[int, ...]:
        """The expected statuses, of each step in turn."""

    @property
    def needs_own_threads(self) -> bool:
        """Whether wrk needs a thread for each connection, because a request depends on the response before it."""

    def turns(self) -> Callable[[], Turn]:
        """Return the maker of turns for the client in Python."""

    def arguments(self) -> list[str]:
        """Return the arguments of the script for wrk."""


@dataclass(frozen=True)
class Same:
    """The same request without end."""

    request: bytes
    status: int
    needs_own_threads: bool = False

    @property
    def statuses(self) -> tuple[int, ...]:
        return (self.status,)

    def turns(self) -> Callable[[], Turn]:
        return in_turn(repeat(self.request))

    def arguments(self) -> list[str]:
        return ["same", str(self.status), self.request.decode()]


@dataclass(frozen=True)
class Deletions:
    """A deletion of each prepared audience; a server without state can get the same ones again."""

    audiences: int
    again: bool
    statuses: tuple[int, ...] = (200,)
    needs_own_threads: bool = False

    def turns(self) -> Callable[[], Turn]:
        sent = requests(DELETES, self.audiences)
        return in_turn(cycle(sent) if self.again else sent)

    def arguments(self) -> list[str]:
        count = f"{self.audiences}{' again' if self.again else ''}"
        return ["deletions", "200", BEFORE_ID["DELETE"].decode(), AFTER_ID.decode(), count]


@dataclass(frozen=True)
class Flow:
    """An audience created, read, deleted, read again and deleted again, by each connection for itself."""

    statuses: tuple[int, ...]
    needs_own_threads: bool = True

    def turns(self) -> Callable[[], Turn]:
        return lambda: FlowTurns(self.statuses)

    def arguments(self) -> list[str]:
        statuses = " ".join(map(str, self.statuses))
        return [
            "flow",
            statuses,
            CREATE.decode(),
            BEFORE_ID["GET"].decode(),
            BEFORE_ID["DELETE"].decode(),
            AFTER_ID.decode(),
        ]


def scenario(path: str, kind: Kind, audiences: int) -> Scenario:
    """Return the requests of a path for a kind of server.

    Args:
        path: The path.
        kind: The kind of the server, which decides by what a refusal comes about.
        audiences: The number of prepared audiences.
    """
    if path == FLOW:
        return Flow(PATHS[FLOW] if kind is Kind.STATE else (201, 200, 200, 200, 200))
    if path == DELETES:
        return Deletions(audiences, again=kind is not Kind.STATE)
    (status,) = PATHS[path]
    if kind is Kind.CONSTANT:
        return Same(REFUSED[path], 200)
    if kind is Kind.EXAMPLES:
        return Same(WITHOUT_KEY if path == "401" else preferring(path), status)
    return Same(REFUSED[path], status)
