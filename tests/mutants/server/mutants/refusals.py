"""Mutants of the whole server: refused requests that take effect, and invalid requests that are not refused."""

from dataclasses import replace
from typing import ClassVar

from mockserver.domain.job import JobStatus
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import CHANGING, GUARDED, WRITING, Mutant, at_each, facts

WITH_BODY = ("AUD-CREATE", "AUD-UPDATE", "FOLDER-CREATE")


class RefusedYetDone(Mutant):
    """Mutants that refuse a request with `status` and carry it out all the same, with a key that may do everything."""

    status: ClassVar[int]

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.status == self.status and f"{asked.operation}-REFUSED" in self.killed_by:
            await self.do(asked)
        return answered

    async def do(self, asked: Asked) -> None:
        """Carry out the request."""
        async with self.master(asked.group) as token:
            await self.serve(asked.by(token))


class KeylessYetDone(RefusedYetDone):
    """A request that is refused with 401 is carried out."""

    killed_by = facts("REFUSED", *WRITING)
    status = 401


class LimitedYetDone(RefusedYetDone):
    """A request that is refused with 429 is carried out."""

    killed_by = facts("REFUSED", *CHANGING)
    status = 429


class UnpermittedYetDone(RefusedYetDone):
    """A request that is refused with 403 is carried out."""

    killed_by = facts("REFUSED", *WRITING)
    status = 403


@at_each(["AUD-MOVE"], "REFUSED")
class UnpermittedYetDoneHere(RefusedYetDone):
    """A request that one operation refuses with 403 is carried out."""

    status = 403


class ForeignYetDone(RefusedYetDone):
    """A request for an own resource under a foreign account group is refused, yet done in the resource's group."""

    killed_by = facts("REFUSED", "AUD-UPDATE", "AUD-DELETE", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")
    status = 403

    async def do(self, asked: Asked) -> None:
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        key = self.world.keys[asked.token]
        if there and there.account_group_id != asked.group and there.account_group_id in key.account_group_ids:
            await super().do(asked.naming(group=there.account_group_id))


class ForeignAudienceYetDone(RefusedYetDone):
    """A request for a foreign resource under an own account group is 404, yet done in the resource's group."""

    killed_by = facts("REFUSED", "AUD-UPDATE", "AUD-DELETE", "JOB-CANCEL")
    status = 404

    async def do(self, asked: Asked) -> None:
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        if there:
            await super().do(asked.naming(group=there.account_group_id))


class InvalidYetDone(RefusedYetDone):
    """An update that is refused with 400 is carried out with the valid members of the body."""

    killed_by = frozenset({"AUD-UPDATE-REFUSED"})
    status = 400

    async def do(self, asked: Asked) -> None:
        if texts(asked):
            await self.serve(asked.with_body(texts(asked)))


class InvalidYetCreated(RefusedYetDone):
    """A creation that is refused with 400 creates an audience or a folder."""

    killed_by = facts("REFUSED", "AUD-CREATE", "FOLDER-CREATE")
    status = 400

    async def do(self, asked: Asked) -> None:
        await self.serve(asked.with_body(repaired(asked)))


class MovedOutOnTheWay(RefusedYetDone):
    """A move into a missing folder is refused with 404, yet takes the audience out of its own folder."""

    killed_by = frozenset({"AUD-MOVE-REFUSED"})
    status = 404

    async def do(self, asked: Asked) -> None:
        path = f"/v1/accounts/{asked.group}/audiences/{asked.target}/remove-from-folder"
        async with self.master(asked.group) as token:
            await self.serve(asked.instead("POST", path).by(token))


class UncancellableYetCancelled(RefusedYetDone):
    """The cancellation of a completed job is refused with 422, yet the job is cancelled."""

    killed_by = frozenset({"JOB-CANCEL-REFUSED"})
    status = 422

    async def do(self, asked: Asked) -> None:
        job = self.world.jobs.get(asked.target)
        if job is not None and job.ending is not None:
            self.world.jobs.put(replace(job, ending=replace(job.ending, outcome=JobStatus.CANCELLED)))


def texts(asked: Asked) -> dict[str, str]:
    """Return the name and the description in a body, as far as they are strings."""
    body = asked.body if isinstance(asked.body, dict) else {}
    return {name: value for name, value in body.items() if name in {"name", "description"} and isinstance(value, str)}


def repaired(asked: Asked) -> dict[str, str]:
    """Return the body of a creation, with valid values in place of missing or wrong values."""
    body = asked.body if isinstance(asked.body, dict) else {}
    kind = "audienceType" if asked.operation == "FOLDER-CREATE" else "type"
    chosen = body.get(kind) if body.get(kind) in ("on_demand", "monitoring") else "on_demand"
    return {"name": "Unnamed", **texts(asked), kind: chosen}


class InvalidIsRepaired(Mutant):
    """An invalid creation is accepted as valid."""

    killed_by = facts("VALID", "AUD-CREATE", "FOLDER-CREATE")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        invalid = answered.status == 400 and f"{asked.operation}-VALID" in self.killed_by
        return await self.serve(asked.with_body(repaired(asked))) if invalid else answered


class UnknownTypeIsOnDemand(Mutant):
    """An audience type that is not in the printed list is accepted as `on_demand`."""

    killed_by = frozenset({"AUD-CREATE-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        body = asked.body if isinstance(asked.body, dict) else {}
        unknown = isinstance(body.get("type"), str) and body["type"] not in {"on_demand", "monitoring"}
        known = asked.with_body({**body, "type": "on_demand"})
        return await self.serve(known if unknown and asked.operation == "AUD-CREATE" else asked)


class EmptyUpdateIsFine(Mutant):
    """An update with an empty body succeeds."""

    killed_by = frozenset({"AUD-UPDATE-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.status == 400 and asked.body == {}:
            path = f"/v1/accounts/{asked.group}/audiences/{asked.target}"
            return await self.serve(asked.instead("GET", path))
        return answered


class MoveToNowhereIsFine(Mutant):
    """A move without a folder takes the audience out of its folder."""

    killed_by = frozenset({"AUD-MOVE-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-MOVE" and answered.status == 400:
            path = f"/v1/accounts/{asked.group}/audiences/{asked.target}/remove-from-folder"
            return await self.serve(asked.instead("POST", path))
        return answered


class MissingIsGone(Mutant):
    """A missing resource is refused with 410."""

    killed_by = facts("FOUND", *GUARDED, "JOB-GET")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(410) if asked.target and answered.status == 404 else answered


class MissingHasNoProspects(Mutant):
    """The prospects of a missing audience are an empty list with 200."""

    killed_by = frozenset({"AUD-PROSPECTS-FOUND"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-PROSPECTS" or answered.status != 404:
            return answered
        data = {"items": [], "nextCursor": None, "hasMore": False}
        return answered.saying(200, success=True, data=data, error=None)


class MissingJobIsQueued(Mutant):
    """A missing job is shown as queued."""

    killed_by = frozenset({"JOB-GET-FOUND"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-GET" or answered.status != 404:
            return answered
        when = "2026-04-28T15:30:00.000Z"
        stage = {"status": "queued", "progress": 0}
        data = {"jobId": asked.target, "type": "prospecting", "status": "queued", "createdAt": when, "updatedAt": when}
        data |= {"stages": {"import": stage, "enrichment": stage}, "error": None}
        return answered.saying(200, success=True, data=data, error=None)
