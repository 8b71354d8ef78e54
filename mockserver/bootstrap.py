"""The composition root: builds a server from settings."""

import asyncio
import pkgutil
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from connexion import AsyncApp
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.adapters.clock import RealClock
from mockserver.adapters.http1.protocol import protocol
from mockserver.adapters.http1.refusals import Limits
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.api.admission import RequestGate
from mockserver.api.application import application, handlers
from mockserver.api.envelope import Envelopes
from mockserver.api.examples import rows
from mockserver.api.faults.injection import Injection
from mockserver.api.narrowed_contract import methods
from mockserver.api.prefer_header import Preferences
from mockserver.asgi_stack import AsgiStack
from mockserver.config import MEMORY, Settings
from mockserver.control.application import control_application
from mockserver.domain.job import Progression
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.middleware.access_log import Write
from mockserver.middleware.body_limit import BodyLimitMiddleware
from mockserver.middleware.control_gate import ControlGateMiddleware
from mockserver.middleware.journal import JournalMiddleware
from mockserver.ports import Clock, Ids, Store, TakenIdError
from mockserver.recording.recorder import unparsed_exchange
from mockserver.seeds import default_seed, read_seed
from mockserver.service.admission import admit, identify
from mockserver.service.journal_tail import JournalTails
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Policy, Sandboxes
from mockserver.service.seeding import SeedError
from mockserver.service.transactions import UseCaseRunner
from openapi import contract


@dataclass(frozen=True, slots=True)
class Components:
    """The components of a server; tests replace some of them by fakes."""

    store: Store
    clock: Clock
    ids: Ids
    envelopes: Envelopes
    sandboxes: Sandboxes
    runner: UseCaseRunner
    journals: Journals
    journal_tails: JournalTails


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store that the settings name; the modules for databases are loaded only if one is used.

    Raises:
        StoreError: The store cannot be used.
    """
    if settings.store == MEMORY:
        yield MemoryStore(settings.journal_limit, settings.journal_bytes)
    else:
        open_sql_store = pkgutil.resolve_name("mockserver.adapters.sql.factory:open_store")
        async with open_sql_store(settings.store, settings.journal_limit, settings.journal_bytes) as store:
            yield store


def components(settings: Settings, *, store: Store | None = None, clock: Clock | None = None) -> Components:
    """Return the components for some settings, wired to each other."""
    store = store or MemoryStore(settings.journal_limit, settings.journal_bytes)
    clock = clock or RealClock()
    is_shared = settings.store != MEMORY  # with other servers, or with earlier runs of this one
    ids = SeededIds(secrets.token_hex() if is_shared else settings.seed)
    policy = Policy(settings.rate_limit, settings.sandbox_expiry, settings.max_sandboxes)
    sandboxes = Sandboxes(store, clock, ids, Progression(duration=settings.job_duration), policy)
    secrets_to_hide = [token] if (token := settings.admin_token) else []
    journals = Journals(store, sandboxes, DEFAULT_SANDBOX, settings.journal_limit, secrets_to_hide)
    return Components(
        store,
        clock,
        ids,
        Envelopes(ids),
        sandboxes,
        UseCaseRunner(store, clock),
        journals,
        JournalTails(journals, asyncio.sleep),
    )


async def seed(settings: Settings, parts: Components) -> None:
    """Create the sandbox `default` unless the store has one.

    Raises:
        SeedError: The seed file is invalid; the message has one line.
    """
    seed_file = settings.seed_file
    document: Mapping[str, Any] = default_seed() if seed_file is None else read_seed(seed_file)
    secret = None if settings.store == MEMORY else SeededIds(settings.seed).secret()
    try:
        with suppress(TakenIdError):
            await parts.sandboxes.create(document, name=DEFAULT_SANDBOX, sandbox_id=DEFAULT_SANDBOX, secret=secret)
    except SeedError as error:
        raise SeedError(f"{seed_file}: {error}") from None


def request_gate(parts: Components, document: dict[str, Any]) -> RequestGate:
    """Return the collaborators of the admission layer, for the response rows of a contract."""
    documented = rows(document)
    return RequestGate(
        partial(admit, parts.store, parts.clock),
        Preferences(partial(identify, parts.store, parts.clock), documented, parts.envelopes),
        Injection(parts.store, documented, parts.envelopes, asyncio.sleep),
        parts.envelopes,
    )


def vendor_app(settings: Settings, parts: Components, document: dict[str, Any] | None = None) -> AsyncApp:
    """Return the vendor's API as an ASGI application; `document` is its contract, read from its file by default."""
    document = contract() if document is None else document
    return application(
        document,
        handlers(parts.runner, parts.envelopes),
        request_gate(parts, document),
        partial(BodyLimitMiddleware, limit=settings.max_body),
        validate_responses=settings.validate_responses,
    )


def control_plane(settings: Settings, parts: Components) -> ASGIApp:
    """Return the control plane behind its gate."""
    plane = control_application(
        parts.sandboxes, parts.store, parts.journals, parts.journal_tails, max_body=settings.max_body
    )
    return ControlGateMiddleware(
        plane, address=settings.host, allowed_hosts=settings.allowed_hosts, admin_token=settings.admin_token
    )


def server(settings: Settings, parts: Components, write: Write) -> ASGIApp:
    """Return the whole server as an ASGI application; `seed` creates its sandbox `default`."""
    document = contract()
    stack = _asgi_stack(settings, parts, write)
    return stack.around(
        vendor_app(settings, parts, document), partial(control_plane, settings, parts), methods(document)
    )


def _asgi_stack(settings: Settings, parts: Components, write: Write) -> AsgiStack:
    journal = partial(JournalMiddleware, keep=parts.store.append, place=parts.journals.place, clock=parts.clock)
    return AsgiStack(settings, write, journal)


def http_protocol(settings: Settings, parts: Components, write: Write) -> type[HttpToolsProtocol]:
    """Return the class of the HTTP protocol, with the limits of the settings and refusals in the vendor's envelope.

    A request that the protocol refuses appears in the journal and in the access log like any other.
    """
    limits = Limits(
        settings.header_timeout,
        settings.body_timeout,
        settings.max_head,
        settings.max_headers,
        settings.max_connections,
        settings.whole_body_timeout,
        settings.write_timeout,
    )
    stack = _asgi_stack(settings, parts, write)

    def refuse(status: int, message: str, details: Mapping[str, object]) -> bytes:
        return orjson.dumps(parts.envelopes.error(status, message, details))

    def report(status: int, content: bytes) -> None:
        """Append a refusal of unparsable data to the journal of `default`."""
        if settings.journal_limit:
            parts.store.append(
                DEFAULT_SANDBOX, unparsed_exchange(status, content, parts.clock.now(), time.perf_counter())
            )

    def around(refusal: Any) -> Any:  # noqa: ANN401  (uvicorn and Starlette have types of their own for ASGI)
        """Return the application that sends a refusal, with the layers that record requests around it."""
        return stack.around(refusal, lambda: refusal)

    return protocol(refuse, limits, report, around)
