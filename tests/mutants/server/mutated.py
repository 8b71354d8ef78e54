"""The real mock on a real socket, with hooks that add a fault or another legal behaviour."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send

import tests.harness.in_thread
from mockserver.adapters.memory.records import SandboxRecords
from mockserver.adapters.memory.store import MemoryStore
from mockserver.adapters.memory.transaction import MemoryTransaction
from mockserver.bootstrap import Components, server
from mockserver.config import Settings
from mockserver.domain.audience import Audience
from mockserver.domain.job import Job
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.middleware.access_log import Write
from mockserver.ports import Access, Caller
from mockserver.service.transactions import UnitOfWork, UseCaseRunner
from tests.mutants.server.exchange import Answered, Asked, read, scope_of, write

GUARDED = ("AUD-GET", "AUD-UPDATE", "AUD-DELETE", "AUD-PROSPECTS", "AUD-MOVE", "AUD-REMOVE")
READING = ("AUD-LIST", "AUD-GET", "AUD-NAVIGATION", "AUD-PROSPECTS", "JOB-GET", "JOB-LIST")
CHANGING = ("AUD-CREATE", "AUD-UPDATE", "AUD-DELETE", "FOLDER-CREATE", "FOLDER-RENAME", "AUD-MOVE", "AUD-REMOVE")
WRITING = (*CHANGING, "JOB-START", "JOB-CANCEL")
LISTS = ("AUD-LIST", "AUD-PROSPECTS", "JOB-LIST")
_ASKED: ContextVar[Asked] = ContextVar("asked")


class Loose(MemoryTransaction):
    """A transaction whose methods can be replaced, one transaction at a time."""


class Whole:
    """The whole mock, unchanged. Subclasses override hooks for requests, responses, keys, actions and transactions."""

    settings = Settings()
    parts: Components

    async def respond(self, asked: Asked) -> Answered:
        """Return the response to a request to the vendor's API."""
        return await self.serve(asked)

    async def control(self, asked: Asked) -> Answered:
        """Return the response to a request to the control plane."""
        return await self.serve(asked)

    def key(self, key: ApiKey) -> ApiKey:
        """Return the key that the server sees in place of the key on record."""
        return key

    async def act(self, use_case: Callable[..., Any], work: UnitOfWork, *args: Any) -> Any:
        """Run a use case in its transaction."""
        return await use_case(work, *args)

    def transaction(self, transaction: Loose) -> Loose:
        """Return the transaction for a use case or for the control plane."""
        return transaction

    async def send(self, answered: Answered, send: Send) -> None:
        """Send a response to the client."""
        await write(answered, send)

    # Helpers for the subclasses.

    @property
    def asked(self) -> Asked:
        """Return the current request."""
        return _ASKED.get()

    @property
    def world(self) -> SandboxRecords:
        """Return all records of the default sandbox."""
        return self.parts.store.records["default"]  # type: ignore[attr-defined]  # the memory store's

    def audiences(self, group: str) -> list[Audience]:
        """Return the audiences of an account group, newest first."""
        return list(self.world.audiences.newest_first(group))

    def jobs_on(self, audience_id: str) -> list[Job]:
        """Return all jobs, past and active, on an existing audience, newest first."""
        audience = self.world.audiences.get(audience_id)
        jobs = self.world.jobs.newest_first(audience.account_group_id) if audience else ()
        return [job for job in jobs if job.audience_id == audience_id]

    def populating(self, audience_id: str) -> Job | None:
        """Return the active job on an audience, or None."""
        now = self.parts.clock.now()
        return next((job for job in self.jobs_on(audience_id) if job.is_active(now)), None)

    def refuse(self, status: int, code: str) -> Answered:
        """Return a refusal."""
        error = {"code": code, "message": "No.", "details": "none"}
        body = {"success": False, "data": None, "error": error, "traceId": self.parts.ids.trace_id()}
        return Answered(status, ((b"content-type", b"application/json"),), json.dumps(body).encode())

    @asynccontextmanager
    async def master(self, group: str | None = None) -> AsyncIterator[str]:
        """Yield a temporary key with every permission in `group`, or in no account group without `group`."""
        token = f"sk_master_{self.parts.ids.trace_id()}"
        key = ApiKey(token, "master", frozenset(ALL_PERMISSIONS), frozenset({group} if group else ()))
        self.world.keys[token], self.parts.store.owners[token] = key, self.world  # type: ignore[attr-defined]
        try:
            yield token
        finally:
            del self.world.keys[token], self.parts.store.owners[token]  # type: ignore[attr-defined]

    async def serve(self, asked: Asked) -> Answered:
        """Return the response of the mock."""
        messages = [{"type": "http.request", "body": asked.content, "more_body": False}]
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop() if messages else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope_of(asked), receive, send)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Answered(sent[0]["status"], tuple(sent[0]["headers"]), content)

    # The installation of the hooks.

    def build(self, settings: Settings, made: Components, write: Write) -> ASGIApp:
        """Return the server of these components with the hooks of this object."""
        self.install(made, server(settings, replace(made, runner=MutatedRunner(self, made)), write))
        return self

    def install(self, made: Components, app: ASGIApp) -> None:
        """Put the hooks for requests and responses around an application of these components."""
        self.parts, self._app = made, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await read(scope, receive)
        outer = _ASKED.set(asked)
        try:
            respond = self.control if asked.path.startswith("/_mock") else self.respond
            await self.send(await respond(asked), send)
        finally:
            _ASKED.reset(outer)


class MutatedStore(MemoryStore):
    """The memory store with hooks around its keys and its transactions."""

    def __init__(self, whole: Whole) -> None:
        super().__init__(whole.settings.journal_limit, whole.settings.journal_bytes)
        self._whole = whole

    async def caller(self, token: str) -> Caller | None:
        caller = await super().caller(token)
        return None if caller is None else caller._replace(key=self._whole.key(caller.key))

    def transaction(self, sandbox_id: str, *_: Any) -> Any:
        return self._whole.transaction(Loose(self.records, self.owners, sandbox_id, self.capacity))


class MutatedRunner(UseCaseRunner):
    """The runner with a hook around each use case."""

    def __init__(self, whole: Whole, parts: Components) -> None:
        super().__init__(parts.store, parts.clock)
        self._act = whole.act

    def run(self, admission: Any, group: str, use_case: Any, *args: Any, access: Access = Access.EXCLUSIVE) -> Any:
        return super().run(admission, group, partial(self._act, use_case), *args, access=access)

    def run_on(self, admission: Any, group: str, audience: str, access: Access, use_case: Any, *args: Any) -> Any:
        return super().run_on(admission, group, audience, access, partial(self._act, use_case), *args)

    def run_for_key(self, admission: Any, use_case: Any) -> Any:
        return super().run_for_key(admission, partial(self._act, use_case))


@contextmanager
def served(whole: Whole) -> Iterator[str]:
    """Serve the mock with the hooks of `whole` and yield its URL."""
    with tests.harness.in_thread.served(whole.settings, build=whole.build, store=MutatedStore(whole)) as (url, _):
        yield url


class Mutant(Whole):
    """A server with one fault.

    `killed_by`: the ids that detect it. `shows_rarely`: detection takes many tries. `shows_late`: it takes a whole run.
    `is_conversational`: a short conversation shows it, as far as its module does not say otherwise for all of its own.
    """

    killed_by: ClassVar[frozenset[str]]
    shows_rarely: ClassVar[bool] = False
    shows_late: ClassVar[bool] = False
    is_conversational: ClassVar[bool] = True
    operation: ClassVar[str] = ""
    each: ClassVar[tuple[type["Mutant"], ...]] = ()

    @property
    def hit(self) -> bool:
        """Return whether the current request is for the operation with the fault."""
        return self.asked.operation == self.operation


def facts(fact: str, *operations: str) -> frozenset[str]:
    """Return the ids of one fact of some operations."""
    return frozenset(f"{operation}-{fact}" for operation in operations)


def at_each(operations: Iterable[str], fact: str) -> Callable[[type[Mutant]], type[Mutant]]:
    """Return a decorator that makes a separate mutant for each operation, in place of the decorated mutant."""

    def multiply(fault: type[Mutant]) -> type[Mutant]:
        fault.each = tuple(
            type(
                f"{fault.__name__}_{operation}",
                (fault,),
                {
                    "operation": operation,
                    "killed_by": facts(fact, operation),
                    "__doc__": fault.__doc__,
                    "__module__": fault.__module__,
                },
            )
            for operation in operations
        )
        return fault

    return multiply


def refusal(reason: Reason) -> Refusal:
    """Return a refusal of a use case."""
    return refused(reason, "No.", "Try something else.")


def without(key: ApiKey, *permissions: str) -> ApiKey:
    """Return a copy of a key without some permissions."""
    return replace(key, permissions=key.permissions - set(permissions))


def holding(key: ApiKey, *permissions: str) -> ApiKey:
    """Return a copy of a key with further permissions."""
    return replace(key, permissions=key.permissions | set(permissions))


def leaves(kind: type[Any]) -> list[type[Any]]:
    """Return the subclasses of a class that have no subclasses (the mutants or the variants), sorted by name."""
    found, pending = [], [kind]
    while pending:
        below = pending.pop().__subclasses__()
        pending += below
        found += [one for one in below if not one.__subclasses__()]
    return sorted(found, key=lambda one: one.__name__)
