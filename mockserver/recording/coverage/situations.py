"""The catalogue of situations: sequences of exchanges of which the documentation speaks, or that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.domain.operation import OPERATIONS, Operation, RetrySafety
from mockserver.recording.findings.contract import KEY_REUSED
from mockserver.recording.findings.pacing import GUARD_HAMMERED, PERMISSION_REPEATED, RETRY_AFTER
from mockserver.recording.findings.retries import RETRY_UNREAD, START_KEY
from mockserver.recording.findings.rule import Basis

_JOB = "getProspectingJob"
_LISTS = ("listAudiences", "listAudienceProspects", "listProspectingJobs")


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation that a client can meet.

    Attributes:
        id: The identifier.
        summary: The situation, in a sentence.
        advice: The right reaction of a client, in a sentence.
        operations: The operations that can lead into it.
        basis: The source: a documented sentence, or our reading of it.
        sentence: The quoted sentence of the documentation; None if it has none.
        page: The page of that sentence.
        rules: The rules about clients of which a finding says that the reaction was wrong.
    """

    id: str
    summary: str
    advice: str
    operations: tuple[str, ...]
    basis: Basis = Basis.INFERRED
    sentence: str | None = None
    page: str | None = None
    rules: tuple[str, ...] = ()


def _changes(operation: Operation) -> bool:
    return operation.retry_safety is not RetrySafety.FREE


_ALL = tuple(OPERATIONS)
_CHANGES = tuple(name for name, operation in OPERATIONS.items() if _changes(operation))
_READS = tuple(name for name, operation in OPERATIONS.items() if not _changes(operation))
GUARDED = tuple(name for name, operation in OPERATIONS.items() if "guard" in operation.rules)
_WITH_PERMISSION = tuple(name for name, operation in OPERATIONS.items() if operation.permission is not None)


def _job_situation(outcome: str, advice: str) -> Situation:
    return Situation(
        f"job-{outcome}",
        f"A job was polled until its status was {outcome}.",
        advice,
        (_JOB,),
        Basis.INFERRED,
        "poll the job status endpoint",
        OPERATIONS["startProspectingJob"].page,
    )


_SITUATIONS = (
    Situation(
        "guard",
        "An audience was refused with AUDIENCE_NOT_READY.",
        "Poll the status of the prospecting job, and send the request again when the job has ended.",
        GUARDED,
        Basis.DOCUMENTED,
        "Active prospecting must finish before an audience can be deleted. "
        "Protected audiences return 409 AUDIENCE_NOT_READY.",
        OPERATIONS["deleteAudience"].page,
        (GUARD_HAMMERED.id,),
    ),
    Situation(
        "lost-reply",
        "The outcome of a change was unknown: its response was lost, cut short, or a server error.",
        "Read the resource or its list before the next try; repeat a job start with its Idempotency-Key.",
        _CHANGES,
        Basis.DOCUMENTED,
        RetrySafety.UNSUPPORTED.sentence,
        OPERATIONS["deleteAudience"].page,
        (RETRY_UNREAD.id, START_KEY.id),
    ),
    Situation(
        "retry-after",
        "A response asked to wait in Retry-After.",
        "Send nothing with the key before that time is over.",
        _ALL,
        rules=(RETRY_AFTER.id,),
    ),
    Situation(
        "server-error",
        "A read failed: its response was lost, cut short, or a server error.",
        "Send the same request again; a read changes nothing.",
        _READS,
    ),
    Situation(
        "replay",
        "A job start was repeated with its Idempotency-Key, and its job was returned.",
        "Use the job that was returned: no second one was started.",
        ("startProspectingJob",),
        Basis.DOCUMENTED,
        RetrySafety.BY_KEY.sentence,
        OPERATIONS["startProspectingJob"].page,
        (KEY_REUSED.id,),
    ),
    Situation(
        "last-page",
        "A list had more than one page.",
        "Follow the cursors to the last page.",
        _LISTS,
        Basis.DOCUMENTED,
        "Opaque pagination cursor returned by the previous page.",
        OPERATIONS["listAudiences"].page,
    ),
    _job_situation("completed", "Go on: the audience can be read."),
    _job_situation("failed", "Read the audience: prospects that were imported before the failure stay."),
    _job_situation("cancelled", "Read the audience: prospects that were imported before the end stay."),
    Situation(
        "permission",
        "A key was refused that lacks the permission of the operation.",
        "Use a key that holds the permission; the same key gets the same response.",
        _WITH_PERMISSION,
        Basis.DOCUMENTED,
        "Missing required permission",
        OPERATIONS["deleteAudience"].page,
        (PERMISSION_REPEATED.id,),
    ),
    Situation(
        "key-revoked",
        "A key was refused that had been revoked, or had expired.",
        "Ask for another key.",
        _ALL,
        Basis.DOCUMENTED,
        "Invalid or missing API key",
        OPERATIONS["deleteAudience"].page,
    ),
)
SITUATIONS: Mapping[str, Situation] = {situation.id: situation for situation in _SITUATIONS}
