"""Mutants of the whole server: the input and the scope of a start, and effects that are missing now and then."""

import itertools
import re
from typing import Any

from mockserver.config import Settings
from mockserver.domain.audience import AudienceType
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant
from tests.mutants.server.variants.identifiers import NOWHERE

CONVERSATIONAL = False

ACCEPTED = {"jobId": NOWHERE, "status": "queued", "createdAt": "2026-01-01T00:00:00.000Z"}


def sent(asked: Asked, operation: str) -> dict[str, Any]:
    """Return the body of a request of the operation if the body is an object, else an empty object."""
    return asked.body if asked.operation == operation and isinstance(asked.body, dict) else {}


class AThousandUrlsAreTooMany(Mutant):
    """A start with 1000 URLs is refused."""

    killed_by = frozenset({"JOB-START-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        many = len(sent(asked, "JOB-START").get("urls") or ()) == 1000
        return self.refuse(400, "VALIDATION_ERROR") if many else await self.serve(asked)


class AnyUrlWillDo(Mutant):
    """Profile URLs of any host are accepted."""

    killed_by = frozenset({"JOB-START-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        body = sent(asked, "JOB-START")
        if isinstance(urls := body.get("urls"), list):
            known = [re.sub(r"//[^/]*", "//www.linkedin.com", one) if isinstance(one, str) else one for one in urls]
            return await self.serve(asked.with_body({**body, "urls": known}))
        return await self.serve(asked)


class TheFirstUrlMatters(Mutant):
    """Uploaded URLs after the first are not checked."""

    killed_by = frozenset({"JOB-START-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        body = sent(asked, "JOB-START")
        urls = body.get("urls")
        if isinstance(urls, list) and 1 < len(urls) < 1000:
            return await self.serve(asked.with_body({**body, "urls": [urls[0]]}))
        return await self.serve(asked)


class UploadsAreFree(Mutant):
    """An upload of profiles is accepted without credits."""

    killed_by = frozenset({"JOB-START-CREDITS"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        free = answered.status == 402 and sent(asked, "JOB-START").get("source") == "url_upload"
        return answered.saying(202, success=True, data=ACCEPTED, error=None) if free else answered


class IdempotencyKeysReachEverywhere(Mutant):
    """An idempotency key that is repeated in another account group returns the job of the first account group."""

    killed_by = frozenset({"JOB-START-SCOPE"})

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, Answered]] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        once = asked.header("idempotency-key")
        if asked.operation != "JOB-START" or not answered.ok or not once:
            return answered
        group, first = self.started.setdefault(once, (asked.group, answered))
        return answered if group == asked.group else first


class ReplaysTellAnotherTime(Mutant):
    """A replayed start shows another creation time of the job."""

    killed_by = frozenset({"JOB-START-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        replayed = asked.operation == "JOB-START" and answered.status == 200
        later = {"createdAt": "2030-01-01T00:00:00.000Z"}
        return answered.saying(data={**answered.data, **later}) if replayed else answered


class FilteredJobsAreEveryones(Mutant):
    """A list of jobs that is filtered by status contains the jobs of all account groups."""

    killed_by = frozenset({"JOB-LIST-SCOPE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation != "JOB-LIST" or not answered.ok or "status" not in asked.params:
            return answered
        items = list(answered.data["items"])
        groups = {group for key in self.world.keys.values() for group in key.account_group_ids}
        for group in groups - {asked.group}:
            async with self.master(group) as token:
                more = await self.serve(asked.naming(group=group).by(token))
            items += more.data["items"] if more.ok else []
        return answered.saying(data={**answered.data, "items": items})


class FurtherPagesAreNotFiltered(Mutant):
    """The filter of the list of jobs applies to the first page only."""

    killed_by = frozenset({"JOB-LIST-FILTER"})

    async def respond(self, asked: Asked) -> Answered:
        goes_on = asked.operation == "JOB-LIST" and {"cursor", "status"} <= asked.params.keys()
        answered = await self.serve(asked)
        if not goes_on or not answered.ok:
            return answered
        whole = await self.serve(asked.without_params("status", "cursor", "limit"))
        return answered.saying(data={**answered.data, "items": [*answered.data["items"], *whole.data["items"]]})


class AnythingIsAnUpdate(Mutant):
    """An update with only unknown members, and neither a name nor a description, is accepted."""

    killed_by = frozenset({"AUD-UPDATE-VALID"})

    async def respond(self, asked: Asked) -> Answered:
        body = sent(asked, "AUD-UPDATE")
        is_empty = bool(body) and not body.keys() & {"name", "description"}
        return await self.serve(asked.instead("GET", asked.path)) if is_empty else await self.serve(asked)


class EmptyIsNotSaid(Mutant):
    """An update to an empty description is ignored."""

    killed_by = frozenset({"AUD-UPDATE-EFFECT"})

    async def respond(self, asked: Asked) -> Answered:
        ignored = sent(asked, "AUD-UPDATE").get("description") == ""
        return await self.serve(asked.instead("GET", asked.path)) if ignored else await self.serve(asked)


class UpdatesLoseRareCharacters(Mutant):
    """An update replaces characters outside the first 65,536 code points with `?`."""

    killed_by = frozenset({"AUD-UPDATE-EFFECT"})

    async def respond(self, asked: Asked) -> Answered:
        body = sent(asked, "AUD-UPDATE")
        plain = {
            name: re.sub("[\U00010000-\U0010ffff]", "?", one) if isinstance(one, str) else one
            for name, one in body.items()
        }
        return await self.serve(asked.with_body(plain) if plain != body else asked)


class LongNamesFail(Mutant):
    """An audience name of more than 255 characters leads to an internal failure."""

    killed_by = frozenset({"AUD-CREATE-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        name = sent(asked, "AUD-CREATE").get("name")
        is_long = isinstance(name, str) and 255 < len(name) < 1000
        return self.refuse(500, "INTERNAL_ERROR") if is_long else await self.serve(asked)


class RareCharactersFailInFolders(Mutant):
    """A folder name with a character outside the first 65,536 code points leads to an internal failure."""

    killed_by = frozenset({"FOLDER-CREATE-CONSISTENT"})

    async def respond(self, asked: Asked) -> Answered:
        name = sent(asked, "FOLDER-CREATE").get("name")
        is_rare = isinstance(name, str) and any(ord(one) > 0xFFFF for one in name)
        return self.refuse(500, "INTERNAL_ERROR") if is_rare else await self.serve(asked)


class MonitoringFitsAnywhere(Mutant):
    """A move of a monitoring audience into an on-demand folder is accepted."""

    killed_by = frozenset({"AUD-MOVE-COMPATIBLE-TYPE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        there = self.world.audiences.get(asked.target)
        fits = there is not None and there.type == AudienceType.MONITORING and answered.status == 422
        if asked.operation != "AUD-MOVE" or not fits:
            return answered
        return await self.serve(asked.instead("GET", asked.path.removesuffix("/move-to-folder")))


class DeletedStaysOnTheNextPage(Mutant):
    """The further pages of a list still show an audience that was deleted since the first page."""

    killed_by = frozenset({"AUD-LIST-STABLE"})

    def __init__(self) -> None:
        self.deleted: list[dict[str, Any]] = []

    async def respond(self, asked: Asked) -> Answered:
        there = self.world.audiences.get(asked.target)
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok and there is not None:
            self.deleted.append({"id": there.id, "name": there.name, "type": there.type})
        if asked.operation != "AUD-LIST" or not answered.ok:
            return answered
        if "cursor" not in asked.params:
            self.deleted.clear()
        return answered.saying(data={**answered.data, "items": [*answered.data["items"], *self.deleted[-1:]]})


class EndingByThemselves(Mutant):
    """Mutants whose jobs end by themselves after a second."""

    settings = Settings(job_duration=1_000)

    def has_ended_by_itself(self, job_id: str) -> bool:
        """Return whether the job has ended by itself, without a cancellation or a provider state."""
        job = self.world.jobs.get(job_id)
        return job is not None and job.ending is None and not job.is_active(self.parts.clock.now())


class CancelsWhatIsOver(EndingByThemselves):
    """A job that has ended by itself can be cancelled."""

    killed_by = frozenset({"JOB-CANCEL-CANCELABLE"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        over = asked.operation == "JOB-CANCEL" and answered.status == 422 and self.has_ended_by_itself(asked.target)
        cancelled = {"jobId": asked.target, "status": "cancelled"}
        return answered.saying(200, success=True, data=cancelled, error=None) if over else answered


class ReplayOfWhatIsOverIs202(EndingByThemselves):
    """The replay of a start whose job has ended by itself is 202, as if the job were active."""

    killed_by = frozenset({"JOB-START-REPLAY"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        replayed = asked.operation == "JOB-START" and answered.status == 200
        return answered.saying(202) if replayed and self.has_ended_by_itself(answered.data["jobId"]) else answered


class NowAndThen(Mutant):
    """Mutants whose operation reports success each fifteenth time without its effect."""

    shows_rarely = True

    def __init__(self) -> None:
        self.times = itertools.count(1)

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation != self.operation or next(self.times) % 15:
            return await self.serve(asked)
        return await self.pretended(asked)

    async def pretended(self, asked: Asked) -> Answered:
        """Return the response that reports success without the effect."""
        raise NotImplementedError


class CancelsNotAlways(NowAndThen):
    """Each fifteenth cancelled job goes on."""

    operation = "JOB-CANCEL"
    killed_by = frozenset({"JOB-CANCEL-EFFECT"})

    async def pretended(self, asked: Asked) -> Answered:
        answered = await self.serve(asked.instead("GET", asked.path.removesuffix("/cancel")))
        cancelled = {"jobId": asked.target, "status": "cancelled"}
        active = answered.ok and answered.data["status"] in {"queued", "running"}
        return answered.saying(data=cancelled) if active else await self.serve(asked)


class RemovesNotAlways(NowAndThen):
    """Each fifteenth audience that is taken out of its folder stays there."""

    operation = "AUD-REMOVE"
    killed_by = frozenset({"AUD-REMOVE-EFFECT"})

    async def pretended(self, asked: Asked) -> Answered:
        answered = await self.serve(asked.instead("GET", asked.path.removesuffix("/remove-from-folder")))
        return answered.saying(data={**answered.data, "folderId": None}) if answered.ok else answered


class FoldersGetLost(NowAndThen):
    """Each fifteenth created folder is missing afterwards."""

    operation = "FOLDER-CREATE"
    killed_by = frozenset({"FOLDER-CREATE-EFFECT"})

    async def pretended(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if answered.ok:
            self.world.folders.remove(answered.data["id"])
        return answered
