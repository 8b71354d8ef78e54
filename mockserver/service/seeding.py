"""The records of a sandbox from a seed document.

The document has been checked against `mockserver/seed.schema.json`; this module checks what a schema cannot express.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from mockserver.domain.account import AccountGroup, Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.folder import Folder
from mockserver.domain.job import Job
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.domain.replay import Replay
from mockserver.service import faults
from mockserver.service.fault_documents import FaultError
from mockserver.service.seed_values import (
    Document,
    SeedError,
    bucket_of,
    instant,
    limit_of,
    progression_of,
    with_history,
)
from mockserver.service.transactions import UnitOfWork

__all__ = [
    "DEFAULT_CREDITS",
    "MAX_RECORDS",
    "Document",
    "SeedError",
    "Seeded",
    "TakenKeyError",
    "apply_seed",
    "ensure_at_most",
    "progression_of",
]

DEFAULT_CREDITS = 100_000
MAX_RECORDS = 5_000
"""The records that may be created in one transaction while other requests wait."""

_OPENED_PER_RECORD = 10
"""The account groups that keys may open together, for each record that a seed may have."""


class TakenKeyError(SeedError):
    """A key of a seed belongs to another sandbox; the message says which."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """The records of a seed, in the order of the document."""

    keys: tuple[ApiKey, ...]
    account_groups: tuple[AccountGroup, ...]


async def apply_seed(work: UnitOfWork, document: Document) -> Seeded:
    """Create the records of a document; SeedError if it contradicts itself (the caller rolls back).

    Each key of the document has a token. Serial numbers are given in the order of the document.
    """
    await work.transaction.skip_serials(int(document.get("generatedIds", 0)))
    builder = _SeedBuilder(work)
    entries = document.get("accountGroups", [])
    groups = [await builder.add_account_group(entry) for entry in entries]
    for group, entry in zip(groups, entries, strict=True):
        await builder.add_history(group, entry)
    keys = await builder.add_keys(document.get("keys", []))
    for index, entry in enumerate(document.get("faults", [])):
        await builder.add_fault(index, entry)
    return Seeded(tuple(keys), tuple(groups))


def ensure_at_most(maximum: int, document: Document) -> None:
    """Raise SeedError if a document has too many records: they are created in one transaction, which blocks others."""
    groups = document.get("accountGroups", [])
    audiences = [audience for group in groups for audience in group.get("audiences", [])]
    folders = sum(len(group.get("folders", [])) for group in groups)
    jobs = sum("job" in audience for audience in audiences) + sum(len(group.get("jobs", [])) for group in groups)
    replays = sum(len(group.get("replays", [])) for group in groups)
    keys = document.get("keys", [])
    count = len(groups) + len(audiences) + folders + jobs + replays + len(keys)
    if count > maximum:
        used = " and uses of idempotency keys" if replays else ""
        raise SeedError(
            f"it has {count} keys, account groups, folders, audiences and jobs{used}; it may have {maximum}"
        )
    opened = sum(len(key.get("accountGroupIds", groups)) for key in keys)
    if opened > _OPENED_PER_RECORD * maximum:  # a short document, and a long answer
        raise SeedError(f"its keys open {opened} account groups; they may open {_OPENED_PER_RECORD * maximum} together")


class _SeedBuilder:
    """The creation of a document's records; identifiers that the document does not give are generated."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._taken: set[str] = set()
        self._groups: dict[str, AccountGroup] = {}
        self._audience_groups: dict[str, str] = {}
        self._job_groups: dict[str, str] = {}

    async def add_account_group(self, entry: Document) -> AccountGroup:
        group_id, serial = await self._new_id(entry)
        group = AccountGroup(
            group_id,
            serial,
            entry["name"],
            Plan(entry.get("plan", Plan.SCALE)),
            int(entry.get("credits", DEFAULT_CREDITS)),
            self._instant(entry, "createdAt", f"account group {group_id}"),
            credits_exhausted=entry.get("creditsExhausted", False),
        )
        self._groups[group_id] = group
        await self._work.transaction.save_account_group(group)
        entries = entry.get("folders", [])
        folders = [await self._add_folder(group, position, folder) for position, folder in enumerate(entries)]
        for audience in entry.get("audiences", []):
            await self._add_audience(group, {folder.id: folder for folder in folders}, audience)
        return group

    async def add_history(self, group: AccountGroup, entry: Document) -> None:
        """Create the jobs that an account group lists, and the uses of its idempotency keys."""
        for job in entry.get("jobs", []):
            audience_id = job["audienceId"]
            if self._audience_groups.get(audience_id, group.id) != group.id:
                raise SeedError(f"a job of account group {group.id} is on audience {audience_id} of another one")
            await self._add_job(group.id, audience_id, job)
        used = set()
        for replay in entry.get("replays", []):
            name, job_id = replay["idempotencyKey"], replay["jobId"]
            if name in used or self._job_groups.get(job_id) != group.id:
                problem = "appears twice" if name in used else f"names job {job_id}, which is no job there"
                raise SeedError(f"account group {group.id}: idempotency key {name} {problem}")
            used.add(name)
            expires_at = self._instant(replay, "expiresAt", f"idempotency key {name}")
            await self._work.transaction.save_replay(Replay(group.id, name, replay["fingerprint"], job_id, expires_at))

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
            limited=entry.get("limited", False),
            failures=int(entry.get("failures", 0)),
            expires_at=instant(entry, "expiresAt", f"key {entry['key']!r}"),
            limit=limit_of(entry, "limit"),
            bucket=bucket_of(entry, f"key {entry['key']!r}"),
        )
        if await self._work.transaction.api_key(key.token) is not None:
            raise SeedError(f"key {key.token!r} appears twice in the seed")
        try:
            await self._work.transaction.save_api_key(key)
        except ValueError as error:
            raise TakenKeyError(f"key {key.token!r}: {error}") from None
        return key

    async def add_fault(self, index: int, entry: Document) -> None:
        if "id" in entry:
            self._take(entry["id"])
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
        self._take(identifier)
        return identifier, serial

    def _take(self, identifier: str) -> None:
        """Note an identifier; SeedError if another record has it."""
        if identifier in self._taken:
            raise SeedError(f"identifier {identifier} appears twice in the seed")
        self._taken.add(identifier)

    async def _add_folder(self, group: AccountGroup, position: int, entry: Document) -> Folder:
        folder_id, serial = await self._new_id(entry)
        kind = AudienceType(entry.get("audienceType", AudienceType.ON_DEMAND))
        position = int(entry.get("position", position))
        created_at = self._instant(entry, "createdAt", f"folder {folder_id}")
        updated_at = instant(entry, "updatedAt", f"folder {folder_id}")
        updated_at = created_at if updated_at is None else updated_at
        pinned = entry.get("isPinned", False)
        folder = Folder(folder_id, serial, group.id, entry["name"], kind, position, created_at, updated_at, pinned)
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
            self._instant(entry, "createdAt", f"audience {audience_id}"),
            tuple(entry.get("urls", ())),
        )
        folder = None if audience.folder_id is None else folders.get(audience.folder_id)
        if audience.folder_id is not None and (folder is None or folder.audience_type is not audience.folder_type):
            requirement = f"{audience.folder_type} folder of its account group"
            raise SeedError(f"audience {audience_id}: folder {audience.folder_id} is no {requirement}")
        await self._work.transaction.save_audience(audience)
        self._audience_groups[audience_id] = group.id
        if "job" in entry:
            if "audienceId" in entry["job"]:
                raise SeedError(f"audience {audience_id}: its job names an audienceId; leave that out")
            await self._add_job(group.id, audience_id, entry["job"])

    async def _add_job(self, account_group_id: str, audience_id: str, entry: Document) -> None:
        job_id, serial = await self._new_id(entry)
        requested, price = int(entry.get("requested", 25)), int(entry.get("price", 1))
        progression = progression_of(entry, self._work.sandbox.progression)
        job = Job(job_id, serial, account_group_id, audience_id, requested, price, self._work.now, progression)
        await self._work.transaction.save_job(with_history(job, entry))
        self._job_groups[job_id] = account_group_id

    def _instant(self, entry: Document, name: str, owner: str) -> int:
        """Return the instant of a member; the present if the document does not say."""
        stated = instant(entry, name, owner)
        return self._work.now if stated is None else stated
