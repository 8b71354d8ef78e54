"""What the rules need from outside: a clock, fresh names, and a store with transactions."""

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
from mockserver.recording.exchange import Exchange


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> int:
        """The real time: milliseconds since 1970-01-01T00:00:00Z."""


class Ids(Protocol):
    """Where names that nobody may guess or repeat come from."""

    def trace_id(self) -> str:
        """A fresh trace id: 24 lower-case hex digits."""

    def secret(self) -> str:
        """A fresh secret of a sandbox: 32 lower-case hex digits."""


class Caller(NamedTuple):
    """Who sent a request: a key, and the sandbox that the key belongs to."""

    key: ApiKey
    sandbox: Sandbox


@dataclass(frozen=True, slots=True)
class Journal:
    """What a sandbox's journal holds, oldest first. `dropped`: how many came before, and made room or were cleared."""

    exchanges: Sequence[Exchange]
    dropped: int
    size: int


class SandboxNotFoundError(LookupError):
    """There is no such sandbox, or none any more."""


class TakenIdError(ValueError):
    """There is a sandbox with this id already."""


class StoreError(Exception):
    """The store cannot be used, or not now; the message says why, in one line and without a password."""


class Access(Enum):
    """What a transaction asks for; a store may give it more.

    READ: it writes nothing, and sees one instant; where it names an audience, of that, its jobs and the sandbox alone.
    SHARE: it names an audience, and writes nothing else; others may write in the sandbox meanwhile. If they change that
    audience or the jobs on it, the transaction is not kept: ConflictError.
    ALONE: nobody else writes in the sandbox meanwhile, but audiences that it has not looked at.
    """

    READ = auto()
    OPTIMISTIC = auto()
    EXCLUSIVE = auto()


class AudienceRef(NamedTuple):
    """The audience that a transaction names."""

    account_group_id: str
    audience_id: str


class ConflictError(Exception):
    """Somebody else was sooner: nothing was written, and the same may be tried again."""


class Transaction(Protocol):
    """One atomic step over one sandbox. Lists come newest first: by descending serial number."""

    async def sandbox(self) -> Sandbox:
        """The sandbox itself."""

    async def save_sandbox(self, sandbox: Sandbox) -> None:
        """Put the sandbox's record in place of the one with its id."""

    async def seed(self) -> Mapping[str, Any]:
        """The seed document that the sandbox was made with, and that a reset goes back to."""

    async def next_serial(self) -> int:
        """A number greater than any given out before in this sandbox since it was made or cleared."""

    async def clear(self) -> None:
        """Forget everything in the sandbox but its own record and its seed."""

    async def rollback(self) -> None:
        """Undo what this transaction has written so far."""

    async def api_key(self, token: str) -> ApiKey | None:
        """The sandbox's key with this token."""

    async def api_keys(self) -> Sequence[ApiKey]:
        """All keys of the sandbox, in no order that means anything."""

    async def save_api_key(self, key: ApiKey) -> None:
        """Add or replace a key; ValueError where the token belongs to another sandbox."""

    async def remove_api_key(self, token: str) -> None:
        """Remove a key, if it is there."""

    async def account_group(self, account_group_id: str) -> AccountGroup | None:
        """The account group with this id."""

    async def account_groups(self) -> Sequence[AccountGroup]:
        """All account groups of the sandbox."""

    async def save_account_group(self, account_group: AccountGroup) -> None:
        """Add or replace an account group."""

    async def remove_account_group(self, account_group_id: str) -> None:
        """Remove an account group with all that is in it, if it is there."""

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """The audience with this id in this account group."""

    async def audiences(self, account_group_id: str, *, before: int | None, limit: int | None) -> Sequence[Audience]:
        """At most `limit` audiences (None: all) with a serial number below `before`."""

    async def save_audience(self, audience: Audience) -> None:
        """Add or replace an audience."""

    async def remove_audience(self, audience: Audience) -> None:
        """Remove an audience, if it is there."""

    async def folder(self, account_group_id: str, folder_id: str) -> Folder | None:
        """The folder with this id in this account group."""

    async def folders(self, account_group_id: str) -> Sequence[Folder]:
        """All folders of an account group."""

    async def save_folder(self, folder: Folder) -> None:
        """Add or replace a folder."""

    async def job(self, job_id: str) -> Job | None:
        """The job with this id, in whatever account group."""

    async def jobs(
        self, account_group_id: str, *, before: int | None, limit: int | None, outcome: JobStatus | None = None
    ) -> Sequence[Job]:
        """At most `limit` jobs (None: all) with a serial number below `before`.

        `outcome`: only those whose ending is on record, and was this.
        """

    async def open_jobs(self, account_group_id: str) -> Sequence[Job]:
        """The jobs of an account group whose ending is not on record."""

    async def open_jobs_on(self, audience_id: str) -> Sequence[Job]:
        """The jobs on an audience whose ending is not on record."""

    async def save_job(self, job: Job) -> None:
        """Add or replace a job."""

    async def replay(self, account_group_id: str, idempotency_key: str) -> Replay | None:
        """What this idempotency key was used for in this account group."""

    async def replays(self) -> Sequence[Replay]:
        """All idempotency keys that are on record, forgotten ones too, in no order that means anything."""

    async def save_replay(self, replay: Replay) -> None:
        """Add or replace what an idempotency key was used for."""


class Store(Protocol):
    """Where the records are. All but `append` may raise StoreError; then nothing is half done."""

    async def caller(self, token: str) -> Caller | None:
        """The key with this token, revoked or not, and its sandbox; None for an unknown token."""

    async def sandboxes(self) -> Sequence[Sandbox]:
        """All sandboxes, oldest first."""

    async def count(self) -> int:
        """How many sandboxes there are."""

    def creation(self, sandbox: Sandbox, seed: Mapping[str, Any]) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that makes a sandbox: nobody sees it before the block ends, and it is not there if that raises.

        Entering raises TakenIdError where there is one with its id.
        """

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox with all that is in it; SandboxNotFoundError where there is none."""

    async def tokens(self) -> Collection[str]:
        """The tokens of all keys of all sandboxes."""

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """Add an exchange to a sandbox's journal, which numbers them from 1; nothing where there is no such sandbox.

        No request waits for that: a store that writes elsewhere keeps it back, and writes it with others, at the latest
        before the journal is read. `Transaction.clear` empties the journal, and numbers anew.
        """

    async def journal(self, sandbox_id: str, *, after: int = 0) -> Journal:
        """The exchanges of a sandbox with a greater number than `after`; SandboxNotFoundError where there is none."""

    async def clear_journal(self, sandbox_id: str) -> None:
        """Drop the exchanges of a sandbox; numbers go on. SandboxNotFoundError where there is none."""

    def transaction(
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, about: AudienceRef | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """One transaction over a sandbox: kept when the block ends, undone when it raises.

        Entering raises SandboxNotFoundError where there is no such sandbox; leaving may raise ConflictError, of SHARE.
        """
