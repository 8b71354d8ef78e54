"""Legal variants of the whole server: conflicts, idempotency keys, and what becomes of ended jobs."""

import json
import re
from typing import ClassVar

from mockserver.domain.job import Job
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import CHANGING
from tests.mutants.server.variants.identifiers import Numbers
from tests.mutants.server.variants.variant import Variant

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class UnsupportedKeysAreRefused(Variant):
    """An `Idempotency-Key` is 400 where it is not supported."""

    UNSUPPORTED: ClassVar[set[str]] = {*CHANGING, "JOB-CANCEL"}

    async def respond(self, asked: Asked) -> Answered:
        is_refused = asked.operation in self.UNSUPPORTED and asked.header("idempotency-key") is not None
        return self.refuse(400, "VALIDATION_ERROR") if is_refused else await self.serve(asked)


class Starts(Variant):
    """Variants that decide about a start after the key, its permission and the account group were accepted."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation != "JOB-START":
            return await self.serve(asked)
        invalid = await self.serve(asked.with_body({}))  # nothing but its body stands against it
        decided = await self.decide(asked) if invalid.status == 400 else None
        return decided or await self.serve(asked)

    async def decide(self, asked: Asked) -> Answered | None:
        """Return the response to a start; None for the response of the server itself."""
        raise NotImplementedError

    def active(self, group: str) -> list[Job]:
        """Return the active jobs of an account group."""
        now = self.parts.clock.now()
        return [job for job in self.world.jobs.newest_first(group) if job.is_active(now)]


class OneActiveJob(Starts):
    """An account group has one active job; a further start is 409 before anything else about it is judged."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str, bytes]] = set()

    async def decide(self, asked: Asked) -> Answered | None:
        request = (asked.group, asked.header("idempotency-key") or "", asked.content)
        if self.active(asked.group) and (not request[1] or request not in self.taken):
            return self.refuse(409, "CONFLICT")
        self.taken.add(request)
        return None


class KeysAreUuids(Starts):
    """The idempotency key of a start has to be a UUID."""

    async def decide(self, asked: Asked) -> Answered | None:
        once = asked.header("idempotency-key")
        is_other = once is not None and _UUID.fullmatch(once) is None
        return self.refuse(400, "VALIDATION_ERROR") if is_other else None


class KeysAreShort(Starts):
    """The idempotency key of a start has 16 characters at most."""

    async def decide(self, asked: Asked) -> Answered | None:
        is_long = len(asked.header("idempotency-key") or "") > 16
        return self.refuse(400, "VALIDATION_ERROR") if is_long else None


class SameBodySameJob(Starts):
    """A start with the body of an active job is that job, whatever its idempotency key."""

    def __init__(self) -> None:
        self.started: dict[tuple[str, str], Answered] = {}

    async def decide(self, asked: Asked) -> Answered | None:
        request = (asked.group, json.dumps(asked.body, sort_keys=True))
        first = self.started.get(request)
        if first is not None and first.data["jobId"] in {job.id for job in self.active(asked.group)}:
            return first
        answered = await self.serve(asked)
        if answered.status == 202:
            self.started[request] = answered
        return answered


class LeadingZerosDoNotCount(Numbers):
    """An identifier is a number: `012` is audience 12."""

    def meant(self, outer: str) -> str:
        return super().meant(outer.lstrip("0"))


class NumbersAreTexts(Variant):
    """A number in a body is read as a text, so a folder 1 is not found."""

    async def respond(self, asked: Asked) -> Answered:
        folder = asked.body.get("folderId") if isinstance(asked.body, dict) else None
        is_number = asked.operation == "AUD-MOVE" and isinstance(folder, int) and not isinstance(folder, bool)
        if not is_number:
            return await self.serve(asked)
        return await self.serve(asked.with_body({"folderId": "f" * 24}))


class UnknownRoutesAre405(Variant):
    """A route that no page documents is 405 in the envelope, with a code of its own."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return self.refuse(405, "NO_SUCH_ROUTE") if not asked.operation and answered.status == 404 else answered
