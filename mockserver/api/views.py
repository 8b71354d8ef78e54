"""The vendor's JSON representations: member names, order and shapes of the documented examples."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mockserver.api.long_json import MakeRows, rendered
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

_RECORD_SIZE = 200
_FAILURES = {
    Stage.IMPORT: {
        "code": "PROSPECTING_FAILED",
        "message": "The prospecting job failed before it had imported everything.",
    },
    Stage.ENRICHMENT: {
        "code": "PROSPECTING_FAILED",
        "message": "The prospecting job failed before it had enriched what it had imported.",
    },
}


def deleted(_audience: Audience) -> Body:
    """Return `DeletedSuccessResponse.data`."""
    return {"deleted": True}


def audience(record: Audience) -> Body:
    """Return an audience (docs/sources.md, Audience object)."""
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
    """Return a folder (docs/sources.md, Folder object)."""
    return {
        "id": record.id,
        "name": record.name,
        "audienceType": record.audience_type.value,
        "isPinned": record.is_pinned,
        "position": record.position,
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
    }


def navigation(record: Navigation, rows: MakeRows[Any]) -> Body:
    """Return the folders with their audiences, and the audiences without a folder (A6)."""

    def with_audiences(parent: tuple[Folder, Sequence[Audience]]) -> Body:
        return {**folder(parent[0]), "audiences": rows(audience, parent[1])}

    return {
        "folders": rows(with_audiences, record.folders),
        "ungroupedAudiences": rows(audience, record.ungrouped),
    }


def navigation_size(record: Navigation) -> int:
    """Return about how many characters the navigation has."""
    folders = sum([_RECORD_SIZE + len(parent.name) + audiences_size(content) for parent, content in record.folders])
    return folders + audiences_size(record.ungrouped)


def audiences_size(records: Sequence[Audience]) -> int:
    """Return about how many characters audiences have; a list is the fastest way to the sum."""
    texts = sum([len(record.name) + len(record.description or "") for record in records])
    return texts + _RECORD_SIZE * len(records)


def prospect(record: Prospect) -> Body:
    """Return a prospect (A7, as far as its example can be read)."""
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
    """Return the account groups of a key, always on one page, with the members that the getting-started page shows."""
    items = [{"id": group.id, "name": group.name, "createdAt": iso(group.created_at)} for group in records]
    return {"items": items, "nextCursor": None, "hasMore": False}


def audience_page(record: Page[Audience], rows: MakeRows[Audience]) -> Body:
    """Return a page of audiences."""
    return _page(rows(audience, record.items), record)


def audience_page_size(record: Page[Audience]) -> int:
    """Return about how many characters a page of audiences has."""
    return audiences_size(record.items)


def page(view: Callable[[T], Body]) -> Callable[[Page[T]], Body]:
    """Return a function that renders a page of a list, and its items by `view` (docs/sources.md, Paginated list)."""
    return lambda record: _page(rendered(view, record.items), record)


def _page(items: Any, record: Page[Any]) -> Body:  # noqa: ANN401  (an array that is rendered or to be rendered)
    return {"items": items, "nextCursor": record.next_cursor, "hasMore": record.next_cursor is not None}


def started_job(observed: SeenJob) -> Body:
    """Return a job as the response to its start (P1)."""
    return {"jobId": observed.job.id, "status": observed.status.value, "createdAt": iso(observed.job.created_at)}


def cancelled_job(observed: SeenJob) -> Body:
    """Return a job as the response to its cancellation (P4)."""
    return {"jobId": observed.job.id, "status": observed.status.value}


def listed_job(observed: SeenJob) -> Body:
    """Return a job as an item of a list (P3)."""
    return {
        "jobId": observed.job.id,
        "type": "prospecting",
        "status": observed.status.value,
        "createdAt": iso(observed.job.created_at),
        "updatedAt": iso(observed.job.updated_at(observed.now)),
    }


def job(observed: SeenJob) -> Body:
    """Return a job with its stages (P2); `error` is null unless the job has failed."""
    record, now = observed.job, observed.now
    stage = record.stage_at(now)
    return {
        **listed_job(observed),
        "stages": {
            "import": _stage(observed, record.import_progress_at(now), is_last=stage is Stage.IMPORT),
            "enrichment": _stage(observed, record.enrichment_progress_at(now), is_last=stage is Stage.ENRICHMENT),
        },
        "error": _FAILURES[stage] if observed.status is JobStatus.FAILED else None,
    }


def _stage(observed: SeenJob, progress: float, *, is_last: bool) -> Body:
    """Return a stage: the last reached stage has the job's status, earlier ones are completed, later ones queued."""
    if progress >= 1:
        status = JobStatus.COMPLETED
    elif is_last and (progress > 0 or not observed.status.is_active):
        status = observed.status
    else:
        status = JobStatus.QUEUED
    return {"status": status.value, "progress": round(progress, 2)}
