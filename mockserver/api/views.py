"""Records as the vendor's pages show them: member names, order and shape of the examples."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.instant import iso
from mockserver.domain.job import JobStatus, Stage
from mockserver.domain.prospect import Prospect
from mockserver.service.folders import Navigation
from mockserver.service.listing import Page
from mockserver.service.prospecting import SeenJob

T = TypeVar("T")
Body = dict[str, Any]


def deleted(_audience: Audience) -> Body:
    """`DeletedSuccessResponse.data`."""
    return {"deleted": True}


def audience(record: Audience) -> Body:
    """An audience (docs/sources.md, Audience object)."""
    return {
        "id": record.id,
        "name": record.name,
        "type": record.type,
        "description": record.description,
        "folderId": record.folder_id,
        "prospectCount": record.prospect_count,
        "createdAt": iso(record.created_at),
    }


def folder(record: Folder) -> Body:
    """A folder (docs/sources.md, Folder object)."""
    return {
        "id": record.id,
        "name": record.name,
        "audienceType": record.audience_type.value,
        "isPinned": record.is_pinned,
        "position": record.position,
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
    }


def navigation(record: Navigation) -> Body:
    """Folders with their audiences, and the ungrouped ones (A6)."""
    return {
        "folders": [{**folder(one), "audiences": list(map(audience, nested))} for one, nested in record.folders],
        "ungroupedAudiences": list(map(audience, record.ungrouped)),
    }


def prospect(record: Prospect) -> Body:
    """A prospect (A7, as far as its example can be read)."""
    return {
        "id": record.id,
        "firstName": record.first_name,
        "lastName": record.last_name,
        "name": f"{record.first_name} {record.last_name}",
        "headline": record.headline,
        "about": record.about,
        "photoUrl": f"https://images.example.com/{record.public_identifier}.jpg",
        "linkedinUrl": record.linkedin_url,
        "publicIdentifier": record.public_identifier,
        "company": {
            "name": record.company,
            "linkedinIdentifier": record.company_identifier,
            "linkedinUrl": f"https://www.linkedin.com/company/{record.company_identifier}",
            "industry": record.industry,
            "website": f"https://{record.company_identifier}.example.com",
        },
    }


def account_groups(records: Sequence[AccountGroup]) -> Body:
    """The account groups of a key: on one page always, with the members of docs/sources.md, Getting started."""
    items = [{"id": group.id, "name": group.name, "createdAt": iso(group.created_at)} for group in records]
    return {"items": items, "nextCursor": None, "hasMore": False}


def page(view: Callable[[T], Body]) -> Callable[[Page[T]], Body]:
    """A page of a list whose items are written by `view` (docs/sources.md, Paginated list)."""

    def written(record: Page[T]) -> Body:
        items = list(map(view, record.items))
        return {"items": items, "nextCursor": record.next_cursor, "hasMore": record.next_cursor is not None}

    return written


def started_job(seen: SeenJob) -> Body:
    """A job as its start answers it (P1)."""
    return {"jobId": seen.job.id, "status": seen.status.value, "createdAt": iso(seen.job.created_at)}


def cancelled_job(seen: SeenJob) -> Body:
    """A job as its cancellation answers it (P4)."""
    return {"jobId": seen.job.id, "status": seen.status.value}


def listed_job(seen: SeenJob) -> Body:
    """A job as a list shows it (P3)."""
    return {
        "jobId": seen.job.id,
        "type": "prospecting",
        "status": seen.status.value,
        "createdAt": iso(seen.job.created_at),
        "updatedAt": iso(seen.job.updated_at(seen.now)),
    }


def job(seen: SeenJob) -> Body:
    """A job with its stages (P2); `error` says what became of a failed one, and is null for any other."""
    record, now = seen.job, seen.now
    stage = record.stage_at(now)
    return {
        **listed_job(seen),
        "stages": {
            "import": _stage(seen, record.import_progress_at(now), is_last=stage is Stage.IMPORT),
            "enrichment": _stage(seen, record.enrichment_progress_at(now), is_last=stage is Stage.ENRICHMENT),
        },
        "error": _FAILED[stage] if seen.status is JobStatus.FAILED else None,
    }


def _stage(seen: SeenJob, progress: float, *, is_last: bool) -> Body:
    """A stage: the last one that was reached has the job's status, one before is completed, one after is queued."""
    if progress >= 1:
        status = JobStatus.COMPLETED
    elif is_last and (progress > 0 or not seen.status.is_active):
        status = seen.status
    else:
        status = JobStatus.QUEUED
    return {"status": status.value, "progress": round(progress, 2)}


_FAILED = {
    Stage.IMPORT: {
        "code": "PROSPECTING_FAILED",
        "message": "The prospecting job failed before it had imported everything.",
    },
    Stage.ENRICHMENT: {
        "code": "PROSPECTING_FAILED",
        "message": "The prospecting job failed before it had enriched what it had imported.",
    },
}
