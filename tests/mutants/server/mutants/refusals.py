"""Mutants of the whole server: what is refused, and done all the same; what should be refused, and is not."""

from dataclasses import replace
from typing import ClassVar

from mockserver.domain.job import JobStatus
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import CHANGING, GUARDED, WRITING, Mutant, at_each, facts

WITH_BODY = ("AUD-CREATE", "AUD-UPDATE", "FOLDER-CREATE")


class RefusedYetDone(Mutant):
    """What is refused with one status is done by a key that may do everything."""

    status: ClassVar[int]

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.status == self.status and f"{asked.operation}-REFUSED" in self.killed_by:
            await self.do(asked)
        return answered

    async def do(self, asked: Asked) -> None:
        """Do it."""
        async with self.master(asked.group) as token:
            await self.serve(asked.by(token))


class KeylessYetDone(RefusedYetDone):
    """401, yet done."""

    killed_by = facts("REFUSED", *WRITING)
    status = 401


class LimitedYetDone(RefusedYetDone):
    """429, yet done."""

    killed_by = facts("REFUSED", *CHANGING)
    status = 429


class UnpermittedYetDone(RefusedYetDone):
    """403, yet done."""

    killed_by = facts("REFUSED", *WRITING)
    status = 403


@at_each(["AUD-MOVE"], "REFUSED")
class UnpermittedYetDoneHere(RefusedYetDone):
    """403, yet done, by one operation."""

    status = 403


class ForeignYetDone(RefusedYetDone):
    """Something of one's own under a foreign account group: refused, yet done where it is."""

    killed_by = facts("REFUSED", "AUD-UPDATE", "AUD-DELETE", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")
    status = 403

    async def do(self, asked: Asked) -> None:
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        key = self.world.keys[asked.token]
        if there and there.account_group_id != asked.group and there.account_group_id in key.account_group_ids:
            await super().do(asked.naming(group=there.account_group_id))


class ForeignAudienceYetDone(RefusedYetDone):
    """Something foreign under one's own account group: 404, yet done where it is."""

    killed_by = facts("REFUSED", "AUD-UPDATE", "AUD-DELETE", "JOB-CANCEL")
    status = 404

    async def do(self, asked: Asked) -> None:
        there = self.world.audiences.get(asked.target) or self.world.jobs.get(asked.target)
        if there:
            await super().do(asked.naming(group=there.account_group_id))


class InvalidYetDone(RefusedYetDone):
    """400, yet done with what was valid in the body."""

    killed_by = frozenset({"AUD-UPDATE-REFUSED"})
    status = 400

    async def do(self, asked: Asked) -> None:
        if texts(asked):
            await self.serve(asked.with_body(texts(asked)))


class InvalidYetCreated(RefusedYetDone):
    """400, yet an audience or folder is made."""

    killed_by = facts("REFUSED", "AUD-CREATE", "FOLDER-CREATE")
    status = 400

    async def do(self, asked: Asked) -> None:
        await self.serve(asked.with_body(repaired(asked)))


class MovedOutOnTheWay(RefusedYetDone):
    """A move into a folder that is not there is 404, and the audience is out of its own."""

    killed_by = frozenset({"AUD-MOVE-REFUSED"})
    status = 404

    async def do(self, asked: Asked) -> None:
        path = f"/v1/accounts/{asked.group}/audiences/{asked.target}/remove-from-folder"
        async with self.master(asked.group) as token:
            await self.serve(asked.instead("POST", path).by(token))


class UncancellableYetCancelled(RefusedYetDone):
    """The cancellation of a completed job is 422, and the job is cancelled."""

    killed_by = frozenset({"JOB-CANCEL-REFUSED"})
    status = 422

    async def do(self, asked: Asked) -> None:
        job = self.world.jobs.get(asked.target)
        if job is not None and job.ending is not None:
            self.world.jobs.put(replace(job, ending=replace(job.ending, outcome=JobStatus.CANCELLED)))


def texts(asked: Asked) -> dict[str, str]:
    """The name and the description in a body, as far as they are strings."""
    body = asked.body if isinstance(asked.body, dict) else {}
    return {name: value for name, value in body.items() if name in {"name", "description"} and isinstance(value, str)}


def repaired(asked: Asked) -> dict[str, str]:
    """The body of a creation, with what is valid in place of what is missing or wrong."""
    body = asked.body if isinstance(asked.body, dict) else {}
    kind = "audienceType" if asked.operation == "FOLDER-CREATE" else "type"
    chosen = body.get(kind) if body.get(kind) in ("on_demand", "monitoring") else "on_demand"
    return {"name": "Unnamed", **texts(asked), kind: chosen}


class InvalidIsRepaired(Mutant):
    """An invalid creation is taken for a valid one."""

    killed_by = facts("VALID", "AUD-CREATE", "FOLDER-CREATE")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        invalid = answered.status == 400 and f"{asked.operation}-VALID" in self.killed_by
        return await self.serve(asked.with_body(repaired(asked))) if invalid else answered


class UnknownTypeIsOnDemand(Mutant):
    """A type of audience that is not in the printed list is taken for on_demand."""

    killed_by = frozenset({"AUD-CREATE-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        body = asked.body if isinstance(asked.body, dict) else {}
        unknown = isinstance(body.get("type"), str) and body["type"] not in {"on_demand", "monitoring"}
        known = asked.with_body({**body, "type": "on_demand"})
        return await self.serve(known if unknown and asked.operation == "AUD-CREATE" else asked)


class EmptyUpdateIsFine(Mutant):
    """An update of nothing succeeds."""

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
    """What is not there is 410."""

    killed_by = facts("FOUND", *GUARDED, "JOB-GET")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(410) if asked.target and answered.status == 404 else answered


class MissingHasNoProspects(Mutant):
    """An audience that is not there has no prospects: 200."""

    killed_by = frozenset({"AUD-PROSPECTS-FOUND"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "AUD-PROSPECTS" or answered.status != 404:
            return answered
        data = {"items": [], "nextCursor": None, "hasMore": False}
        return answered.saying(200, success=True, data=data, error=None)


class MissingJobIsQueued(Mutant):
    """A job that is not there is queued."""

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
