"""The composition root: from settings to a server, every part named once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from connexion import AsyncApp
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.adapters.clock import RealClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory import MemoryStore
from mockserver.adapters.seed_file import default_seed, read_seed
from mockserver.api.application import application
from mockserver.api.handlers.answers import Answers
from mockserver.api.wire import Wire
from mockserver.config import Settings
from mockserver.control.answers import DEFAULT_SANDBOX
from mockserver.control.application import control_application
from mockserver.domain.job import Progression
from mockserver.middleware.access_log import AccessLog, Write
from mockserver.middleware.body_limit import BodyLimit
from mockserver.middleware.control_gate import ControlGate
from mockserver.middleware.journal import JournalMiddleware, unparsed_exchange
from mockserver.ports import Clock, Ids, Store
from mockserver.service.admission import admit
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import SeedError
from mockserver.service.transactions import Transactions
from openapi import contract

_CONTROL = "/_mock"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server is made of. Tests put fakes in the place of some."""

    store: Store
    clock: Clock
    ids: Ids
    wire: Wire
    sandboxes: Sandboxes
    transactions: Transactions
    journals: Journals


def parts(settings: Settings, *, store: Store | None = None, clock: Clock | None = None) -> Parts:
    """The parts that the settings name, wired to each other."""
    store = store or MemoryStore(settings.journal_limit, settings.journal_bytes)
    clock = clock or RealClock()
    ids = SeededIds(settings.seed)
    return Parts(
        store,
        clock,
        ids,
        Wire(ids),
        Sandboxes(store, clock, ids, Progression(duration=settings.job_duration)),
        Transactions(store, clock),
        Journals(store, DEFAULT_SANDBOX, settings.journal_limit, [token] if (token := settings.admin_token) else []),
    )


async def seed(settings: Settings, made: Parts) -> None:
    """Make the sandbox `default`; SeedError says in one line what is wrong with a seed file."""
    file = settings.seed_file
    document: Mapping[str, Any] = default_seed() if file is None else read_seed(file)
    try:
        await made.sandboxes.create(document, name=DEFAULT_SANDBOX, sandbox_id=DEFAULT_SANDBOX)
    except SeedError as error:
        message = f"{file}: {error}"
        raise SeedError(message) from None


def vendor_app(settings: Settings, made: Parts) -> AsyncApp:
    """The vendor's API."""
    return application(
        contract(),
        Answers(made.transactions, made.wire),
        partial(admit, made.store),
        partial(BodyLimit, limit=settings.max_body),
        validate_responses=settings.validate_responses,
    )


class TwoPlanes:
    """Sends `/_mock` to the control plane, which is built when it is first asked for, all else to the vendor's API."""

    def __init__(self, vendor: ASGIApp, settings: Settings, made: Parts) -> None:
        self._vendor = vendor
        self._settings = settings
        self._made = made
        self._control: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        path = scope.get("path", "")
        if path.startswith(_CONTROL) and path[len(_CONTROL) :][:1] in {"", "/"}:
            await self._control_plane()(scope, receive, send)
        else:
            await self._vendor(scope, receive, send)

    def _control_plane(self) -> ASGIApp:
        if self._control is None:
            settings, made = self._settings, self._made
            plane = control_application(made.sandboxes, made.store, max_body=settings.max_body, journals=made.journals)
            hosts = settings.allowed_hosts | {settings.host}
            self._control = ControlGate(plane, allowed_hosts=hosts, admin_token=settings.admin_token)
        return self._control


def server(settings: Settings, made: Parts, write: Write) -> ASGIApp:
    """The whole server as an ASGI application; its sandbox `default` is made by `seed`."""
    vendor: ASGIApp = vendor_app(settings, made)
    if settings.journal_limit:
        vendor = JournalMiddleware(vendor, keep=made.store.append, place=made.journals.place, clock=made.clock)
    app: ASGIApp = TwoPlanes(vendor, settings, made)
    if settings.log_format is not None:
        app = AccessLog(app, write=write, as_json=settings.log_format == "json")
    return app


def unparsed_reporter(settings: Settings, made: Parts) -> Callable[[int, bytes], None]:
    """Puts what could not be parsed as a request into the journal of `default`, for the HTTP protocol."""

    def report(status: int, content: bytes) -> None:
        if settings.journal_limit:
            made.store.append(DEFAULT_SANDBOX, unparsed_exchange(status, content, made.clock.now()))

    return report


def unparsed(wire: Wire, status: int, message: str, details: Mapping[str, object]) -> bytes:
    """The envelope of what could not be parsed as a request, for the HTTP protocol."""
    return orjson.dumps(wire.fault(status, message, details))
