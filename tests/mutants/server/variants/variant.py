"""Legal variants of the whole server: differences from the mock where the documentation leaves a choice."""

import asyncio
import itertools
import re
from dataclasses import replace
from typing import Any, ClassVar

from mockserver.config import Settings
from mockserver.domain.key import ApiKey
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole


class Variant(Whole):
    """A correct server. `is_slow`: a run takes minutes; `options`: the options of a run that it needs."""

    is_slow: ClassVar[bool] = False
    options: ClassVar[tuple[str, ...]] = ()


class AsItIs(Variant):
    """The mock itself is unchanged."""


class ResourceBeforePermission(Variant):
    """A missing resource is 404 even when the key lacks the permission for the operation."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        there = there or self.world.folders.get(asked.target)
        if answered.status != 403 or not asked.target or there is not None:
            return answered
        return self.refuse(404, "NOT_FOUND")


class ValidationFirst(Variant):
    """An invalid request is 400 even when the key lacks access, but not when the key is missing."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.status != 403:
            return answered
        async with self.master() as token:
            ignoring_the_key = await self.serve(asked.by(token))
        return ignoring_the_key if ignoring_the_key.status == 400 else answered


class ForeignGroupsAreNotFound(Variant):
    """An account group other than the key's own is 404."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        foreign = answered.status == 403 and answered.body["error"]["details"]["rule"] == "account-group"
        return answered.saying(404) if foreign else answered


class ForeignResourcesAreForbidden(Variant):
    """A resource of another account group is 403, also under the key's own account group."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        foreign = there is not None and there.account_group_id != asked.group
        return answered.saying(403) if answered.status == 404 and foreign else answered


class WrongMethodsAreNotFound(Variant):
    """A method that a path does not support is 404."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(404) if answered.status == 405 else answered


class RenamesByPut(Variant):
    """A folder is renamed with PUT and not with PATCH, because the page prints no method."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation == "FOLDER-RENAME":
            return self.refuse(405, "METHOD_NOT_ALLOWED")
        patch = replace(asked, method="PATCH") if asked.method == "PUT" else asked
        return await self.serve(patch if patch.operation == "FOLDER-RENAME" else asked)


class RenamesNoFolder(Variant):
    """A folder cannot be renamed in any way that is known to the suite."""

    async def respond(self, asked: Asked) -> Answered:
        return self.refuse(404, "NOT_FOUND") if asked.operation == "FOLDER-RENAME" else await self.serve(asked)


class CreatesByPut(Variant):
    """An audience is created with PUT and not with POST, because the page prints no method."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation == "AUD-CREATE":
            return self.refuse(405, "METHOD_NOT_ALLOWED")
        post = replace(asked, method="POST") if asked.method == "PUT" else asked
        return await self.serve(post if post.operation == "AUD-CREATE" else asked)


class CreatesAndRenamesNothing(Variant):
    """Neither an audience is created nor a folder renamed in any way that is known to the suite."""

    async def respond(self, asked: Asked) -> Answered:
        inferred = asked.operation in {"AUD-CREATE", "FOLDER-RENAME"}
        return self.refuse(404, "NOT_FOUND") if inferred else await self.serve(asked)


class NoDescriptionIsEmpty(Variant):
    """A description that was not set is the empty string."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if not asked.operation.startswith("AUD-") or not answered.ok:
            return answered
        for one in answered.items():
            one.update({"description": ""} if one.get("description", "") is None else {})
        return answered.saying(data=answered.data)


class NamesDiffer(Variant):
    """Names of audiences, and names of folders, must be unique in an account group."""

    async def respond(self, asked: Asked) -> Answered:
        name = asked.body.get("name") if isinstance(asked.body, dict) else None
        if asked.operation == "AUD-CREATE" and name in [one.name for one in self.audiences(asked.group)]:
            return self.refuse(422, "NAME_TAKEN")
        folders = self.world.folders.newest_first(asked.group)
        if asked.operation == "FOLDER-CREATE" and name in [one.name for one in folders]:
            return self.refuse(400, "VALIDATION_ERROR")
        return await self.serve(asked)


class TakesNothingMore(Variant):
    """An undocumented query parameter, or a body of a deletion, is 400 before the key is checked."""

    KNOWN: ClassVar[set[str]] = {"cursor", "limit", "status"}

    async def respond(self, asked: Asked) -> Answered:
        more = set(asked.params) - self.KNOWN or (asked.method == "DELETE" and asked.content)
        return self.refuse(400, "VALIDATION_ERROR") if more and asked.operation else await self.serve(asked)


class LimitOfTheAccountGroup(Variant):
    """The rate limit applies to the account group and not to the key."""

    def key(self, key: ApiKey) -> ApiKey:
        others = [one for one in self.world.keys.values() if one.account_group_ids & key.account_group_ids]
        return replace(key, limited=any(one.limited for one in others))


class LimitsNowAndThen(Variant):
    """Each 150th request exceeds the rate limit."""

    def __init__(self) -> None:
        self.requests = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        if next(self.requests) % 150:
            return await self.serve(asked)
        answered = self.refuse(429, "RATE_LIMITED")
        return replace(answered, headers=(*answered.headers, (b"retry-after", b"0")))


class FailsAfterTheEffect(Variant):
    """An internal failure occurs after the effect of the request."""

    async def respond(self, asked: Asked) -> Answered:
        key = self.world.keys.get(asked.token)
        if key is None or not key.failures:
            return await self.serve(asked)
        self.world.keys[key.token] = replace(key, failures=0)
        answered = await self.serve(asked)
        self.world.keys[key.token] = replace(key, failures=key.failures - answered.ok)
        return self.refuse(500, "INTERNAL_ERROR") if answered.ok else answered


class AnswersLate(Variant):
    """Each response takes 200 ms, and concurrent responses take no longer."""

    is_slow = True

    async def respond(self, asked: Asked) -> Answered:
        await asyncio.sleep(0.2)
        return await self.serve(asked)


class JobsEndAtOnce(Variant):
    """A started job has completed before the response is sent."""

    settings = Settings(job_duration=0)

    def __init__(self) -> None:
        self.started: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-START" or answered.status != 200 or answered.data["jobId"] in self.started:
            return answered
        self.started.add(answered.data["jobId"])
        return answered.saying(202)


class RunningJobsAreNotReplayed(Variant):
    """A repeated start is 409 while its job is active, and a replay after the job has completed."""

    def __init__(self) -> None:
        self.started: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-START" or answered.status != 202:
            return answered
        if answered.data["jobId"] in self.started:
            return self.refuse(409, "CONFLICT")
        self.started.add(answered.data["jobId"])
        return answered


class StartsNeedAnIdempotencyKey(Variant):
    """A start without an idempotency key is 400, because the page does not call the key optional."""

    async def respond(self, asked: Asked) -> Answered:
        lacks = asked.operation == "JOB-START" and not asked.header("idempotency-key")
        return await self.serve(asked.with_body({}) if lacks else asked)


class IdempotencyKeysAreUuids(Variant):
    """An idempotency key that is no UUID is 400, with any operation."""

    async def respond(self, asked: Asked) -> Answered:
        idempotency_key = asked.header("idempotency-key")
        if not idempotency_key or re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", idempotency_key):
            return await self.serve(asked)
        return await self.serve(asked.with_body({})) if asked.operation == "JOB-START" else self.refuse(400, "BAD_KEY")


class CancelsTwice(Variant):
    """The cancellation of a cancelled job is 200."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        job = self.world.jobs.get(asked.target) if asked.operation == "JOB-CANCEL" else None
        cancelled = answered.status == 422 and job is not None and job.ending is not None
        if not cancelled or job is None or job.ending is None or job.ending.outcome.value != "cancelled":
            return answered
        return answered.saying(200, success=True, data={"jobId": job.id, "status": "cancelled"}, error=None)


class CannotEstablish(Variant):
    """Variants whose control plane refuses some provider states with 501."""

    def cannot(self, state: str, params: dict[str, Any]) -> bool:
        """Return whether the target cannot establish the state."""
        raise NotImplementedError

    async def control(self, asked: Asked) -> Answered:
        body = asked.body if isinstance(asked.body, dict) else {}
        if "state" in body and self.cannot(body["state"], body.get("params", {})):
            return Answered(501, ((b"content-type", b"application/json"),), b'{"reason": "not here"}')
        return await self.serve(asked)


class CannotLimitOrFail(CannotEstablish):
    """The provider states for rate limit, failure, lack of credits and prospecting request cannot be established."""

    STATES: ClassVar[set[str]] = {
        "the rate limit is exhausted",
        "the server fails internally",
        "the credits are exhausted",
        "a prospecting request",
    }

    def cannot(self, state: str, params: dict[str, Any]) -> bool:  # noqa: ARG002
        return state in self.STATES


class CannotPrepareQueuedJobs(CannotEstablish):
    """The provider states cannot prepare a queued job, only a running job."""

    def cannot(self, state: str, params: dict[str, Any]) -> bool:
        return state == "an audience being populated" and params.get("jobStatus") == "queued"


class CannotPrepareRunningJobs(CannotEstablish):
    """The provider states cannot prepare a running job, only a queued job."""

    def cannot(self, state: str, params: dict[str, Any]) -> bool:
        return state == "an audience being populated" and params.get("jobStatus") == "running"
