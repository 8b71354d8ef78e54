"""The management of sandboxes: create, inspect, reset, delete, and change their clocks and job pace."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mockserver.domain.account import AccountGroup
from mockserver.domain.identifier import identifier
from mockserver.domain.job import Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import RateLimit
from mockserver.domain.sandbox import Sandbox, SandboxClock
from mockserver.ports import Access, Clock, Ids, SandboxNotFoundError, Store, StoreFullError
from mockserver.service.coverages import Coverages
from mockserver.service.expiry import discard, note_use, still_exists
from mockserver.service.seed_values import with_settings
from mockserver.service.seeding import Document, Seeded, TakenKeyError, apply_seed
from mockserver.service.transactions import UnitOfWork

T = TypeVar("T")
_MINIMAL_SEED: Document = {"keys": [{"name": "all permissions"}], "accountGroups": [{"name": "Account group"}]}


@dataclass(frozen=True, slots=True)
class SeenSandbox:
    """A sandbox at an instant of its own clock."""

    sandbox: Sandbox
    now: int
    keys: Sequence[ApiKey]
    account_groups: Sequence[AccountGroup]


class TooManyError(Exception):
    """The server has the maximum number of sandboxes; the message says how many."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of all sandboxes of a server.

    Attributes:
        limit: The rate limit of a new sandbox.
        expiry: The default expiry of an unused sandbox in milliseconds; None for never.
        most: The maximum number of sandboxes.
    """

    limit: RateLimit | None = None
    expiry: int | None = 3_600_000
    most: int = 10_000


_DEFAULT_POLICY = Policy()


class Sandboxes:
    """All sandboxes of a store. Every method with a sandbox id raises SandboxNotFoundError for an unknown one."""

    def __init__(  # noqa: PLR0913  (one argument a component)
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        progression: Progression,
        policy: Policy = _DEFAULT_POLICY,
        *,
        coverages: Coverages | None = None,
    ) -> None:
        self.policy = policy
        self._coverages = coverages or Coverages(store)
        self._store = store
        self._clock = clock
        self._ids = ids
        self._progression = progression

    async def create(  # noqa: PLR0913  (the attributes of a sandbox)
        self,
        seed: Document | None,
        *,
        name: str = "",
        run: str = "",
        sandbox_id: str | None = None,
        expiry: int | None = None,
        secret: str | None = None,
    ) -> SeenSandbox:
        """Create a sandbox.

        Args:
            seed: A checked seed document; None for an account group and a key with all permissions.
            name: The name.
            run: The run of tests that it belongs to.
            sandbox_id: The id; None for a generated one.
            expiry: Milliseconds of real time after which the sandbox is removed if unused; None for never.
            secret: The secret from which identifiers are generated; None for a fresh one.

        Raises:
            SeedError: The seed contradicts itself; nothing is left behind.
            StoreFullError: The store has no room for it.
            TakenIdError: There is a sandbox with this id.
            TooManyError: The server has the maximum number of sandboxes.
        """
        await self._ensure_room()
        secret = secret or self._ids.secret()
        now = self._clock.now()
        document = self._with_tokens(_MINIMAL_SEED if seed is None else seed)
        sandbox = Sandbox(
            id=sandbox_id or identifier(secret, 0),
            name=name,
            secret=secret,
            created_at=now,
            progression=self._progression,
            limit=self.policy.limit,
            expiry=expiry,
            used_at=now,
            run=run,
        )
        sandbox = with_settings(sandbox, document, now)
        try:
            return await self._create_seeded(sandbox, document)
        except (TakenKeyError, StoreFullError):
            if not await self._remove_expired():
                raise
            return await self._create_seeded(sandbox, document)

    async def _create_seeded(self, sandbox: Sandbox, document: Document) -> SeenSandbox:
        async with self._store.creation(sandbox, document) as transaction:
            work = UnitOfWork(transaction, sandbox, sandbox.clock.now(sandbox.created_at))
            await apply_seed(work, document)
            return await _inspect(work)

    async def _ensure_room(self) -> None:
        if await self._store.count() >= self.policy.most and not await self._remove_expired():
            raise TooManyError(f"there are {self.policy.most} sandboxes already, and more are not allowed")

    def _with_tokens(self, document: Document) -> Document:
        """Return a document whose keys all have a token; the document itself if they have."""
        keys = document.get("keys", [])
        if all("key" in key for key in keys):
            return document
        named = [key if "key" in key else {"key": f"sk_test_{self._ids.secret()}", **key} for key in keys]
        return {**document, "keys": named}

    def real(self) -> int:
        """Return the real time in milliseconds."""
        return self._clock.now()

    async def work(self, sandbox_id: str, act: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run an action on a sandbox in one transaction, which counts as a use of the sandbox."""
        async with self._store.transaction(sandbox_id) as transaction:
            sandbox = await transaction.sandbox()
            real = self._clock.now()
            if not sandbox.is_expired(real):
                sandbox = await note_use(transaction, sandbox, real)
                return await act(UnitOfWork(transaction, sandbox, sandbox.clock.now(real)))
        await discard(self._store, sandbox_id)
        raise SandboxNotFoundError(sandbox_id)

    async def read(self, sandbox_id: str, act: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run an action that only reads in one transaction over a snapshot, which counts as a use of the sandbox."""
        async with self._store.transaction(sandbox_id, Access.READ) as transaction:
            sandbox = await transaction.sandbox()
            real = self._clock.now()
            if not sandbox.is_expired(real):
                result = await act(UnitOfWork(transaction, sandbox, sandbox.clock.now(real)))
        if not await still_exists(self._store, sandbox, real):
            raise SandboxNotFoundError(sandbox_id)
        return result

    async def inspect(self, sandbox_id: str) -> SeenSandbox:
        """Return a sandbox at its current instant."""
        return await self.work(sandbox_id, _inspect)

    async def list_all(self) -> Sequence[Sandbox]:
        """Remove the expired sandboxes, and return the others, oldest first."""
        await self._remove_expired()
        return await self._store.sandboxes()

    async def _remove_expired(self) -> int:
        """Remove the expired sandboxes, and return their number."""
        real = self._clock.now()
        expired = [sandbox.id for sandbox in await self._store.sandboxes() if sandbox.is_expired(real)]
        for sandbox_id in expired:
            await discard(self._store, sandbox_id)
        return len(expired)

    async def delete(self, sandbox_id: str) -> None:
        """Delete a sandbox with all its records."""
        await self.inspect(sandbox_id)
        await self._coverages.examine(sandbox_id)
        await self._store.remove_sandbox(sandbox_id)

    async def reset(self, sandbox_id: str, seed: Document | None = None) -> Seeded:
        """Reset a sandbox to its seed: the same keys and identifiers, real time, and the initial pace and limit.

        Args:
            sandbox_id: The id of the sandbox.
            seed: A checked seed document that takes the place of its seed; None for the seed that it has.

        Raises:
            SeedError: The seed contradicts itself; the sandbox is as it was.
            SandboxNotFoundError: There is no sandbox with this id.
        """

        async def reseed(work: UnitOfWork) -> Seeded:
            if seed is None:
                return await self._fill(work, await work.transaction.seed())
            document = self._with_tokens(seed)
            seeded = await self._fill(work, document)
            await work.transaction.save_seed(document)
            return seeded

        await self._coverages.examine(sandbox_id)
        return await self.work(sandbox_id, reseed)

    async def load(
        self,
        sandbox_id: str,
        read: Callable[[UnitOfWork], Awaitable[Document]],
        *,
        is_seed: bool = False,
        journal: bool = True,
    ) -> SeenSandbox:
        """Replace all records of a sandbox by those of a document, in one transaction.

        The sandbox gets a fresh secret: identifiers that it generates differ from those of the document, and earlier
        cursors are refused.

        Args:
            sandbox_id: The id of the sandbox.
            read: A function that returns the document in that transaction.
            is_seed: Whether the document takes the place of the seed.
            journal: Whether the journal is emptied, too.

        Raises:
            SeedError: The document contradicts itself; the sandbox is as it was.
            SandboxNotFoundError: There is no sandbox with this id.
        """

        async def replace_records(work: UnitOfWork) -> SeenSandbox:
            document = self._with_tokens(await read(work))
            work.sandbox = replace(work.sandbox, secret=self._ids.secret())
            await self._fill(work, document, journal=journal)
            if is_seed:
                await work.transaction.save_seed(document)
            sandbox = await work.transaction.sandbox()
            return await _inspect(UnitOfWork(work.transaction, sandbox, sandbox.clock.now(self._clock.now())))

        if journal:
            await self._coverages.examine(sandbox_id)
        return await self.work(sandbox_id, replace_records)

    async def _fill(self, work: UnitOfWork, document: Document, *, journal: bool = True) -> Seeded:
        """Replace all records of a sandbox by those of a document."""
        real = self._clock.now()
        sandbox = replace(
            work.sandbox, clock=SandboxClock(), progression=self._progression, limit=self.policy.limit, faults=()
        )
        sandbox = with_settings(sandbox, document, real)
        await work.transaction.clear(journal=journal)
        await work.transaction.save_sandbox(sandbox)
        return await apply_seed(UnitOfWork(work.transaction, sandbox, sandbox.clock.now(real)), document)

    async def set_clock(self, sandbox_id: str, change: Callable[[SandboxClock, int], SandboxClock]) -> SeenSandbox:
        """Change a sandbox's clock; `change` takes the clock and the real time, and may raise ValueError."""

        async def save(work: UnitOfWork) -> None:
            clock = change(work.sandbox.clock, self._clock.now())
            await work.transaction.save_sandbox(replace(work.sandbox, clock=clock))

        await self.work(sandbox_id, save)
        return await self.inspect(sandbox_id)

    async def set_progression(self, sandbox_id: str, change: Callable[[Progression], Progression]) -> SeenSandbox:
        """Change the progression of the sandbox's next jobs."""

        async def save(work: UnitOfWork) -> None:
            progression = change(work.sandbox.progression)
            await work.transaction.save_sandbox(replace(work.sandbox, progression=progression))

        await self.work(sandbox_id, save)
        return await self.inspect(sandbox_id)


async def _inspect(work: UnitOfWork) -> SeenSandbox:
    keys, account_groups = await work.transaction.api_keys(), await work.transaction.account_groups()
    return SeenSandbox(work.sandbox, work.now, keys, account_groups)
