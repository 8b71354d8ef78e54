"""What the vendor's API does with folders, and the navigation that shows audiences by folder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.folder import Folder
from mockserver.domain.refusal import Refusal
from mockserver.service.audiences import not_found, open_jobs
from mockserver.service.transactions import GroupUnitOfWork


@dataclass(frozen=True, slots=True)
class Navigation:
    """The folders in their order, each with its audiences; and the audiences that are in none."""

    folders: Sequence[tuple[Folder, Sequence[Audience]]]
    ungrouped: Sequence[Audience]


async def create(work: GroupUnitOfWork, name: str, audience_type: AudienceType) -> Folder | Refusal:
    """Make a folder (A8), at the end of the order."""
    position = len(await work.transaction.folders(work.account_group_id))
    folder_id, serial = await work.fresh_id()
    folder = Folder(folder_id, serial, work.account_group_id, name, audience_type, position, work.now, work.now)
    await work.transaction.save_folder(folder)
    return folder


async def rename(work: GroupUnitOfWork, folder_id: str, name: str) -> Folder | Refusal:
    """Give a folder another name (A9)."""
    folder = await work.transaction.folder(work.account_group_id, folder_id)
    if folder is None:
        return not_found("folder", folder_id)
    renamed = replace(folder, name=name, updated_at=work.now)
    await work.transaction.save_folder(renamed)
    return renamed


async def navigation(work: GroupUnitOfWork) -> Navigation | Refusal:
    """All audiences that are ready for use, by folder (A6)."""
    jobs = await open_jobs(work)
    every = await work.transaction.audiences(work.account_group_id, before=None, limit=None)
    audiences = [jobs.counted(audience) for audience in every if audience.id not in jobs.populated]
    folders = sorted(await work.transaction.folders(work.account_group_id), key=lambda folder: folder.position)
    nested: dict[str | None, list[Audience]] = {folder.id: [] for folder in folders}
    for audience in audiences:
        nested.setdefault(audience.folder_id, []).append(audience)
    return Navigation([(folder, nested[folder.id]) for folder in folders], nested.get(None, []))
