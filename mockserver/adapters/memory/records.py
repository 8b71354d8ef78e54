"""The records of a sandbox in memory."""

from collections import defaultdict
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, NamedTuple, Self

from mockserver.adapters.memory.journal import MemoryJournal
from mockserver.adapters.memory.sizes import SNAPSHOT, document_size, sandbox_size
from mockserver.adapters.memory.table import Table
from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.job import Job, JobStatus
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.ports import Tally

_SERIAL = attrgetter("serial")


class Measured(NamedTuple):
    """A document with its size."""

    document: Mapping[str, Any]
    size: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return a document with its size."""
        return cls(document, document_size(document))


KeptSnapshot = tuple[Snapshot, Measured]


def snapshot_size(kept: KeptSnapshot) -> int:
    """Return the size of a snapshot with its document."""
    return SNAPSHOT + kept[1].size


class SandboxRecords:
    """All records of a sandbox, its journal, and its coverage.

    Attributes:
        size: The size of all records in bytes.
        counts: The counts of its coverage.

    Args:
        sandbox: The sandbox's own record.
        seed: The seed document.
        journal_limit: The maximum number of exchanges in the journal.
        journal_bytes: The maximum size of the journal in bytes.
    """

    def __init__(
        self, sandbox: Sandbox, seed: Mapping[str, Any], *, journal_limit: int = 0, journal_bytes: int = 0
    ) -> None:
        self.sandbox = sandbox
        self.seed = Measured.of(seed)
        self.snapshots: dict[str, KeptSnapshot] = {}
        self.counts: dict[str, int] = {}
        self.size = self.lasting_size()
        self._journal_limits = journal_limit, journal_bytes
        self.empty()

    def empty(self) -> None:
        """Remove all records except the sandbox's own record, its seed and its snapshots."""
        self.serials = 0
        self.journal = MemoryJournal(*self._journal_limits)
        self.keys: dict[str, ApiKey] = {}
        self.account_groups: dict[str, AccountGroup] = {}
        self.audiences: Table[Audience] = Table()
        self.folders: Table[Folder] = Table()
        self.jobs: Table[Job] = Table()
        self.ended_jobs: dict[JobStatus, Table[Job]] = defaultdict(Table)
        self._open_job_ids: dict[str, dict[str, None]] = {}
        self.replays: dict[tuple[str, str], Replay] = {}

    def tally(self) -> Tally:
        """Return the counts of its coverage."""
        return Tally(self.sandbox.id, dict(self.counts), self.journal.examined, self.journal.last)

    def lasting_size(self) -> int:
        """Return the size of what `empty` leaves."""
        return sandbox_size(self.sandbox) + self.seed.size + sum(map(snapshot_size, self.snapshots.values()))

    def put_job(self, job: Job) -> None:
        """Add or replace a job, and index it by whether its end is recorded."""
        self.jobs.put(job)
        if job.ending is not None:
            self.ended_jobs[job.ending.outcome].put(job)
        for owner in (job.account_group_id, job.audience_id):
            if job.ending is None:
                self._open_job_ids.setdefault(owner, {})[job.id] = None
            else:
                self._remove_open_job(owner, job.id)

    def remove_job(self, job: Job) -> None:
        """Remove a job."""
        self.jobs.remove(job.id)
        if job.ending is not None:
            self.ended_jobs[job.ending.outcome].remove(job.id)
        for owner in (job.account_group_id, job.audience_id):
            self._remove_open_job(owner, job.id)

    def open_jobs(self, owner: str) -> list[Job]:
        """Return the jobs of an account group, or on an audience, without a recorded end, oldest first."""
        jobs = [job for job_id in self._open_job_ids.get(owner, ()) if (job := self.jobs.get(job_id)) is not None]
        if len(jobs) > 1:
            jobs.sort(key=_SERIAL)
        return jobs

    def _remove_open_job(self, owner: str, job_id: str) -> None:
        job_ids = self._open_job_ids.get(owner)
        if job_ids is not None:
            job_ids.pop(job_id, None)
            if not job_ids:
                del self._open_job_ids[owner]
