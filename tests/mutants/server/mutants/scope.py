"""Mutants of the whole server: account groups and identifiers."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import unquote

from mockserver.domain.key import ApiKey
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import GUARDED, READING, WRITING, Mutant, at_each, facts

SCOPED = (*READING, *WRITING)
ON_JOB = ("JOB-GET", "JOB-CANCEL")


class OwnGroup(Mutant):
    """Mutants that replace the account group of the path by the key's own."""

    async def respond(self, asked: Asked) -> Answered:
        key = self.world.keys.get(asked.token)
        if key is None or f"{asked.operation}-SCOPE" not in self.killed_by:
            return await self.serve(asked)
        return await self.serve(asked.naming(group=min(key.account_group_ids)))


class GroupOfThePathIgnored(OwnGroup):
    """No operation respects the account group of the path, only the key's own."""

    killed_by = facts("SCOPE", *SCOPED)


@at_each(["AUD-GET", "AUD-UPDATE"], "SCOPE")
class GroupOfThePathIgnoredHere(OwnGroup):
    """A single operation ignores the account group of the path and uses the key's own."""


class AnyGroupIsOpen(Mutant):
    """Every key is valid for every account group."""

    killed_by = facts("SCOPE", *SCOPED)

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, account_group_ids=key.account_group_ids | {self.asked.group})


@at_each(["AUD-LIST"], "SCOPE")
class AnyGroupIsOpenHere(Mutant):
    """A single operation accepts every key for every account group."""

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, account_group_ids=key.account_group_ids | {self.asked.group}) if self.hit else key


class Foreign(Mutant):
    """Mutants that find the resources of another account group under the key's own."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        async def audience(_group: str, audience_id: str) -> Any:
            return self.world.audiences.get(audience_id)

        job = await work.transaction.job(self.asked.target) if self.asked.operation in ON_JOB else None
        if f"{self.asked.operation}-SCOPE" in self.killed_by:
            work.transaction.audience = audience
            work.account_group_id = job.account_group_id if job else work.account_group_id
        return await use_case(work, *args)


class ForeignIsFound(Foreign):
    """Audiences and jobs of other account groups are found under the key's own account group."""

    killed_by = facts("SCOPE", *GUARDED, *ON_JOB)


class ForeignJobIsShown(Foreign):
    """Jobs of other account groups are shown under the key's own account group."""

    killed_by = frozenset({"JOB-GET-SCOPE"})


class ForeignJobIsCancelled(Foreign):
    """Jobs of other account groups can be cancelled under the key's own account group."""

    killed_by = frozenset({"JOB-CANCEL-SCOPE"})


@at_each(GUARDED, "SCOPE")
class GuardBeforeTheScope(Mutant):
    """An audience of another account group is 409 while a job populates it, and not found otherwise."""

    is_conversational = False

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        is_protected = self.hit and answered.status == 404 and self.populating(asked.target) is not None
        return self.refuse(409, "AUDIENCE_NOT_READY") if is_protected else answered


class ForeignFolderIsTaken(Mutant):
    """An audience can be moved into a folder of another account group."""

    killed_by = frozenset({"AUD-MOVE-COMPATIBLE"})

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        async def folder(_group: str, folder_id: str) -> Any:
            return self.world.folders.get(folder_id)

        if self.asked.operation == "AUD-MOVE":
            work.transaction.folder = folder
        return await use_case(work, *args)


@at_each(["AUD-LIST", "AUD-NAVIGATION", "JOB-LIST"], "SCOPE")
class ForeignIsListed(Mutant):
    """A list shows, in addition, the newest item of another account group."""

    async def act(self, use_case: Callable[..., Any], work: Any, *args: Any) -> Any:
        for name in ("audiences", "jobs") if self.hit else ():
            setattr(work.transaction, name, self.mixed(getattr(work.transaction, name)))
        return await use_case(work, *args)

    def mixed(self, fetch: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that fetches a list of records with a foreign record in it."""

        async def fetched(group: str, *, before: int | None, limit: int | None, **filters: Any) -> Any:
            others = [one for one in self.world.account_groups if one != group]
            first = before is None
            foreign = [
                one for other in others for one in (await fetch(other, before=None, limit=1, **filters)) if first
            ]
            return [*await fetch(group, before=before, limit=limit, **filters), *foreign[-1:]][:limit]

        return fetched


class ForeignAccountsAreListed(Mutant):
    """The list of account groups shows all account groups, not only the key's own."""

    killed_by = frozenset({"ACCOUNT-LIST-CURRENT"})

    def key(self, key: ApiKey) -> ApiKey:
        if self.asked.operation == "ACCOUNT-LIST":
            return replace(key, account_group_ids=frozenset(self.world.account_groups))
        return key


class Near(Mutant):
    """Mutants that replace an unknown identifier by the known identifier from `meant`."""

    def meant(self, target: str) -> str | None:
        """Return the identifier that replaces `target`, or None for `target` itself."""
        raise NotImplementedError

    async def respond(self, asked: Asked) -> Answered:
        known = [self.world.audiences.get(asked.target), self.world.jobs.get(asked.target)]
        meant = None if any(known) or f"{asked.operation}-EXACT" not in self.killed_by else self.meant(asked.target)
        return await self.serve(asked if meant is None else asked.naming(target=meant))

    def there(self, target: str) -> str | None:
        """Return an identifier if an audience or a job has it, else None."""
        return target if self.world.audiences.get(target) or self.world.jobs.get(target) else None


class IdentifierByItsBeginning(Near):
    """The last character of an identifier may be wrong or missing."""

    killed_by = facts("EXACT", *GUARDED, *ON_JOB)

    def meant(self, target: str) -> str | None:
        near = [target[:23] + last for last in "0123456789abcdef"] if len(target) in {23, 24} else []
        return next(filter(self.there, near), None)


class IdentifierWithMoreBehind(Near):
    """Characters after an identifier are ignored."""

    killed_by = facts("EXACT", "AUD-UPDATE", "AUD-PROSPECTS", "JOB-GET")

    def meant(self, target: str) -> str | None:
        return self.there(target[:24])


class IdentifierDecodedTwice(Near):
    """Identifiers are decoded twice."""

    killed_by = facts("EXACT", "AUD-GET", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")

    def meant(self, target: str) -> str | None:
        return self.there(unquote(target))


class JobForItsAudience(Near):
    """An audience is also found by the identifier of its job."""

    killed_by = frozenset({"AUD-DELETE-EXACT"})

    async def respond(self, asked: Asked) -> Answered:
        job = self.world.jobs.get(asked.target) if asked.operation == "AUD-DELETE" else None
        return await self.serve(asked if job is None else asked.naming(target=job.audience_id))


class OddIdentifiersFail(Mutant):
    """An identifier of another form leads to an internal failure."""

    killed_by = facts("ODD", *SCOPED)
    form: ClassVar[re.Pattern[str]] = re.compile("[0-9a-f]{1,40}")

    async def respond(self, asked: Asked) -> Answered:
        odd = any(part and not self.form.fullmatch(part) for part in (asked.group, asked.target))
        return self.refuse(500, "INTERNAL_ERROR") if odd and asked.token in self.world.keys else await self.serve(asked)


class OddIdentifiersAreDeleted(Mutant):
    """A deletion with an identifier of another form is reported as done."""

    killed_by = frozenset({"AUD-DELETE-ODD"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.status == 400:
            return answered.saying(200, success=True, data={"deleted": True}, error=None)
        return answered
