"""A seed document becomes the records of a sandbox.

The document has been checked against `mockserver/seed.schema.json`; what a schema cannot say is checked here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from mockserver.domain.account import AccountGroup, Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.folder import Folder
from mockserver.domain.instant import END, parse
from mockserver.domain.job import Job, JobStatus, Pace, Progression, Stage
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.service import faults
from mockserver.service.fault_documents import FaultError
from mockserver.service.transactions import UnitOfWork

Document = Mapping[str, Any]
DEFAULT_CREDITS = 100_000


class SeedError(ValueError):
    """A seed document that contradicts itself; the message says where."""


class TakenKeyError(SeedError):
    """A key of a seed belongs to another sandbox; the message says which."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a seed has made, in the order of the document."""

    keys: tuple[ApiKey, ...]
    account_groups: tuple[AccountGroup, ...]


async def apply_seed(work: UnitOfWork, document: Document) -> Seeded:
    """Make the records of a document; SeedError where it contradicts itself (the caller undoes the rest)."""
    planting = _SeedBuilder(work)
    groups = [await planting.account_group(entry) for entry in document.get("accountGroups", [])]
    keys = await planting.keys(document.get("keys", []))
    for place, entry in enumerate(document.get("faults", [])):
        await planting.fault(place, entry)
    return Seeded(tuple(keys), tuple(groups))


def ensure_at_most(things: int, document: Document) -> None:
    """SeedError where a document has more things; they are made in one transaction, in which nobody else has a turn."""
    groups = document.get("accountGroups", [])
    audiences = [audience for group in groups for audience in group.get("audiences", [])]
    folders = sum(len(group.get("folders", [])) for group in groups)
    jobs = sum("job" in audience for audience in audiences)
    found = len(groups) + len(audiences) + folders + jobs + len(document.get("keys", []))
    if found > things:
        raise SeedError(f"it has {found} keys, account groups, folders, audiences and jobs; it may have {things}")


class _SeedBuilder:
    """Plants one document: identifiers that it names are taken, others are made."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._taken: set[str] = set()
        self._groups: dict[str, AccountGroup] = {}

    async def account_group(self, entry: Document) -> AccountGroup:
        group_id, serial = await self._identify(entry)
        group = AccountGroup(
            group_id,
            serial,
            entry["name"],
            Plan(entry.get("plan", Plan.SCALE)),
            int(entry.get("credits", DEFAULT_CREDITS)),
            self._work.now,
        )
        self._groups[group_id] = group
        await self._work.transaction.save_account_group(group)
        folders = [await self._folder(group, place, one) for place, one in enumerate(entry.get("folders", []))]
        for one in entry.get("audiences", []):
            await self._audience(group, {folder.id: folder for folder in folders}, one)
        return group

    async def keys(self, entries: Sequence[Document]) -> list[ApiKey]:
        """Make the keys by the order of their tokens, so that two that make the same ones do not wait in a circle."""
        made = {entry["key"]: await self._key(entry) for entry in sorted(entries, key=itemgetter("key"))}
        return [made[entry["key"]] for entry in entries]

    async def _key(self, entry: Document) -> ApiKey:
        own = frozenset(entry["accountGroupIds"]) if "accountGroupIds" in entry else self._every_group
        unknown = own - self._every_group
        if unknown:
            raise SeedError(
                f"key {entry['key']!r} names account groups that the seed does not have: {', '.join(sorted(unknown))}"
            )
        key = ApiKey(
            entry["key"],
            entry.get("name", entry["key"]),
            frozenset(entry.get("permissions", ALL_PERMISSIONS)),
            own,
            revoked=entry.get("revoked", False),
            expires_at=_expiry(entry),
        )
        if await self._work.transaction.api_key(key.token) is not None:
            raise SeedError(f"key {key.token!r} stands twice in the seed")
        try:
            await self._work.transaction.save_api_key(key)
        except ValueError as error:
            raise TakenKeyError(f"key {key.token!r}: {error}") from None
        return key

    async def fault(self, place: int, entry: Document) -> None:
        try:
            await faults.add(self._work, entry)
        except (FaultError, faults.TooManyFaultsError) as error:
            raise SeedError(f"faults.{place}: {error}") from None

    @cached_property
    def _every_group(self) -> frozenset[str]:
        """The account groups, once all are made: one set for all keys, which may be many."""
        return frozenset(self._groups)

    async def _identify(self, entry: Document) -> tuple[str, int]:
        fresh, serial = await self._work.fresh_id()
        identifier = entry.get("id", fresh)
        if identifier in self._taken:
            raise SeedError(f"identifier {identifier} stands twice in the seed")
        self._taken.add(identifier)
        return identifier, serial

    async def _folder(self, group: AccountGroup, place: int, entry: Document) -> Folder:
        folder_id, serial = await self._identify(entry)
        kind = AudienceType(entry.get("audienceType", AudienceType.ON_DEMAND))
        now = self._work.now
        folder = Folder(folder_id, serial, group.id, entry["name"], kind, place, now, now, entry.get("isPinned", False))
        await self._work.transaction.save_folder(folder)
        return folder

    async def _audience(self, group: AccountGroup, folders: Mapping[str, Folder], entry: Document) -> None:
        audience_id, serial = await self._identify(entry)
        audience = Audience(
            audience_id,
            serial,
            group.id,
            entry["name"],
            entry.get("type", AudienceType.ON_DEMAND.value),
            entry.get("description"),
            entry.get("folderId"),
            int(entry.get("prospects", 0)),
            self._work.now,
        )
        folder = None if audience.folder_id is None else folders.get(audience.folder_id)
        if audience.folder_id is not None and (folder is None or folder.audience_type is not audience.folder_type):
            wanted = f"{audience.folder_type} folder of its account group"
            raise SeedError(f"audience {audience_id}: folder {audience.folder_id} is no {wanted}")
        await self._work.transaction.save_audience(audience)
        if "job" in entry:
            await self._job(audience, entry["job"])

    async def _job(self, audience: Audience, entry: Document) -> None:
        job_id, serial = await self._identify(entry)
        progression = progression_of(entry, self._work.sandbox.progression)
        job = Job(
            job_id,
            serial,
            audience.account_group_id,
            audience.id,
            int(entry.get("requested", 25)),
            int(entry.get("price", 1)),
            self._work.now,
            progression,
        )
        await self._work.transaction.save_job(job)


def _expiry(entry: Document) -> int | None:
    """When a key expires; SeedError where that is no instant."""
    text = entry.get("expiresAt")
    if text is None:
        return None
    try:
        instant = parse(text)
    except (ValueError, OverflowError) as error:
        raise SeedError(f"key {entry['key']!r}: its expiresAt is not an instant: {error}") from None
    if instant >= END:
        raise SeedError(f"key {entry['key']!r}: its expiresAt lies beyond the year 8999")
    return instant


def progression_of(entry: Document, default: Progression) -> Progression:
    """How a job moves, as a document says it (`pace`, `durationMs`, `polls`, `status`, `outcome`, `stage`, `share`)."""
    return Progression(
        Pace(entry.get("pace", default.pace)),
        int(entry.get("durationMs", default.duration)),
        int(entry.get("polls", default.polls)),
        JobStatus(entry.get("status", default.status)),
        JobStatus(entry.get("outcome", default.outcome)),
        Stage(entry.get("stage", default.stage)),
        float(entry.get("share", default.share)),
    )
