"""Legal variants of the whole server: identifiers, envelopes, connections, and lists that lag."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, ClassVar

from starlette.types import Send

from mockserver.adapters.memory.records import SandboxRecords
from mockserver.adapters.memory.sizes import Capacity
from mockserver.adapters.memory.transaction import MemoryTransaction
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.variant import Variant

IDENTIFIERS = frozenset({"id", "folderId", "jobId", "audienceId", "accountGroupId"})
NOWHERE = "f" * 24


class Rewritten(Variant):
    """Variants that rewrite every envelope with `change`."""

    def change(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the envelope that replaces `body`."""
        raise NotImplementedError

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered if answered.body is None else answered.saying(**self.change(answered.body))


class OtherCodesAndMessages(Rewritten):
    """Error codes that the documentation does not print, and all messages, are different."""

    PRINTED: ClassVar[set[str]] = {"AUDIENCE_NOT_READY", "VALIDATION_ERROR", "INSUFFICIENT_CREDITS"}

    def change(self, body: dict[str, Any]) -> dict[str, Any]:
        error = body["error"]
        if error is None:
            return body
        code = error["code"] if error["code"] in self.PRINTED else f"E_{len(error['code'])}"
        return {**body, "error": {**error, "code": code, "message": "Das geht leider nicht."}}


class MoreMembersAndHeaders(Variant):
    """Every object has undocumented members, and every response has undocumented headers."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if isinstance(answered.body, dict):
            answered = answered.saying(**self.richer(answered.body))
        return replace(answered, headers=(*answered.headers, (b"x-request-id", b"1"), (b"ratelimit-limit", b"60")))

    def richer(self, node: Any) -> Any:
        """Return a document with further members."""
        if isinstance(node, list):
            return [self.richer(one) for one in node]
        return {**{name: self.richer(one) for name, one in node.items()}, "_v": 2} if isinstance(node, dict) else node


class AnotherParameterOfTheMediaType(Variant):
    """The media type has parameters, and the JSON is formatted over several lines."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        content = json.dumps(answered.body, indent=1, ensure_ascii=True).encode()
        return replace(answered, content=content).typed("Application/JSON; charset=UTF-8; v=1")


class DetailsOfAnotherType(Rewritten):
    """The `details` of an error are a list of objects."""

    def change(self, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "error": body["error"] and {**body["error"], "details": [{"path": ["x", 1]}]}}


class NoDetails(Rewritten):
    """Errors have no `details`."""

    def change(self, body: dict[str, Any]) -> dict[str, Any]:
        error = body["error"] and {name: value for name, value in body["error"].items() if name != "details"}
        return {**body, "error": error}


class ConstantTraceId(Rewritten):
    """All responses have the same `traceId`."""

    def change(self, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "traceId": "0"}


class AccountsHaveNoTraceId(Variant):
    """The list of account groups has no `traceId`, as in the example of the getting-started page."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "ACCOUNT-LIST" or not answered.ok:
            return answered
        members = {name: value for name, value in answered.body.items() if name != "traceId"}
        return replace(answered, content=json.dumps(members).encode())


class Chunked(Variant):
    """Bodies are sent in chunks, without a `Content-Length`."""

    async def send(self, answered: Answered, send: Send) -> None:
        headers = [header for header in answered.headers if header[0] != b"content-length"]
        await send({"type": "http.response.start", "status": answered.status, "headers": headers})
        for start in range(0, len(answered.content), 100):
            part = answered.content[start : start + 100]
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class ClosesConnections(Variant):
    """Each connection serves one request."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return replace(answered, headers=(*answered.headers, (b"connection", b"close")))


Write = Callable[[MemoryTransaction], Awaitable[None]]
REPLICATED = ("save_audience", "remove_audience", "save_folder", "save_job", "remove_account_group")


class ListsLag(Variant):
    """List, navigation and the list of jobs are read from a replica with a delay of a second."""

    is_slow = True
    LAG: ClassVar[float] = 1.0

    def __init__(self) -> None:
        self.written: list[tuple[float, Write]] = []
        self.replica: SandboxRecords | None = None

    def transaction(self, transaction: Any) -> Any:
        """Return a transaction whose writes reach the replica later."""
        mine: list[tuple[float, Write]] = []
        for name in REPLICATED:
            setattr(transaction, name, self.noting(mine, getattr(transaction, name), name))
        rollback = transaction.rollback

        async def undone() -> None:
            await rollback()
            self.written = [one for one in self.written if one not in mine]

        transaction.rollback = undone
        return transaction

    def noting(self, mine: list[tuple[float, Write]], write: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
        """Return a writing method that notes each write and the time at which the replica receives the write."""

        async def noted(record: Any) -> None:
            await write(record)
            later = (asyncio.get_running_loop().time() + self.LAG, lambda behind: getattr(behind, name)(record))
            mine.append(later)
            self.written.append(later)

        return noted

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.asked.operation in {"AUD-LIST", "AUD-NAVIGATION", "JOB-LIST"}:
            work.transaction = await self.behind(work.sandbox)
        return await use_case(work, *args)

    async def behind(self, sandbox: Any) -> MemoryTransaction:
        """Return a transaction over the replica, after the due writes."""
        self.replica = self.replica or SandboxRecords(sandbox, {})
        behind = MemoryTransaction({sandbox.id: self.replica}, {}, sandbox.id, Capacity(1 << 30))
        await behind.__aenter__()
        now = asyncio.get_running_loop().time()
        due = [one for one in self.written if one[0] <= now]
        self.written = [one for one in self.written if one[0] > now]
        for _, write in due:
            await write(behind)
        return behind
