"""What was asked too soon, or too often."""

from collections.abc import Iterator
from itertools import pairwise

from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.history import History, surely_followed
from mockserver.recording.findings.rule import Finding, Rule, documented, inferred

RETRY_AFTER = Rule(
    "CLIENT-RETRY-AFTER",
    "A request was sent before the time was over that an answer had asked to wait in Retry-After.",
    "Wait for as many seconds as Retry-After says before you send anything else with the key.",
)
GUARD_HAMMERED = Rule(
    "CLIENT-GUARD-HAMMERED",
    "The same request was sent at least three times in a row, each within ten seconds of the last, though each was "
    "refused with AUDIENCE_NOT_READY, and nobody had looked at the job or the list in between.",
    "Poll the status of the prospecting job, and send the request again when the job has ended.",
)
PERMISSION_REPEATED = Rule(
    "CLIENT-PERMISSION-REPEATED",
    "A call was repeated with a key that had been refused for want of the permission.",
    "Use a key that holds the permission; the same key gets the same answer.",
)

_LIMITED = 429
_HAMMERING = 10_000
_RUN = 3
_POLL = "poll the job status endpoint"
_LACKING = "Missing required permission"
_STATUS_READS = frozenset({"getProspectingJob", "listProspectingJobs", "listAudiences", "getAudienceNavigation"})
_OK = 200


def retry_after_ignored(history: History, latest: Exchange) -> Iterator[Finding]:
    """Anything before a 429's `Retry-After` is over; for other answers, the same request (`CLIENT-RETRY-AFTER`)."""
    for first in history.asking_for_patience(latest.token):
        wide = first.status == _LIMITED
        if first.over > latest.began or not (wide or (first.method, first.path) == (latest.method, latest.path)):
            continue
        if _passed(first, latest) < (first.retry_after or 0) and surely_followed(first, latest):
            yield inferred(RETRY_AFTER, None, first, latest)
        return


def guard_hammered(history: History, latest: Exchange) -> Iterator[Finding]:
    """The third refusal of the guard in a row and each further one (`CLIENT-GUARD-HAMMERED`)."""
    run = [*history.same_requests(latest)[-2:], latest]
    if len(run) == _RUN and all(_is_guarded(one) for one in run):
        close = all(surely_followed(one, two) and _passed(one, two) < _HAMMERING for one, two in pairwise(run))
        if close and not any(one.answered == _OK for one in history.reads(run[0], latest, _STATUS_READS)):
            yield inferred(GUARD_HAMMERED, _POLL, *run)


def _is_guarded(one: Exchange) -> bool:
    return one.rule == "guard" and one.answered is not None


def permission_repeated(history: History, latest: Exchange) -> Iterator[Finding]:
    """A second call that lacks the same permission, and each further one (`CLIENT-PERMISSION-REPEATED`)."""
    if latest.rule != "permission":
        return
    for first in history.lacking(latest):
        if first.answered is not None and surely_followed(first, latest):
            yield documented(PERMISSION_REPEATED, _LACKING, first, latest)
            return


def _passed(first: Exchange, second: Exchange) -> int:
    """The time between two exchanges in milliseconds, outside or in the sandbox, whichever was longer."""
    return max(second.real - first.real, second.at - first.at)
