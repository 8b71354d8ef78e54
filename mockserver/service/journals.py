"""The journals of all sandboxes: exchanges are appended raw, and read with a redaction."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from anyio import to_thread

from mockserver.ports import Access, Journal, SandboxNotFoundError, Store, StoreError
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.catalogue import findings
from mockserver.recording.findings.rule import Finding
from mockserver.recording.redaction import Redaction
from mockserver.service.coverages import Coverages, JournalOffError
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork

_MIN_TOKEN_SIZE = 8
_INTERNAL_ERROR = "internal"


class NoExchangeError(LookupError):
    """The journal does not have the exchange (any more)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A filter of exchanges; all given conditions must hold.

    Attributes:
        operation: The operationId.
        status: The status of the response; 0 for no response.
        resource: A segment of the path.
        key: A key, or its name.
        first: The lowest number, inclusive.
        last: The highest number, inclusive.
        earliest: The earliest instant of the sandbox's clock, inclusive.
        latest: The latest instant of the sandbox's clock, inclusive.
    """

    operation: str | None = None
    status: int | None = None
    resource: str | None = None
    key: str | None = None
    first: int = 0
    last: int | None = None
    earliest: int | None = None
    latest: int | None = None

    def matches(self, exchange: Exchange, names: Mapping[str, str]) -> bool:
        """Return whether an exchange matches; `names` are the names of the keys, by token."""
        token = exchange.sent_token
        return (
            exchange.number >= self.first
            and (self.last is None or exchange.number <= self.last)
            and (self.earliest is None or exchange.at >= self.earliest)
            and (self.latest is None or exchange.at <= self.latest)
            and self.operation in {None, exchange.operation}
            and self.status in {None, exchange.status or 0}
            and (self.resource is None or self.resource in exchange.segments)
            and (self.key is None or (token is not None and self.key in {token, names.get(token)}))
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A selection of exchanges from a journal.

    Attributes:
        exchanges: The exchanges.
        held: The number of all exchanges in the journal.
        size: The size of all exchanges in the journal in bytes.
        dropped: The number of exchanges that the journal has dropped.
        names: The names of the sandbox's keys, by token.
        redaction: The redaction for everything that is shown.
    """

    exchanges: Sequence[Exchange]
    held: int
    size: int
    dropped: int
    names: Mapping[str, str]
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class ClientFindings:
    """The findings about the clients of a sandbox, with the numbers of exchanges that its journal holds and dropped."""

    findings: Sequence[Finding]
    held: int
    dropped: int


class Journals:
    """All journals of one store. Every method with a sandbox id raises SandboxNotFoundError for an unknown one.

    Args:
        store: The store.
        sandboxes: The sandboxes of the store.
        home: The sandbox whose journal takes the requests without a key of any sandbox.
        limit: The maximum number of exchanges in each journal; 0 for no journals: reading raises JournalOffError.
        tokens: Further secrets, of which nothing is ever shown.
    """

    def __init__(self, store: Store, sandboxes: Sandboxes, home: str, limit: int, tokens: Sequence[str] = ()) -> None:
        self.limit = limit
        self._store = store
        self._sandboxes = sandboxes
        self._home = home
        self._tokens = tokens
        self._coverages = Coverages(store, is_on=limit > 0)
        self._redaction_of_last = frozenset[str](), Redaction((), tokens)

    async def place(self, exchange: Exchange) -> None:
        """Append a request that was refused before its key was checked, to the journal of its sandbox or of `home`.

        Nothing is appended if the store is unavailable, or if the request has already failed for that reason.
        """
        if exchange.rule == _INTERNAL_ERROR:
            return
        home = self._store.sandbox_at_hand(self._home) if exchange.is_stranger else None
        if home is not None:  # a third of the processor time that the journal takes of a refused key
            exchange.clock = home.clock
            self._store.append(self._home, exchange)
            return
        with suppress(StoreError):
            await self._append_by_token(exchange)

    async def _append_by_token(self, exchange: Exchange) -> None:
        token = None if exchange.is_stranger else exchange.sent_token
        caller = None if token is None else await self._store.caller(token)
        if caller is not None:
            exchange.token, exchange.clock = token, caller.sandbox.clock
            self._store.append(caller.sandbox.id, exchange)
            return
        with suppress(SandboxNotFoundError):
            async with self._store.transaction(self._home, Access.READ) as transaction:
                exchange.clock = (await transaction.sandbox()).clock
        self._store.append(self._home, exchange)

    async def read(self, sandbox_id: str, query: Query, limit: int | None = None, *, newest: bool = True) -> Reading:
        """Return the matching exchanges, at most `limit` of them, newest or oldest first."""
        names, journal = await self._open(sandbox_id)
        ordered = reversed(journal.exchanges) if newest else iter(journal.exchanges)
        selected = [exchange for exchange in ordered if query.matches(exchange, names)][:limit]
        redaction = await self._redaction(journal.exchanges)
        return Reading(selected, len(journal.exchanges), journal.size, journal.dropped, names, redaction)

    async def raw(self, sandbox_id: str, after: int) -> Journal:
        """Return the exchanges with a number greater than `after`, unredacted."""
        _, journal = await self._open(sandbox_id, after)
        return journal

    async def get(self, sandbox_id: str, number: int) -> Reading:
        """Return one exchange; NoExchangeError if the journal does not have it."""
        reading = await self.read(sandbox_id, Query(first=number, last=number))
        if not reading.exchanges:
            raise NoExchangeError(
                f"the journal has no exchange {number}; it has dropped {reading.dropped} and holds {reading.held}"
            )
        return reading

    async def clear(self, sandbox_id: str) -> None:
        """Drop all exchanges of a journal."""
        await self._sandboxes.work(sandbox_id, _key_names)
        await self._coverages.examine(sandbox_id)
        await self._store.clear_journal(sandbox_id)

    async def client_findings(
        self, sandbox_id: str, wanted: Callable[[Finding], bool] = lambda _: True
    ) -> ClientFindings:
        """Return the wanted findings about the clients of a sandbox, oldest first."""
        _, journal = await self._open(sandbox_id)
        ordered = sorted(
            journal.exchanges, key=lambda exchange: exchange.ended
        )  # several servers may have written them
        # In a thread, so that nobody else waits for a long journal.
        found = await to_thread.run_sync(partial(findings, ordered, dropped=journal.dropped > 0))
        selected = [finding for finding in found if wanted(finding)]
        return ClientFindings(selected, len(journal.exchanges), journal.dropped)

    async def _open(self, sandbox_id: str, after: int = 0) -> tuple[dict[str, str], Journal]:
        names = await self._sandboxes.work(sandbox_id, _key_names)
        if not self.limit:
            raise JournalOffError("the server keeps no journal")
        return names, await self._store.journal(sandbox_id, after=max(after, 0))

    async def _redaction(self, exchanges: Sequence[Exchange]) -> Redaction:
        """Return the redaction of all existing keys, and of the keys in the exchanges, which may be deleted."""
        sent = {token for exchange in exchanges if (token := exchange.sent_token) and len(token) >= _MIN_TOKEN_SIZE}
        secrets = frozenset(sent.union(await self._store.tokens()))
        if secrets != self._redaction_of_last[0]:  # to prepare one takes longer than to read what a follower has missed
            self._redaction_of_last = secrets, Redaction(secrets, self._tokens)
        return self._redaction_of_last[1]


async def _key_names(work: UnitOfWork) -> dict[str, str]:
    """Return the names of a sandbox's keys, by token."""
    return {key.token: key.name for key in await work.transaction.api_keys()}
