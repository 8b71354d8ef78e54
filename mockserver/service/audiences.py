"""The audience operations of the vendor's API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mockserver.domain.account import Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.guard import not_ready
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.service.listing import Listing, Page
from mockserver.service.lookups import OpenJobs, not_found, open_jobs
from mockserver.service.transactions import GroupUnitOfWork, UnitOfWork


async def ready(work: GroupUnitOfWork, audience_id: str) -> Audience | Refusal:
    """Return the audience as recorded if no active job populates it, or the refusal: 404, then 409."""
    audience = await work.transaction.audience(work.account_group_id, audience_id)
    if audience is None:
        return not_found("audience", audience_id)
    jobs = await work.transaction.open_jobs_on(audience_id)
    return (not_ready(audience, jobs, work.now, work.sandbox.id) if jobs else None) or audience


async def counted(work: UnitOfWork, audience: Audience) -> Audience:
    """Return the audience with the prospects of its open jobs counted."""
    return OpenJobs(await work.transaction.open_jobs_on(audience.id), work.now).counted(audience)


async def page(work: GroupUnitOfWork, after: str | None, limit: int) -> Page[Audience] | Refusal:
    """Return a page of the audiences that are ready for use (A1), newest first."""
    listing = Listing(work.sandbox.secret, f"audiences/{work.account_group_id}", limit)
    before = listing.start(after)
    if isinstance(before, Refusal):
        return before
    jobs = await open_jobs(work)

    async def fetch(before: int | None, limit: int) -> Sequence[Audience]:
        return await work.transaction.audiences(work.account_group_id, before=before, limit=limit)

    ready_audiences = await listing.page(before, fetch, lambda audience: audience.id not in jobs.populated)
    return Page([jobs.counted(audience) for audience in ready_audiences.items], ready_audiences.next_cursor)


async def create(work: GroupUnitOfWork, name: str, kind: AudienceType, description: str | None) -> Audience | Refusal:
    """Create an audience (A2); type `monitoring` needs a plan above `tester` (our choice for an undocumented 422)."""
    account_group = await work.transaction.account_group(work.account_group_id)
    if kind is AudienceType.MONITORING and account_group is not None and account_group.plan is Plan.TESTER:
        return refused(
            Reason.UNPROCESSABLE,
            "Audience cannot be created with the requested configuration: the plan tester has no monitoring audiences.",
            "Create one of type on_demand, or use an account group on another plan.",
            rule="plan",
            plan=account_group.plan.value,
            type=kind.value,
        )
    audience_id, serial = await work.fresh_id()
    audience = Audience(audience_id, serial, work.account_group_id, name, kind.value, description, None, 0, work.now)
    await work.transaction.save_audience(audience)
    return audience


async def get(work: GroupUnitOfWork, audience_id: str) -> Audience | Refusal:
    """Return an audience (A3)."""
    audience = await ready(work, audience_id)
    return audience if isinstance(audience, Refusal) else await counted(work, audience)


async def update(work: GroupUnitOfWork, audience_id: str, changes: Mapping[str, Any]) -> Audience | Refusal:
    """Change name, description or both (A4)."""
    audience = await ready(work, audience_id)
    if isinstance(audience, Refusal):
        return audience
    name = changes.get("name", audience.name)
    if not name.strip():
        return refused(
            Reason.UNPROCESSABLE,
            "Audience update failed validation: the name is blank.",
            "Send a name with at least one visible character.",
            **{"rule": "name", "in": "body", "name": "name"},
        )
    changed = replace(audience, name=name, description=changes.get("description", audience.description))
    await work.transaction.save_audience(changed)
    return await counted(work, changed)


async def delete(work: GroupUnitOfWork, audience_id: str) -> Audience | Refusal:
    """Delete an audience (A5), in the same transaction as the guard."""
    audience = await ready(work, audience_id)
    if not isinstance(audience, Refusal):
        await work.transaction.remove_audience(audience)
    return audience


async def move(work: GroupUnitOfWork, audience_id: str, folder_id: str) -> Audience | Refusal:
    """Move an audience to a folder of the same account group and type (A10)."""
    folder = await work.transaction.folder(work.account_group_id, folder_id)
    audience = await ready(work, audience_id)
    if folder is None and not (isinstance(audience, Refusal) and audience.reason is Reason.NOT_FOUND):
        return not_found("folder", folder_id)
    if folder is None or isinstance(audience, Refusal):
        return audience
    if folder.audience_type is not audience.folder_type:
        return refused(
            Reason.UNPROCESSABLE,
            f"Folder move failed validation: folder {folder.id} is for {folder.audience_type} audiences, and audience "
            f"{audience.id} of type {audience.type} counts as {audience.folder_type}.",
            f"Use a folder of type {audience.folder_type}.",
            rule="folder-type",
            folderType=folder.audience_type.value,
            needed=audience.folder_type.value,
        )
    return await _set_folder(work, audience, folder.id)


async def remove(work: GroupUnitOfWork, audience_id: str) -> Audience | Refusal:
    """Remove an audience from its folder (A11); an audience without a folder is unchanged."""
    audience = await ready(work, audience_id)
    return audience if isinstance(audience, Refusal) else await _set_folder(work, audience, None)


async def _set_folder(work: GroupUnitOfWork, audience: Audience, folder_id: str | None) -> Audience:
    changed = replace(audience, folder_id=folder_id)
    await work.transaction.save_audience(changed)
    return await counted(work, changed)
