"""The journals of all sandboxes: exchanges go in raw, and come out fit to be read."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from mockserver.ports import Access, Journal, SandboxNotFoundError, Store, StoreError
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.catalogue import findings
from mockserver.recording.findings.rule import Finding
from mockserver.recording.redaction import Redaction
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork


class JournalOffError(Exception):
    """The server keeps no journal."""


class NoExchangeError(LookupError):
    """There is no exchange with this number, or none any more."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which exchanges are wanted: those for which all that is given holds.

    `status`: 0 for none. `resource`: a segment of the path. `key`: a key, or its name. `first`, `last`: numbers.
    `earliest`, `latest`: instants of the sandbox's clock. All of these four are included.
    """

    operation: str | None = None
    status: int | None = None
    resource: str | None = None
    key: str | None = None
    first: int = 0
    last: int | None = None
    earliest: int | None = None
    latest: int | None = None

    def wants(self, exchange: Exchange, names: Mapping[str, str]) -> bool:
        """Whether it is wanted; `names` are those of the keys, by token."""
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
    """What is read of a journal. `names`: of the sandbox's keys, by token; `redaction` is for everything that is shown.

    `held`: how many exchanges the journal holds in all, of `size` bytes; `dropped`: how many it does not hold any more.
    """

    exchanges: Sequence[Exchange]
    held: int
    size: int
    dropped: int
    names: Mapping[str, str]
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a client did wrong, by the exchanges that a journal holds."""

    findings: Sequence[Finding]
    held: int
    dropped: int


class Journals:
    """All journals of one store. Every method that names a sandbox raises SandboxNotFoundError where there is none.

    `home`: the sandbox whose journal takes what no sandbox's key has sent. `limit`: how many exchanges each holds at
    most; where it is 0 there are none, and reading one raises JournalOffError. `tokens`: further secrets, of which
    nothing is ever shown.
    """

    def __init__(self, store: Store, sandboxes: Sandboxes, home: str, limit: int, tokens: Sequence[str] = ()) -> None:
        self.limit = limit
        self._store = store
        self._sandboxes = sandboxes
        self._home = home
        self._tokens = tokens

    async def place(self, exchange: Exchange) -> None:
        """Add what was refused before anybody looked at its key, to the journal of the key's sandbox or of `home`.

        Nothing where the store cannot be used, be it that the request has met that already.
        """
        if exchange.rule != _FAILED:
            with suppress(StoreError):
                await self._place(exchange)

    async def _place(self, exchange: Exchange) -> None:
        token = exchange.sent_token
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
        """At most `limit` of the exchanges that are wanted, newest or oldest first."""
        names, journal = await self._open(sandbox_id)
        ordered = reversed(journal.exchanges) if newest else iter(journal.exchanges)
        chosen = [exchange for exchange in ordered if query.wants(exchange, names)][:limit]
        redaction = await self._redaction(journal.exchanges)
        return Reading(chosen, len(journal.exchanges), journal.size, journal.dropped, names, redaction)

    async def glance(self, sandbox_id: str, after: int) -> Journal:
        """The exchanges with a greater number than `after` as they are, not fit to be shown."""
        _, journal = await self._open(sandbox_id, after)
        return journal

    async def get(self, sandbox_id: str, number: int) -> Reading:
        """One exchange; NoExchangeError where it is not there."""
        reading = await self.read(sandbox_id, Query(first=number, last=number))
        if not reading.exchanges:
            raise NoExchangeError(
                f"the journal has no exchange {number}; it has dropped {reading.dropped} and holds {reading.held}"
            )
        return reading

    async def clear(self, sandbox_id: str) -> None:
        """Drop what a journal holds."""
        await self._sandboxes.work(sandbox_id, _names)
        await self._store.clear_journal(sandbox_id)

    async def judge(self, sandbox_id: str, wanted: Callable[[Finding], bool] = lambda _: True) -> Judgement:
        """What the clients of a sandbox did wrong, as far as it is wanted; the oldest first."""
        _, journal = await self._open(sandbox_id)
        in_order = sorted(journal.exchanges, key=lambda one: one.ended)  # several servers may have written them
        found = findings(in_order, dropped=journal.dropped > 0)
        return Judgement([one for one in found if wanted(one)], len(journal.exchanges), journal.dropped)

    async def _open(self, sandbox_id: str, after: int = 0) -> tuple[dict[str, str], Journal]:
        names = await self._sandboxes.work(sandbox_id, _names)
        if not self.limit:
            raise JournalOffError("the server keeps no journal")
        return names, await self._store.journal(sandbox_id, after=max(after, 0))

    async def _redaction(self, exchanges: Sequence[Exchange]) -> Redaction:
        """What hides every key that there is, and those in the exchanges that there are no more."""
        gone = {token for exchange in exchanges if (token := exchange.sent_token) and len(token) >= _SOME}
        return Redaction(gone.union(await self._store.tokens()), self._tokens)


async def _names(work: UnitOfWork) -> dict[str, str]:
    """The names of a sandbox's keys."""
    return {key.token: key.name for key in await work.transaction.api_keys()}


_SOME = 8
_FAILED = "internal"
