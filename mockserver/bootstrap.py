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

from mockserver import __version__
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
from mockserver.api.long_responses import LongResponses
from mockserver.api.narrowed_contract import methods
from mockserver.api.prefer_header import Preferences
from mockserver.asgi_stack import AsgiStack
from mockserver.config import MEMORY, RELAXED, Settings
from mockserver.control.front_page import INSIDE, OUTSIDE, FrontPage, Redirects
from mockserver.control.guide_files import LlmsText
from mockserver.domain.job import Progression
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.middleware.access_log import Write
from mockserver.middleware.body_limit import BodyLimitMiddleware
from mockserver.middleware.control_gate import ControlGateMiddleware
from mockserver.middleware.journal import JournalMiddleware
from mockserver.middleware.lazy_application import LazyApplication
from mockserver.ports import Clock, Ids, Store, StoreError, TakenIdError
from mockserver.recording.recorder import unparsed_exchange
from mockserver.seeds import default_seed, read_seed
from mockserver.service.admission import admit, identify
from mockserver.service.coverages import Coverages
from mockserver.service.highlights import highlights
from mockserver.service.journal_tail import JournalTails
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Policy, Sandboxes
from mockserver.service.seeding import SeedError
from mockserver.service.transactions import UseCaseRunner
from openapi import contract

_SEED_ON_LOOPBACK = 0
"""The seed of the sandbox `default` where nobody else can reach it, so that its identifiers repeat."""


@dataclass(frozen=True, slots=True)
class Components:
    """The components of a server; tests replace some of them by fakes."""

    store: Store
    clock: Clock
    ids: Ids
    long_responses: LongResponses
    envelopes: Envelopes
    sandboxes: Sandboxes
    runner: UseCaseRunner
    journals: Journals
    journal_tails: JournalTails
    coverages: Coverages


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store that the settings name; the modules for databases are loaded only if one is used.

    Raises:
        StoreError: The store cannot be used.
    """
    if settings.store == MEMORY:
        yield MemoryStore(settings.journal_limit, settings.journal_bytes, settings.max_data)
    else:
        open_sql_store = _sql_store_factory()
        journal_bounds = settings.journal_limit, settings.journal_bytes
        relaxed = settings.durability == RELAXED
        async with open_sql_store(
            settings.store, *journal_bounds, settings.store_connections, relaxed=relaxed
        ) as store:
            yield store


def _sql_store_factory() -> Any:  # noqa: ANN401  (loaded by its name)
    try:
        return pkgutil.resolve_name("mockserver.adapters.sql.factory:open_store")
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        hint = "install what databases need by pip install 'audience-mock[sql]', or use --store memory"
        raise StoreError(f"the package {package} is not installed; {hint}") from None


def components(settings: Settings, *, store: Store | None = None, clock: Clock | None = None) -> Components:
    """Return the components for some settings, wired to each other."""
    store = store or MemoryStore(settings.journal_limit, settings.journal_bytes, settings.max_data)
    clock = clock or RealClock()
    is_shared = settings.store != MEMORY  # with other servers, or with earlier runs of this one
    ids = SeededIds(secrets.token_hex() if is_shared or settings.seed is None else settings.seed)
    policy = Policy(settings.rate_limit, settings.sandbox_expiry, settings.max_sandboxes)
    coverages = Coverages(store, is_on=settings.journal_limit > 0)
    sandboxes = Sandboxes(store, clock, ids, Progression(duration=settings.job_duration), policy, coverages=coverages)
    secrets_to_hide = [token] if (token := settings.admin_token) else []
    journals = Journals(store, sandboxes, DEFAULT_SANDBOX, settings.journal_limit, secrets_to_hide)
    long_responses = LongResponses()
    return Components(
        store,
        clock,
        ids,
        long_responses,
        Envelopes(ids, long_responses),
        sandboxes,
        UseCaseRunner(store, clock),
        journals,
        JournalTails(journals, asyncio.sleep),
        coverages,
    )


async def seed(settings: Settings, parts: Components) -> None:
    """Create the sandbox `default` unless the store has one.

    Raises:
        SeedError: The seed file is invalid; the message has one line.
    """
    seed_file = settings.seed_file
    document: Mapping[str, Any] = default_seed() if seed_file is None else read_seed(seed_file)
    secret = _secret_of_default(settings)
    try:
        with suppress(TakenIdError):
            await parts.sandboxes.create(document, name=DEFAULT_SANDBOX, sandbox_id=DEFAULT_SANDBOX, secret=secret)
    except SeedError as error:
        raise SeedError(f"{seed_file}: {error}") from None


def _secret_of_default(settings: Settings) -> str | None:
    """Return the secret from which the sandbox `default` gets its identifiers; None for the next of the source."""
    if settings.seed is None:
        return SeededIds(_SEED_ON_LOOPBACK).secret() if settings.is_loopback else None
    return None if settings.store == MEMORY else SeededIds(settings.seed).secret()


def request_gate(parts: Components, document: dict[str, Any]) -> RequestGate:
    """Return the collaborators of the admission layer, for the response rows of a contract."""
    documented = rows(document)
    return RequestGate(
        partial(admit, parts.store, parts.clock),
        Preferences(partial(identify, parts.store, parts.clock), documented, parts.envelopes),
        Injection(parts.store, documented, parts.envelopes, asyncio.sleep, parts.clock),
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
    """Return the control plane behind its gate; its modules are loaded only now: 5 % of a start."""
    control_application = pkgutil.resolve_name("mockserver.control.application:control_application")
    plane = control_application(
        parts.sandboxes,
        parts.store,
        parts.journals,
        parts.journal_tails,
        parts.coverages,
        parts.long_responses,
        max_body=settings.max_body,
    )
    return _gate(settings, Redirects(plane, targets=INSIDE))


def _gate(settings: Settings, app: ASGIApp) -> ControlGateMiddleware:
    return ControlGateMiddleware(
        app, address=settings.host, allowed_hosts=settings.allowed_hosts, admin_token=settings.admin_token
    )


def _front_page(settings: Settings, parts: Components, app: ASGIApp) -> FrontPage:
    return FrontPage(
        app,
        version=__version__,
        needs_token=settings.admin_token is not None,
        is_trusted=_gate(settings, app).trusts,
        highlights=partial(parts.sandboxes.work, DEFAULT_SANDBOX, highlights),
    )


def server(settings: Settings, parts: Components, write: Write) -> ASGIApp:
    """Return the whole server as an ASGI application; `seed` creates its sandbox `default`."""
    document = contract()
    stack = _asgi_stack(settings, parts, write)
    return stack.around(
        vendor_app(settings, parts, document),
        LazyApplication(partial(control_plane, settings, parts)),
        methods(document),
        {
            "/": partial(_front_page, settings, parts),
            "/llms.txt": LlmsText,
            **dict.fromkeys(OUTSIDE, partial(Redirects, targets=OUTSIDE)),
        },
    )


def _asgi_stack(settings: Settings, parts: Components, write: Write) -> AsgiStack:
    journal = partial(JournalMiddleware, keep=parts.store.append, place=parts.journals.place, clock=parts.clock)
    return AsgiStack(settings, write, journal, partial(_refusal, parts.envelopes))


def _refusal(envelopes: Envelopes, status: int, message: str, details: Mapping[str, object]) -> bytes:
    """Return the body of a refusal that needs no operation, in the vendor's envelope."""
    return orjson.dumps(envelopes.error(status, message, details))


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

    def report(status: int, content: bytes) -> None:
        """Append a refusal of unparsable data to the journal of `default`."""
        if settings.journal_limit:
            parts.store.append(
                DEFAULT_SANDBOX, unparsed_exchange(status, content, parts.clock.now(), time.perf_counter())
            )

    def around(refusal: Any) -> Any:  # noqa: ANN401  (uvicorn and Starlette have types of their own for ASGI)
        """Return the application that sends a refusal, with the layers that record requests around it."""
        return stack.around(refusal, refusal)

    in_memory = settings.store == MEMORY  # drivers of databases need a task from the start
    return protocol(stack.refuse, limits, report, around, starts_at_once=in_memory)
