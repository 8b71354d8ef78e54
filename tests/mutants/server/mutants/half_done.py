"""Mutants of the whole server that are half done: failures, replays and refusals of which only a part has an effect."""

from collections.abc import Callable
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant


class FailedDeletionIsHalfDone(Mutant):
    """After a deletion that fails with 500 the audience is not found any more, but the list still shows it."""

    killed_by = frozenset({"AUD-DELETE-CONSISTENT"})

    def __init__(self) -> None:
        self.half_deleted: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.status == 500:
            self.half_deleted.add(asked.target)
        is_hidden = asked.operation == "AUD-GET" and asked.target in self.half_deleted
        return self.refuse(404, "NOT_FOUND") if is_hidden else answered


class FailedDeletionIsNotDoneAgain(Mutant):
    """After a deletion that fails with 500 the audience is shown as before, but a further deletion does not find it."""

    killed_by = frozenset({"AUD-DELETE-CONSISTENT"})

    def __init__(self) -> None:
        self.failed: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation == "AUD-DELETE" and asked.target in self.failed:
            return self.refuse(404, "NOT_FOUND")
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.status == 500:
            self.failed.add(asked.target)
        return answered


class FailedUpdateIsInTheLists(Mutant):
    """An update that fails with 500 is shown by the list, and by nothing else."""

    killed_by = frozenset({"AUD-UPDATE-CONSISTENT"})

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-UPDATE" and answered.status == 500 and isinstance(asked.body, dict):
            self.failed[asked.target] = asked.body.get("name", "")
        if asked.operation != "AUD-LIST" or not answered.ok:
            return answered
        for item in answered.items():
            item.update({"name": self.failed[item["id"]]} if item.get("id") in self.failed else {})
        return answered.saying(data=answered.data)


class ReplayReleasesTheAudience(Mutant):
    """After a replay of its start, the audience of a job is listed and unguarded, though the job is active."""

    is_conversational = False
    killed_by = frozenset({"AUD-LIST-CONSISTENT", "AUD-NAVIGATION-CONSISTENT"})

    def __init__(self) -> None:
        self.started: set[str] = set()
        self.replayed: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "JOB-START" and answered.ok:
            job = answered.data["jobId"]
            (self.replayed if job in self.started else self.started).add(job)
        return answered

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        if self.asked.operation.startswith("AUD-"):
            for name in ("open_jobs", "open_jobs_on"):
                setattr(work.transaction, name, self.without_replayed(getattr(work.transaction, name)))
        return await use_case(work, *args)

    def without_replayed(self, find: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that finds only the jobs whose start was not replayed."""

        async def find_others(*given: Any) -> list[Any]:
            return [job for job in await find(*given) if job.id not in self.replayed]

        return find_others
