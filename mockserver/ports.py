"""The interfaces that the use cases need from outside: a clock, fresh names, and a store with transactions."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.job import Job, JobStatus
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.recording.coverage.counts import Counts
from mockserver.recording.exchange import Exchange

RESET = "mockserver.reset"
"""The ASGI extension and message type that reset a connection; unsent data is lost."""

CLOSE = "mockserver.close"
"""The ASGI extension and message type that close a connection after the data sent so far, complete or not."""


REUSED = "mockserver.reused"
"""The ASGI extension that marks a request whose connection has carried an earlier one."""


MAX_RUNS = 100
"""The maximum number of runs whose removed sandboxes a store counts apart."""


class Clock(Protocol):
    """The source of time."""

    def now(self) -> int:
        """Return the real time in milliseconds since 1970-01-01T00:00:00Z."""


class Ids(Protocol):
    """The source of names that must be unique or secret."""

    def trace_id(self) -> str:
        """Return a fresh trace id: 24 lower-case hex digits."""

    def secret(self) -> str:
        """Return a fresh secret for a sandbox: 32 lower-case hex digits."""


class Caller(NamedTuple):
    """The caller of a request: a key, and the sandbox of the key."""

    key: ApiKey
    sandbox: Sandbox


@dataclass(frozen=True, slots=True)
class Journal:
    """The content of a sandbox's journal.

    Attributes:
        exchanges: The exchanges, oldest first.
        dropped: The number of earlier exchanges that were dropped for new ones, or cleared.
        size: The size of all held exchanges in bytes.
    """

    exchanges: Sequence[Exchange]
    dropped: int
    size: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a sandbox's coverage.

    Attributes:
        sandbox_id: The sandbox.
        counts: The counts so far: responses as they were appended, situations as they were examined.
        examined: The number of the last exchange in the journal that was examined for situations.
        last: The number of the last exchange in the journal.
    """

    sandbox_id: str
    counts: Counts
    examined: int
    last: int


class SandboxNotFoundError(LookupError):
    """The sandbox does not exist (any more)."""


class TakenIdError(ValueError):
    """A sandbox with this id already exists."""


class StoreError(Exception):
    """The store is unavailable; the message says why, in one line and without a password."""


class StoreFullError(StoreError):
    """A change does not fit into what the store may hold: nothing was written, and what shrinks it still succeeds."""

    def __init__(self, taken: int, limit: int) -> None:
        super().__init__(f"the store is full: it holds {taken:,} of the {limit:,} bytes that --max-data allows")


class Access(Enum):
    """The access that a transaction needs; a store may isolate it more strictly."""

    READ = auto()
    """The transaction does not write, and reads one snapshot; with an `AudienceRef`, a snapshot of that audience, its
    jobs and the sandbox only."""
    OPTIMISTIC = auto()
    """The transaction has an `AudienceRef`, and writes that audience only. Others may write in the sandbox meanwhile;
    if they change the audience or its jobs, the transaction fails with ConflictError."""
    EXCLUSIVE = auto()
    """No other transaction writes in the sandbox meanwhile, except audiences that this one has not read."""


class AudienceRef(NamedTuple):
    """The audience that a transaction is about."""

    account_group_id: str
    audience_id: str


class ConflictError(Exception):
    """Another transaction changed the audience first: nothing was written, and a retry is possible."""


class Transaction(Protocol):
    """An atomic transaction over one sandbox. Lists are ordered newest first, by descending serial number."""

    async def sandbox(self) -> Sandbox:
        """Return the sandbox's own record."""

    async def save_sandbox(self, sandbox: Sandbox) -> None:
        """Replace the sandbox's own record."""

    async def seed(self) -> Mapping[str, Any]:
        """Return the seed document of the sandbox, which a reset applies again."""

    async def save_seed(self, seed: Mapping[str, Any]) -> None:
        """Replace the seed document of the sandbox."""

    async def next_serial(self) -> int:
        """Return a number greater than all before in this sandbox since it was created or cleared."""

    async def last_serial(self) -> int:
        """Return the last number that `next_serial` has given; 0 if there is none."""

    async def skip_serials(self, last: int) -> None:
        """Let `next_serial` go on behind a number, unless it is further already."""

    async def clear(self, *, journal: bool = True) -> None:
        """Remove everything but the sandbox's own record, its seed, its snapshots and, on request, its journal."""

    async def snapshots(self) -> Sequence[Snapshot]:
        """Return the snapshots of the sandbox without their documents, in arbitrary order."""

    async def snapshot_document(self, name: str) -> Mapping[str, Any] | None:
        """Return the document of the snapshot with this name."""

    async def save_snapshot(self, snapshot: Snapshot, document: Mapping[str, Any]) -> None:
        """Add or replace a snapshot; `clear` leaves it."""

    async def remove_snapshot(self, name: str) -> None:
        """Remove a snapshot, if it exists."""

    async def rollback(self) -> None:
        """Undo all writes of this transaction so far."""

    async def api_key(self, token: str) -> ApiKey | None:
        """Return the sandbox's key with this token."""

    async def api_keys(self) -> Sequence[ApiKey]:
        """Return all keys of the sandbox, in arbitrary order."""

    async def save_api_key(self, key: ApiKey) -> None:
        """Add or replace a key; ValueError if the token belongs to another sandbox."""

    async def remove_api_key(self, token: str) -> None:
        """Remove a key, if it exists."""

    async def account_group(self, account_group_id: str) -> AccountGroup | None:
        """Return the account group with this id."""

    async def account_groups(self) -> Sequence[AccountGroup]:
        """Return all account groups of the sandbox."""

    async def save_account_group(self, account_group: AccountGroup) -> None:
        """Add or replace an account group."""

    async def remove_account_group(self, account_group_id: str) -> None:
        """Remove an account group with all its records, if it exists."""

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """Return the audience with this id in this account group."""

    async def audiences(self, account_group_id: str, *, before: int | None, limit: int | None) -> Sequence[Audience]:
        """Return at most `limit` audiences (None: all) with a serial number below `before`."""

    async def save_audience(self, audience: Audience) -> None:
        """Add or replace an audience."""

    async def remove_audience(self, audience: Audience) -> None:
        """Remove an audience, if it exists."""

    async def folder(self, account_group_id: str, folder_id: str) -> Folder | None:
        """Return the folder with this id in this account group."""

    async def folders(self, account_group_id: str) -> Sequence[Folder]:
        """Return all folders of an account group."""

    async def save_folder(self, folder: Folder) -> None:
        """Add or replace a folder."""

    async def job(self, job_id: str) -> Job | None:
        """Return the job with this id, in any account group."""

    async def jobs(
        self, account_group_id: str, *, before: int | None, limit: int | None, outcome: JobStatus | None = None
    ) -> Sequence[Job]:
        """Return at most `limit` jobs (None: all) with a serial number below `before`.

        With an `outcome`, only jobs with a recorded end of this outcome are returned.
        """

    async def open_jobs(self, account_group_id: str) -> Sequence[Job]:
        """Return the jobs of an account group without a recorded end, oldest first."""

    async def open_jobs_on(self, audience_id: str) -> Sequence[Job]:
        """Return the jobs on an audience without a recorded end, oldest first."""

    async def save_job(self, job: Job) -> None:
        """Add or replace a job."""

    async def replay(self, account_group_id: str, idempotency_key: str) -> Replay | None:
        """Return the recorded use of an idempotency key in an account group."""

    async def replays(self) -> Sequence[Replay]:
        """Return all recorded uses of idempotency keys, expired ones too, in arbitrary order."""

    async def save_replay(self, replay: Replay) -> None:
        """Add or replace the use of an idempotency key."""


class Store(Protocol):
    """The store of all records. All methods except `append` may raise StoreError; then nothing is partly done."""

    async def caller(self, token: str) -> Caller | None:
        """Return the key with this token, revoked or not, and its sandbox; None for an unknown token."""

    def sandbox_at_hand(self, sandbox_id: str) -> Sandbox | None:
        """Return a sandbox's own record where that takes no wait; None if it has to be read, or does not exist."""

    async def sandboxes(self) -> Sequence[Sandbox]:
        """Return all sandboxes, oldest first."""

    async def count(self) -> int:
        """Return the number of sandboxes."""

    def creation(self, sandbox: Sandbox, seed: Mapping[str, Any]) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that creates a sandbox, visible after the block; it is not created if the block raises.

        Raises:
            TakenIdError: On entering: a sandbox with this id already exists.
        """

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox with all its records; SandboxNotFoundError if there is no such sandbox."""

    async def tokens(self) -> Collection[str]:
        """Return the tokens of all keys of all sandboxes."""

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """Append an exchange to the journal of a sandbox, if it exists; the journal numbers exchanges from 1.

        No request waits for the write: a remote store buffers exchanges, and writes them in batches, at the latest
        before the journal is read. `Transaction.clear` empties the journal, and restarts the numbers.
        """

    async def settle(self) -> None:
        """Wait until the exchanges that have ended by now stand in their journals, those of other servers too."""

    async def journal(self, sandbox_id: str, *, after: int = 0, settled: bool = False) -> Journal:
        """Return a sandbox's exchanges with a number greater than `after`; SandboxNotFoundError if it is unknown.

        With `settled`, it does not wait as `settle` does.
        """

    async def clear_journal(self, sandbox_id: str) -> None:
        """Drop the exchanges of a sandbox, and continue the numbers; SandboxNotFoundError if it is unknown."""

    async def tally(self, sandbox_id: str) -> Tally:
        """Return the counts of a sandbox's coverage; SandboxNotFoundError if it is unknown."""

    async def unexamined(self, run: str | None) -> Sequence[Tally]:
        """Return the counts of all sandboxes, or of those with this run, that have exchanges not examined so far."""

    async def total_counts(self, run: str | None) -> Counts:
        """Return the sum of all counts, or of those with this run, of removed sandboxes too.

        Of removed sandboxes, the store tells the newest `MAX_RUNS` runs apart.
        """

    async def note_examination(self, tally: Tally, found: Counts, examined: int) -> bool:
        """Add the situations found up to an exchange, unless another examination has done so since; return whether."""

    async def forget_coverage(self, run: str | None) -> None:
        """Set all counts to 0, or those with this run."""

    def transaction(
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, audience_ref: AudienceRef | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction over a sandbox: committed at the end of the block, rolled back if the block raises.

        Raises:
            SandboxNotFoundError: On entering: there is no such sandbox.
            ConflictError: On leaving, with `Access.OPTIMISTIC` only: the audience has changed in between.
        """
