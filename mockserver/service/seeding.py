"""The records of a sandbox from a seed document.

The document has been checked against `mockserver/seed.schema.json`; this module checks what a schema cannot express.
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
_OPENED_PER_RECORD = 10
"""The account groups that keys may open together, for each record that a seed may have."""


class SeedError(ValueError):
    """A seed document contradicts itself; the message says where."""


class TakenKeyError(SeedError):
    """A key of a seed belongs to another sandbox; the message says which."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """The records of a seed, in the order of the document."""

    keys: tuple[ApiKey, ...]
    account_groups: tuple[AccountGroup, ...]


async def apply_seed(work: UnitOfWork, document: Document) -> Seeded:
    """Create the records of a document; SeedError if it contradicts itself (the caller rolls back)."""
    builder = _SeedBuilder(work)
    groups = [await builder.add_account_group(entry) for entry in document.get("accountGroups", [])]
    keys = await builder.add_keys(document.get("keys", []))
    for index, entry in enumerate(document.get("faults", [])):
        await builder.add_fault(index, entry)
    return Seeded(tuple(keys), tuple(groups))


def ensure_at_most(maximum: int, document: Document) -> None:
    """Raise SeedError if a document has too many records: they are created in one transaction, which blocks others."""
    groups = document.get("accountGroups", [])
    audiences = [audience for group in groups for audience in group.get("audiences", [])]
    folders = sum(len(group.get("folders", [])) for group in groups)
    jobs = sum("job" in audience for audience in audiences)
    keys = document.get("keys", [])
    count = len(groups) + len(audiences) + folders + jobs + len(keys)
    if count > maximum:
        raise SeedError(f"it has {count} keys, account groups, folders, audiences and jobs; it may have {maximum}")
    opened = sum(len(key.get("accountGroupIds", groups)) for key in keys)
    if opened > _OPENED_PER_RECORD * maximum:  # a short document, and a long answer
        raise SeedError(f"its keys open {opened} account groups; they may open {_OPENED_PER_RECORD * maximum} together")


class _SeedBuilder:
    """The creation of a document's records; identifiers that the document does not give are generated."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._taken: set[str] = set()
        self._groups: dict[str, AccountGroup] = {}

    async def add_account_group(self, entry: Document) -> AccountGroup:
        group_id, serial = await self._new_id(entry)
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
        entries = entry.get("folders", [])
        folders = [await self._add_folder(group, position, folder) for position, folder in enumerate(entries)]
        for audience in entry.get("audiences", []):
            await self._add_audience(group, {folder.id: folder for folder in folders}, audience)
        return group

    async def add_keys(self, entries: Sequence[Document]) -> list[ApiKey]:
        """Create the keys in the order of their tokens, so that two seeds with the same tokens cannot deadlock."""
        keys = {entry["key"]: await self._add_key(entry) for entry in sorted(entries, key=itemgetter("key"))}
        return [keys[entry["key"]] for entry in entries]

    async def _add_key(self, entry: Document) -> ApiKey:
        group_ids = frozenset(entry["accountGroupIds"]) if "accountGroupIds" in entry else self._group_ids
        unknown = group_ids - self._group_ids
        if unknown:
            raise SeedError(
                f"key {entry['key']!r} names account groups that the seed does not have: {', '.join(sorted(unknown))}"
            )
        key = ApiKey(
            entry["key"],
            entry.get("name", entry["key"]),
            frozenset(entry.get("permissions", ALL_PERMISSIONS)),
            group_ids,
            revoked=entry.get("revoked", False),
            expires_at=_expires_at(entry),
        )
        if await self._work.transaction.api_key(key.token) is not None:
            raise SeedError(f"key {key.token!r} appears twice in the seed")
        try:
            await self._work.transaction.save_api_key(key)
        except ValueError as error:
            raise TakenKeyError(f"key {key.token!r}: {error}") from None
        return key

    async def add_fault(self, index: int, entry: Document) -> None:
        try:
            await faults.add(self._work, entry)
        except (FaultError, faults.TooManyFaultsError) as error:
            raise SeedError(f"faults.{index}: {error}") from None

    @cached_property
    def _group_ids(self) -> frozenset[str]:
        """All account groups, once they are created: one set shared by all keys, which may be many."""
        return frozenset(self._groups)

    async def _new_id(self, entry: Document) -> tuple[str, int]:
        fresh, serial = await self._work.fresh_id()
        identifier = entry.get("id", fresh)
        if identifier in self._taken:
            raise SeedError(f"identifier {identifier} appears twice in the seed")
        self._taken.add(identifier)
        return identifier, serial

    async def _add_folder(self, group: AccountGroup, position: int, entry: Document) -> Folder:
        folder_id, serial = await self._new_id(entry)
        kind = AudienceType(entry.get("audienceType", AudienceType.ON_DEMAND))
        now = self._work.now
        pinned = entry.get("isPinned", False)
        folder = Folder(folder_id, serial, group.id, entry["name"], kind, position, now, now, pinned)
        await self._work.transaction.save_folder(folder)
        return folder

    async def _add_audience(self, group: AccountGroup, folders: Mapping[str, Folder], entry: Document) -> None:
        audience_id, serial = await self._new_id(entry)
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
            requirement = f"{audience.folder_type} folder of its account group"
            raise SeedError(f"audience {audience_id}: folder {audience.folder_id} is no {requirement}")
        await self._work.transaction.save_audience(audience)
        if "job" in entry:
            await self._add_job(audience, entry["job"])

    async def _add_job(self, audience: Audience, entry: Document) -> None:
        job_id, serial = await self._new_id(entry)
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


def _expires_at(entry: Document) -> int | None:
    """Return when a key expires; SeedError if the text is not an instant."""
    text = entry.get("expiresAt")
    if text is None:
        return None
    try:
        instant = parse(text)
    except (ValueError, OverflowError) as error:
        raise SeedError(f"key {entry['key']!r}: its expiresAt is not an instant: {error}") from None
    if instant >= END:
        raise SeedError(f"key {entry['key']!r}: its expiresAt is after the year 8999")
    return instant


def progression_of(entry: Document, default: Progression) -> Progression:
    """Return a job's progression from `pace`, `durationMs`, `polls`, `status`, `outcome`, `stage` and `share`."""
    return Progression(
        Pace(entry.get("pace", default.pace)),
        int(entry.get("durationMs", default.duration)),
        int(entry.get("polls", default.polls)),
        JobStatus(entry.get("status", default.status)),
        JobStatus(entry.get("outcome", default.outcome)),
        Stage(entry.get("stage", default.stage)),
        float(entry.get("share", default.share)),
    )
