"""Mutants of the profile `delete`: small faults, each with the requirements that must detect the fault."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.mutants.single.endpoint import Key, Single


class Mutant(Single):
    """A target with one fault.

    Attributes:
        killed_by: The ids of the requirements that fail.
        shows_rarely: Whether the fault shows only once in many requests.
    """

    killed_by: ClassVar[frozenset[str]]
    shows_rarely: ClassVar[bool] = False


class GuardNever(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def populating(self, _audience: str) -> str | None:
        return None


class GuardOnlyWhileRunning(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def populating(self, audience: str) -> str | None:
        running = [job for job, (on, status) in self.jobs.items() if on == audience and status == "running"]
        return running[0] if running else None


class GuardDeletesThenRefuses(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD-KEEPS"})

    def guarded(self, audience: str) -> Response:
        self.__dict__.setdefault("doomed", set()).add(audience)
        return super().guarded(audience)

    def find(self, group: str, audience: str) -> str | None:
        doomed = audience in self.__dict__.get("doomed", ()) and self.populating(audience) is None
        return None if doomed else super().find(group, audience)


class GuardAnotherCode(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD-CODE"})

    def guarded(self, _audience: str) -> Response:
        return self.refuse(409, "CONFLICT")


class GuardAnotherStatus(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def guarded(self, _audience: str) -> Response:
        return self.refuse(404, "AUDIENCE_NOT_READY")


class GuardEndsForAll(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def populating(self, audience: str) -> str | None:
        group = self.audiences.get(audience)
        ended = [on for on, status in self.jobs.values() if status not in {"queued", "running"}]
        return None if any(self.audiences.get(on) == group for on in ended) else super().populating(audience)


class GuardGivesIn(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})
    shows_rarely = True

    def guarded(self, audience: str) -> Response:
        attempts = self.__dict__.setdefault("attempts", {})
        attempts[audience] = attempts.get(audience, 0) + 1
        return self.done() if attempts[audience] > 40 else super().guarded(audience)


class GuardForever(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD-ENDS"})

    def populating(self, audience: str) -> str | None:
        return next((job for job, (on, status) in self.jobs.items() if on == audience and status != "completed"), None)


@dataclass
class GuardOneInTwenty(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})
    shows_rarely = True
    asked: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def passes_guard(self, _request: Request) -> bool:
        return next(self.asked) % 20 == 0


class GuardForced(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def passes_guard(self, request: Request) -> bool:
        return "force" in request.query_params


class GuardIdempotent(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def passes_guard(self, request: Request) -> bool:
        return "idempotency-key" in request.headers


class NothingDeleted(Mutant):
    killed_by = frozenset({"AUD-DELETE-EFFECT"})

    def delete(self, _audience: str, _request: Request) -> Response:
        return self.done()


@dataclass
class OneInTwentyNotDeleted(Mutant):
    killed_by = frozenset({"AUD-DELETE-EFFECT"})
    shows_rarely = True
    asked: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def delete(self, audience: str, request: Request) -> Response:
        return self.done() if next(self.asked) % 20 == 0 else super().delete(audience, request)


class ComesBack(Mutant):
    killed_by = frozenset({"AUD-DELETE-EFFECT"})
    shows_rarely = True

    def delete(self, audience: str, request: Request) -> Response:
        self.gone = [*getattr(self, "gone", ()), (audience, self.audiences[audience])]
        if len(self.gone) > 20:
            self.audiences.update([self.gone[0]])
        return super().delete(audience, request)


class MissingIsDone(Mutant):
    killed_by = frozenset({"AUD-DELETE-EFFECT", "AUD-DELETE-FOUND"})

    def missing(self, _audience: str) -> Response:
        return self.done()


class MissingIsGone(Mutant):
    killed_by = frozenset({"AUD-DELETE-FOUND", "AUD-DELETE-ROW-OTHER"})

    def missing(self, _audience: str) -> Response:
        return self.refuse(410, "GONE")


class DeletesTheNeighbour(Mutant):
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    def delete(self, audience: str, request: Request) -> Response:
        group = self.audiences[audience]
        neighbour = next((one for one, of in self.audiences.items() if of == group and one > audience), None)
        self.audiences.pop(neighbour or "", None)
        return super().delete(audience, request)


class DeletesTheGroup(Mutant):
    killed_by = frozenset({"AUD-DELETE-ONLY"})

    def delete(self, audience: str, request: Request) -> Response:
        group = self.audiences[audience]
        self.audiences = {one: of for one, of in self.audiences.items() if of != group}
        return super().delete(audience, request)


class NoKeyNeeded(Mutant):
    killed_by = frozenset({"AUD-DELETE-KEY"})

    def key_of(self, request: Request) -> Key | None:
        return super().key_of(request) or next(reversed(self.keys.values()), None)


class KeyByItsBeginning(Mutant):
    killed_by = frozenset({"AUD-DELETE-KEY"})

    def key_of(self, request: Request) -> Key | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return next((key for one, key in self.keys.items() if token[:20] and one.startswith(token[:26])), None)


class KeyRefusedWith403(Mutant):
    killed_by = frozenset({"AUD-DELETE-KEY"})

    def refuse(self, status: int, code: str) -> Response:
        return super().refuse(403 if status == 401 else status, code)


class KeyRefusedButDeleted(Mutant):
    killed_by = frozenset({"AUD-DELETE-REFUSED"})

    def answer(self, group: str, audience: str, request: Request) -> Response:
        if self.key_of(request) is None:
            self.audiences.pop(audience, None)
        return super().answer(group, audience, request)


class NoPermissionNeeded(Mutant):
    killed_by = frozenset({"AUD-DELETE-PERMISSION"})

    def is_permitted(self, _key: Key) -> bool:
        return True


class ReadingIsEnough(Mutant):
    killed_by = frozenset({"AUD-DELETE-PERMISSION"})

    def is_permitted(self, key: Key) -> bool:
        return any(one.startswith("audiences:") for one in key.permissions)


class MorePermissionsNeeded(Mutant):
    killed_by = frozenset({"AUD-DELETE-PERMISSION-SUFFICES"})

    def is_permitted(self, key: Key) -> bool:
        return {"audiences:read", "audiences:write"} <= key.permissions


class UnpermittedButDeleted(Mutant):
    killed_by = frozenset({"AUD-DELETE-REFUSED"})

    def unpermitted(self, audience: str) -> Response:
        self.audiences.pop(audience, None)
        return super().unpermitted(audience)


class GroupOfThePathIgnored(Mutant):
    killed_by = frozenset({"AUD-DELETE-SCOPE"})

    def answer(self, _group: str, audience: str, request: Request) -> Response:
        key = self.key_of(request)
        return super().answer(key.group if key else "", audience, request)


class ForeignAudiencesFound(Mutant):
    killed_by = frozenset({"AUD-DELETE-SCOPE"})

    def find(self, _group: str, audience: str) -> str | None:
        return audience if audience in self.audiences else None


class IdentifierByItsBeginning(Mutant):
    killed_by = frozenset({"AUD-DELETE-EXACT"})

    def find(self, group: str, audience: str) -> str | None:
        near = [one for one, of in self.audiences.items() if of == group and one[:23] == audience[:23]]
        return super().find(group, audience) or (near[0] if near else None)


class IdentifierDecodedTwice(Mutant):
    killed_by = frozenset({"AUD-DELETE-EXACT"})

    def find(self, group: str, audience: str) -> str | None:
        return super().find(group, unquote(audience))


class OddIdentifiersFail(Mutant):
    killed_by = frozenset({"AUD-DELETE-ODD"})

    def find(self, group: str, audience: str) -> str | None:
        if "." in audience:
            raise ValueError(audience)
        return super().find(group, audience)


class IdempotencyKeyReplays(Mutant):
    killed_by = frozenset({"AUD-DELETE-IDEMPOTENCY"})

    def answer(self, group: str, audience: str, request: Request) -> Response:
        once = request.headers.get("idempotency-key")
        replays = self.__dict__.setdefault("replays", {})
        if once is None or once not in replays:
            answer = super().answer(group, audience, request)
            if once is not None and answer.status_code == 200:
                replays[once] = answer
            return answer
        return self.done()


class ActsOnWhatItSawBefore(Mutant):
    killed_by = frozenset({"AUD-DELETE-ONCE"})

    async def respond(self, group: str, audience: str, request: Request) -> Response:
        there = self.find(group, audience)
        await asyncio.sleep(0.01)
        if there is not None:
            self.audiences.setdefault(audience, group)
        return await super().respond(group, audience, request)


class DeletedFalse(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-200"})

    def done(self) -> Response:
        return self.send(200, {"success": True, "data": {"deleted": False}, "error": None, "traceId": "1"})


class NoTraceId(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-200", "AUD-DELETE-ROW-404"})

    def send(self, status: int, body: Any) -> Response:
        return super().send(status, {name: value for name, value in body.items() if name != "traceId"})


class ErrorLeftOut(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-200"})

    def send(self, status: int, body: Any) -> Response:
        return super().send(status, {name: value for name, value in body.items() if name != "error" or value})


class NoContent(Mutant):
    killed_by = frozenset({"AUD-DELETE-DONE"})

    def done(self) -> Response:
        return Response(status_code=204)


class PlainText(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-401"})

    def refuse(self, status: int, code: str) -> Response:
        answer = super().refuse(status, code)
        return PlainTextResponse(bytes(answer.body), status) if status == 401 else answer


class SuccessOnError(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-403"})

    def send(self, status: int, body: Any) -> Response:
        return super().send(status, {**body, "success": True} if status == 403 else body)


class DataOnConflict(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-409"})

    def send(self, status: int, body: Any) -> Response:
        return super().send(status, {**body, "data": {}} if status == 409 else body)


class LimitInHtml(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-429"})

    def limited(self, _group: str, _audience: str) -> Response:
        return Response("<h1>Slow down</h1>", 429, media_type="text/html")


class LimitedButDeleted(Mutant):
    killed_by = frozenset({"AUD-DELETE-REFUSED"})

    def limited(self, group: str, audience: str) -> Response:
        self.audiences.pop(audience, None)
        return super().limited(group, audience)


class FailureInPlainText(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-500"})

    def failed(self) -> Response:
        return PlainTextResponse("Internal Server Error", 500)


class ValidationWithAnotherCode(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-400"})

    def missing(self, audience: str) -> Response:
        return super().missing(audience) if len(audience) > 3 else self.refuse(400, "BAD_REQUEST")


class BrokenJson(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-404"})

    def missing(self, audience: str) -> Response:
        body = json.loads(bytes(super().missing(audience).body))
        return Response(json.dumps(body)[:-1], 404, media_type="application/json")
