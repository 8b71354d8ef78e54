"""The folder operations of the vendor's API, and the navigation, which shows audiences by folder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.folder import Folder
from mockserver.domain.refusal import Refusal
from mockserver.service.lookups import not_found, open_jobs
from mockserver.service.transactions import GroupUnitOfWork


@dataclass(frozen=True, slots=True)
class Navigation:
    """The folders in order, each with its audiences, and the audiences without a folder."""

    folders: Sequence[tuple[Folder, Sequence[Audience]]]
    ungrouped: Sequence[Audience]


async def create(work: GroupUnitOfWork, name: str, audience_type: AudienceType) -> Folder | Refusal:
    """Create a folder at the end of the order (A8)."""
    position = len(await work.transaction.folders(work.account_group_id))
    folder_id, serial = await work.fresh_id()
    folder = Folder(folder_id, serial, work.account_group_id, name, audience_type, position, work.now, work.now)
    await work.transaction.save_folder(folder)
    return folder


async def rename(work: GroupUnitOfWork, folder_id: str, name: str) -> Folder | Refusal:
    """Rename a folder (A9)."""
    folder = await work.transaction.folder(work.account_group_id, folder_id)
    if folder is None:
        return not_found("folder", folder_id)
    renamed = replace(folder, name=name, updated_at=work.now)
    await work.transaction.save_folder(renamed)
    return renamed


async def navigation(work: GroupUnitOfWork) -> Navigation | Refusal:
    """Return all audiences that are ready for use, by folder (A6)."""
    jobs = await open_jobs(work)
    recorded = await work.transaction.audiences(work.account_group_id, before=None, limit=None)
    ready_audiences = jobs.ready(recorded)
    folders = sorted(await work.transaction.folders(work.account_group_id), key=lambda folder: folder.position)
    if not folders:
        return Navigation([], ready_audiences)
    by_folder: dict[str | None, list[Audience]] = {folder.id: [] for folder in folders}
    for audience in ready_audiences:
        by_folder.setdefault(audience.folder_id, []).append(audience)
    return Navigation([(folder, by_folder[folder.id]) for folder in folders], by_folder.get(None, []))
